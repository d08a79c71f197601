//! Who did what in the tenant: its ledger, newest first. What the platform's people are called stays with the platform, and
//! so does what an entry keeps beside its words.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::TenantTx;
use serde::Serialize;
use utoipa::ToSchema;

use narthex_vocab::{Id, kind};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::super::cursor::{self, Part, given};
use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::moment::Moment;
use crate::store::activity::{self, Entry, Wanted};

const LIST: &str = "activity";

/// A page of the ledger.
#[derive(Serialize, ToSchema)]
pub(crate) struct Activity {
    entries: Vec<LedgerEntry>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One act.
#[derive(Serialize, ToSchema)]
struct LedgerEntry {
    /// Its number in the tenant's chain.
    seq: i64,
    at: Moment,
    /// `person`, `staff`, `rule`, `system` or `client`.
    actor_kind: String,
    /// A name; of staff, `Review team`.
    actor: String,
    /// A person of the tenant, as `mem_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<String>,
    /// What was done, as `client.suspend`.
    action: String,
    /// To what, as `np_…`.
    object: String,
    environment: Option<String>,
    reason: String,
    request_id: String,
    /// SHA-256 over the entry and the hash of the one before it.
    hash: String,
}

/// Read what was done in the tenant.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/activity",
    operation_id = "activity",
    params(
        ("action" = Option<String>, Query, description = "Acts whose name begins so, as `client.`."),
        ("object" = Option<String>, Query, description = "Acts on this object, as `np_…`."),
        ("limit" = Option<u16>, Query, description = "Rows of a page, 1 to 200; 50 when not said."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Activity))
)]
pub(crate) async fn list(holder: Holder, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = holder.hash_key();
    let part: Part<i64> = Part::read(&query, (key, LIST))?;
    let text = |name| Ok::<_, Fault>(given(&query, name)?.map(str::to_owned));
    let wanted = Wanted {
        action: text("action")?,
        object: text("object")?,
        before: part.after,
    };
    let limit = part.limit;
    let work = async |tx: &mut TenantTx| {
        let found = activity::list(tx, &wanted, limit).await?;
        let people = found
            .iter()
            .filter_map(person)
            .map(|(id, _)| id.as_uuid())
            .collect();
        let own = activity::own_people(tx, people).await?;
        Ok((found, own))
    };
    let (found, own) = holder.look(work).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let last = found.last().filter(|_| full);
    let next = last.and_then(|last| cursor::seal(&last.seq, (key, LIST)));
    Ok(HttpResponse::Ok().json(Activity {
        entries: found.into_iter().map(|one| entry(one, &own)).collect(),
        next,
    }))
}

/// The person who acted, as the ledger writes one: identifier, then name.
fn person(entry: &Entry) -> Option<(Id<kind::Member>, &str)> {
    let (id, name) = entry.actor.split_once(' ')?;
    let id = id.parse().ok().filter(|_| entry.actor_kind == "person")?;
    Some((id, name))
}

fn entry(entry: Entry, own: &BTreeSet<Uuid>) -> LedgerEntry {
    let (actor_kind, actor, actor_id) = match person(&entry) {
        Some((id, name)) if own.contains(&id.as_uuid()) => {
            ("person".to_owned(), name.to_owned(), Some(id.to_string()))
        }
        Some(_) => ("staff".to_owned(), "Review team".to_owned(), None),
        None => (entry.actor_kind, entry.actor, None),
    };
    LedgerEntry {
        seq: entry.seq,
        at: entry.at.into(),
        actor_kind,
        actor,
        actor_id,
        action: entry.action,
        object: entry.object,
        environment: entry.environment,
        reason: entry.reason,
        request_id: entry.request_id,
        hash: hex::encode(entry.hash),
    }
}
