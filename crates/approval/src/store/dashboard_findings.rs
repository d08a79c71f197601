//! What the checks saw of one case, as staff read it: with who else shows the same, which tenants never learn. Read in
//! the staff role only.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::{Finding, FindingOutcome, NamesElsewhere};
use narthex_tenancy::{StoreError, TenantTx, schema::review::finding as f};
use narthex_vocab::{Id, kind};

use super::{
    brand, integration, mark,
    name_mark::{self, Names},
};
use crate::{
    logo::{self, Logo},
    request::AccessRequest,
};

/// What one check saw.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) check: String,
    pub(crate) title: String,
    pub(crate) outcome: FindingOutcome,
    pub(crate) observed: String,
    pub(crate) required: String,
    pub(crate) fix: Option<String>,
    pub(crate) weight: i16,
}

/// Everything about one version, worst first.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
    logos: &[Logo],
) -> Result<Vec<Found>, StoreError> {
    let at = request.at;
    let rows: Vec<FoundRow> = f::table
        .filter(
            f::tenant_id
                .eq(tenant.as_uuid())
                .and(f::environment.eq(at.environment.as_str())),
        )
        .filter(
            f::request_id
                .eq(at.id.as_uuid())
                .and(f::version.eq(at.version)),
        )
        .select((
            f::check_id,
            f::title,
            f::outcome,
            f::observed,
            f::required,
            f::fix,
            f::weight,
        ))
        .load(tx.connection()?)
        .await?;
    let mut found: Vec<Found> = rows.into_iter().map(found).collect::<Result<_, _>>()?;
    let seen = seen_elsewhere(tx, tenant, request, logos).await?;
    let shown = narthex_policy::logo_shown(&logo::fact(logos), at.environment);
    let named = named_elsewhere(tx, tenant, request).await?;
    let logo = with_names(shown, BTreeSet::new());
    for now in [seen, logo].into_iter().chain(named) {
        if let Some(old) = found.iter_mut().find(|old| old.check == now.check) {
            *old = now;
        }
    }
    found.sort_by(|a, b| {
        let worse = b.outcome.cmp(&a.outcome).then(b.weight.cmp(&a.weight));
        worse.then(a.check.cmp(&b.check))
    });
    Ok(found)
}

type FoundRow = (String, String, String, String, String, Option<String>, i16);

fn found(
    (check, title, outcome, observed, required, fix, weight): FoundRow,
) -> Result<Found, StoreError> {
    let outcome = outcome
        .parse()
        .map_err(StoreError::corrupt("review.finding", "outcome"))?;
    Ok(Found {
        check,
        title,
        outcome,
        observed,
        required,
        fix,
        weight,
    })
}

/// Whether others show the same now: that changes after the screening, so this check says how it is.
async fn seen_elsewhere(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
    logos: &[Logo],
) -> Result<Found, StoreError> {
    let brands = brand::known(tx).await?;
    let (reused, others) =
        mark::tenants_with(tx, tenant, (&request.metadata, logos), &brands).await?;
    let now = narthex_policy::reuse(&reused, request.at.environment);
    Ok(with_names(now, others))
}

/// Whether others have such a name now, and whose it is.
async fn named_elsewhere(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
) -> Result<[Found; 2], StoreError> {
    let integration = integration::load(tx, tenant, request.integration).await?;
    let names = Names::of(&integration.name, &request.metadata);
    let theirs = name_mark::tenants_with(tx, tenant, &names).await?;
    let seen = NamesElsewhere {
        imitates: !theirs.bear.is_empty(),
        imitated: !theirs.show.is_empty(),
    };
    let [taken, shown] = narthex_policy::names(seen, request.at.environment);
    Ok([
        with_names(taken, theirs.bear),
        with_names(shown, theirs.show),
    ])
}

/// A finding with who it is that it speaks of, for staff.
fn with_names(now: Finding, others: BTreeSet<String>) -> Found {
    let observed = match others.into_iter().collect::<Vec<_>>().join(", ") {
        nobody if nobody.is_empty() => now.observed,
        others => format!("{} It is {others}.", now.observed),
    };
    Found {
        check: now.check.into_owned(),
        title: now.title.to_owned(),
        outcome: now.outcome,
        observed,
        required: now.required,
        fix: now.fix,
        weight: i16::from(now.weight),
    }
}
