//! A registration gets a home: an integration with a sponsor, and a case about it. Linking gives nothing by itself.

use narthex_vocab::ProblemKind as Kind;
use std::fmt::Display;
use std::str::FromStr;

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, Label, ScopeSet, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::Fault;
use super::place::Place;
use super::quarantine;
use crate::Acting;
use crate::link::{Link, LinkError, Linked, link};
use crate::request::RequestRef;
use crate::screen::Screened;

/// What a registration becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Home {
    /// The name of the new integration.
    name: String,
    /// Who runs it: `us`, `partner` or `agent`.
    operator: String,
    /// The person of the tenant who answers for it, `mem_…`; the first who asked for it when not said.
    sponsor: Option<String>,
    /// The scopes to ask for, separated by blanks; what was asked for when not said.
    scope: Option<String>,
}

/// The case that came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Opened {
    /// `int_…`.
    integration: String,
    environment: &'static str,
    /// `req_…`.
    request: String,
    version: i32,
    /// Where screening left it: `rejected_by_policy`, `in_review` or `auto_approved`.
    state: &'static str,
}

/// Link a registration to a new integration, and open a request about it.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{tenant}/{environment}/{client_id}/link",
    operation_id = "link",
    request_body = Home,
    responses((status = 200, body = Opened))
)]
pub(crate) async fn post(
    caller: Caller,
    place: Place,
    body: Body<Home>,
) -> Result<HttpResponse, Fault> {
    let command = command(&place, &body.says)?;
    let (tenant, _) = quarantine::look(&caller, &place).await?;
    let asked = (Action::HandleQuarantine, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let linked = link(tx, command, acting).await?;
        Ok(opened(&linked))
    };
    caller.act(tenant.id, asked, act).await
}

fn command(place: &Place, home: &Home) -> Result<Link, Fault> {
    let scope = |text: &String| {
        ScopeSet::parse(text).map_err(|error| Fault::member("scope", error.to_string()))
    };
    let sponsor = |text: &String| {
        text.parse()
            .map_err(|_| Fault::member("sponsor", "an identifier as mem_…"))
    };
    Ok(Link {
        environment: place.environment,
        client_id: place.named("client_id")?,
        name: Label::parse(&home.name).map_err(|error| Fault::member("name", error.to_string()))?,
        operator: home
            .operator
            .parse()
            .map_err(|_| Fault::member("operator", "us, partner or agent"))?,
        sponsor: home.sponsor.as_ref().map(sponsor).transpose()?,
        scopes: home.scope.as_ref().map(scope).transpose()?,
    })
}

impl Opened {
    pub(super) fn new(
        integration: Id<kind::Integration>,
        request: RequestRef,
        state: &'static str,
    ) -> Self {
        Self {
            integration: integration.to_string(),
            environment: request.environment.as_str(),
            request: request.id.to_string(),
            version: request.version,
            state,
        }
    }
}

pub(super) fn opened(linked: &Linked) -> Opened {
    let state = screened(&linked.screened);
    Opened::new(linked.integration, linked.request, state)
}

/// Where screening left a case.
pub(super) fn screened(screened: &Screened) -> &'static str {
    match screened {
        Screened::RejectedByPolicy { .. } => "rejected_by_policy",
        Screened::InReview { .. } => "in_review",
        Screened::Approved(_) => "auto_approved",
    }
}

/// A member that is one of a few words, or an identifier.
pub(super) fn said<T>(member: &str, text: &str) -> Result<T, Fault>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse()
        .map_err(|error: T::Err| Fault::member(member, error.to_string()))
}

impl From<LinkError> for Fault {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::NotPermitted(error) => error.into(),
            LinkError::NotWaiting(state) => {
                Self::of(Kind::STATE, format!("the registration is {state}"))
            }
            LinkError::AlreadyOpen => Self::of(Kind::STATE, "a request about it is open already"),
            LinkError::SponsorMissing => Self::member("sponsor", "nobody asked for it: name one"),
            LinkError::UnknownSponsor => Self::member(
                "sponsor",
                "no active person of the tenant has this identifier",
            ),
            LinkError::UnknownReach(error) => Self::member("scope", error.to_string()),
            LinkError::Store(error) => error.into(),
        }
    }
}
