//! The block list and the trust list: families, hosts and networks that are refused, or that have a lane of their own.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::brakes::find;
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::place;
use super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::add_listing::{AddListing, AddListingError, add_listing};
use crate::end_listing::{EndListing, EndListingError, end_listing};
use crate::endpoint::staff::Look;
use crate::listing::{Effect, Listing, Subject};
use crate::prose::Reason;
use crate::store::{dashboard_tenants, listing};

/// Lines of the lists.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listings {
    pub(super) listings: Vec<ListingEntry>,
}

/// One line.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListingEntry {
    /// `lst_…`.
    listing: String,
    /// The tenant's slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    /// `family`, `host` or `network`.
    kind: &'static str,
    subject: String,
    /// `block`, or `trust` with a lane of its own.
    effect: &'static str,
    /// How wide the lane is.
    per_minute: Option<u16>,
    reason: String,
    author: String,
    created_at: Moment,
    expires_at: Moment,
    ended_at: Option<Moment>,
}

/// A line to block something.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewListing {
    /// `family`, `host` or `network`.
    kind: String,
    /// A fingerprint, a host with all below it, or a network.
    subject: String,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    #[schema(value_type = String)]
    reason: Reason,
}

/// A line for a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewListingOf {
    /// The tenant's slug.
    tenant: String,
    /// `family`, `host` or `network`.
    kind: String,
    /// A fingerprint, a host with all below it, or a network.
    subject: String,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    #[schema(value_type = String)]
    reason: Reason,
    /// Calls a minute of a lane of its own; it is blocked when not said.
    per_minute: Option<u16>,
}

/// List what is blocked and what has a lane.
#[utoipa::path(
    get,
    path = "/api/v1/lists",
    operation_id = "lists",
    responses((status = 200, body = Listings))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    let now = caller.now;
    let look = async |tx: &mut TenantTx| {
        let all = listing::everywhere(tx, now).await?;
        let whose: Vec<_> = all.iter().map(|one| one.tenant).collect();
        Ok((all, dashboard_tenants::slugs(tx, &whose).await?))
    };
    let seen = caller.look(Look::over("api/lists"), look).await?;
    let (all, slugs) = &seen.found;
    let listings = all
        .iter()
        .map(|one| entry(one, slugs.get(&one.tenant).cloned()));
    Ok(HttpResponse::Ok().json(Listings {
        listings: listings.collect(),
    }))
}

/// Block something in a tenant, or give it a lane of its own.
#[utoipa::path(
    post,
    path = "/api/v1/lists",
    operation_id = "add_listing",
    request_body = NewListingOf,
    responses((status = 200, body = ListingEntry))
)]
pub(crate) async fn add(caller: Caller, body: Body<NewListingOf>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let of = NewListing {
        kind: says.kind,
        subject: says.subject,
        until: says.until,
        reason: says.reason,
    };
    let lane = |per_minute| Effect::Lane { per_minute };
    let command = AddListing {
        effect: says.per_minute.map_or(Effect::Block, lane),
        ..of.command()?
    };
    let tenant = find(&caller, ("tenant", &says.tenant)).await?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let added = add_listing(tx, command, acting).await?;
        Ok(entry(&added, Some(says.tenant)))
    };
    caller
        .act(tenant.id, (Action::EditLists, &body.object), act)
        .await
}

/// Take a line off.
#[utoipa::path(
    post,
    path = "/api/v1/lists/{listing}/end",
    operation_id = "end_listing",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn end(caller: Caller, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Listing> = place::read(&caller.bearer.request, "listing")?;
    let command = EndListing {
        listing: id,
        reason: reason::parse(&body.says.reason)?,
    };
    let look = async |tx: &mut TenantTx| listing::anywhere(tx, id).await;
    let seen = caller.look(Look::over(id.to_string()), look).await?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        end_listing(tx, command, acting).await?;
        Ok(Standing { state: "ended" })
    };
    caller
        .act(seen.found.tenant, (Action::EditLists, &body.object), act)
        .await
}

impl NewListing {
    /// The command, which blocks.
    pub(super) fn command(self) -> Result<AddListing, Fault> {
        let subject = Subject::parse(&self.kind, &self.subject);
        Ok(AddListing {
            effect: Effect::Block,
            subject: subject.map_err(|error| Fault::member("subject", error.to_string()))?,
            reason: self.reason,
            expires_at: self.until,
        })
    }
}

pub(super) fn entry(listing: &Listing, tenant: Option<String>) -> ListingEntry {
    let (effect, per_minute) = match listing.effect {
        Effect::Block => ("block", None),
        Effect::Lane { per_minute } => ("trust", Some(per_minute)),
    };
    ListingEntry {
        listing: listing.id.to_string(),
        tenant,
        kind: listing.subject.kind(),
        subject: listing.subject.to_string(),
        effect,
        per_minute,
        reason: listing.reason.clone(),
        author: listing.author.name.clone(),
        created_at: listing.created_at.into(),
        expires_at: listing.expires_at.into(),
        ended_at: listing.ended.as_ref().map(|(_, at)| (*at).into()),
    }
}

faults! {
    AddListingError {
        NoLaneForAHost => |words| Fault::member("per_minute", words),
        End | Season => |words| Fault::member("until", words),
    }
    EndListingError {
        Over => fault::state,
        OfStaff => fault::not_yours,
    }
}
