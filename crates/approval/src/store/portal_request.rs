//! One access request as its tenant reads it: what was asked, what the checks saw, what was decided and offered. Never
//! who of the platform decided: the tenant hears the review team.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::Finding;
use narthex_tenancy::{
    StoreError, TenantTx,
    catalogue::{self, Catalogue},
    schema::{
        registry::integration as i,
        review::{access_request as r, decision as d, finding as f, offer as o, warning as w},
        tenant::member as m,
    },
};
use narthex_vocab::{Environment, Id, Label, Timestamp, kind};

use super::{
    brand, mark,
    name_mark::{self, Names},
    offer, request,
    warning::{self, Ends},
};
use crate::{
    decision::DecisionKind,
    logo::{self, Logo},
    remark::Proposal,
    request::{AccessRequest, RequestRef},
    warning::Warning,
};

/// A request with its history.
#[derive(Debug)]
pub(crate) struct Case {
    /// The newest version.
    pub(crate) request: AccessRequest,
    /// What is onboarded.
    pub(crate) integration: String,
    /// Who asked, by name; nobody for open registration.
    pub(crate) requested_by: Option<String>,
    /// When it was sent.
    pub(crate) submitted_at: Option<Timestamp>,
    /// What each check saw, the gravest first.
    pub(crate) findings: Vec<Seen>,
    /// What was decided, newest first.
    pub(crate) decisions: Vec<Decided>,
    /// The newest offer.
    pub(crate) offer: Option<Offered>,
    /// What the environment has, for the words of scopes and tools.
    pub(crate) catalogue: Catalogue,
    /// Its logos, as discovery found them.
    pub(crate) logos: Vec<Logo>,
}

/// What one check saw.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Seen {
    /// The check.
    pub(crate) check: String,
    /// What is checked.
    pub(crate) title: String,
    /// `pass`, `attention` or `fail`.
    pub(crate) outcome: String,
    /// What was seen.
    pub(crate) observed: String,
    /// What is wanted.
    pub(crate) required: String,
    /// What the tenant can do about it.
    pub(crate) fix: Option<String>,
    /// When it ran.
    pub(crate) at: Timestamp,
}

impl Seen {
    fn now(finding: Finding, at: Timestamp) -> Self {
        Self {
            check: finding.check.into_owned(),
            title: finding.title.to_owned(),
            outcome: finding.outcome.to_string(),
            observed: finding.observed,
            required: finding.required,
            fix: finding.fix,
            at,
        }
    }
}

/// One decision.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    /// What.
    pub(crate) kind: DecisionKind,
    /// By which rule; a person of the platform when by none.
    pub(crate) rule: Option<String>,
    /// Why.
    pub(crate) reason: String,
    /// When.
    pub(crate) at: Timestamp,
    /// With which warning it approved.
    pub(crate) warning: Option<Warning>,
}

/// An offer and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    /// Its identity.
    pub(crate) id: Id<kind::Offer>,
    /// It waits for an answer.
    pub(crate) open: bool,
    /// What is offered.
    pub(crate) proposal: Proposal,
    /// Until when it can be answered.
    pub(crate) expires_at: Timestamp,
    /// What the tenant said, and when.
    pub(crate) answered: Option<(bool, Timestamp)>,
}

/// The newest version of a request of the transaction's tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    id: Id<kind::Request>,
) -> Result<Case, StoreError> {
    let (version, submitted_at): (i32, Option<Timestamp>) = r::table
        .filter(r::tenant_id.eq(tx.tenant_uuid()))
        .filter(r::environment.eq(environment.as_str()))
        .filter(r::request_id.eq(id.as_uuid()))
        .order(r::version.desc())
        .select((r::version, r::submitted_at))
        .first(tx.connection()?)
        .await?;
    let at = RequestRef {
        environment,
        id,
        version,
    };
    let request = request::load(tx, tx.tenant(), at).await?;
    let mut findings = findings(tx, at).await?;
    let brands = brand::known(tx).await?;
    let logos = super::logo::load(tx, tx.tenant(), (environment, &request.metadata)).await?;
    let reused = mark::elsewhere(tx, (&request.metadata, &logos), &brands).await?;
    let integration = integration(tx, request.integration).await?;
    let own = Names::of(&integration, &request.metadata);
    let elsewhere = name_mark::elsewhere(tx, &own).await?;
    // What others show changes after the screening: these checks say how it is.
    let reused = narthex_policy::reuse(&reused, environment);
    let shown = narthex_policy::logo_shown(&logo::fact(&logos), environment);
    let names = narthex_policy::names(elsewhere, environment);
    for now in [reused, shown].into_iter().chain(names) {
        if let Some(seen) = findings.iter_mut().find(|seen| seen.check == now.check) {
            *seen = Seen::now(now, seen.at);
        }
    }
    Ok(Case {
        integration: integration.to_string(),
        requested_by: person(tx, request.requested_by).await?,
        submitted_at,
        findings,
        decisions: decisions(tx, at).await?,
        offer: newest_offer(tx, at).await?,
        catalogue: catalogue::load(tx, environment).await?,
        logos,
        request,
    })
}

async fn integration(tx: &mut TenantTx, id: Id<kind::Integration>) -> Result<Label, StoreError> {
    let name: String = i::table
        .filter(i::tenant_id.eq(tx.tenant_uuid()))
        .filter(i::integration_id.eq(id.as_uuid()))
        .select(i::name)
        .first(tx.connection()?)
        .await?;
    Label::parse(&name).map_err(StoreError::corrupt("registry.integration", "name"))
}

/// The name of a person of the tenant, even of one who left.
pub(crate) async fn person(
    tx: &mut TenantTx,
    member: Option<Id<kind::Member>>,
) -> Result<Option<String>, StoreError> {
    let Some(member) = member else {
        return Ok(None);
    };
    Ok(m::table
        .filter(m::tenant_id.eq(tx.tenant_uuid()))
        .filter(m::member_id.eq(member.as_uuid()))
        .select(m::name)
        .first(tx.connection()?)
        .await
        .optional()?)
}

async fn findings(tx: &mut TenantTx, at: RequestRef) -> Result<Vec<Seen>, StoreError> {
    Ok(f::table
        .filter(f::tenant_id.eq(tx.tenant_uuid()))
        .filter(f::environment.eq(at.environment.as_str()))
        .filter(f::request_id.eq(at.id.as_uuid()))
        .filter(f::version.eq(at.version))
        .order((f::weight.desc(), f::check_id))
        .select((
            f::check_id,
            f::title,
            f::outcome,
            f::observed,
            f::required,
            f::fix,
            f::at,
        ))
        .load(tx.connection()?)
        .await?)
}

async fn decisions(tx: &mut TenantTx, at: RequestRef) -> Result<Vec<Decided>, StoreError> {
    type Row = (String, Option<String>, String, Timestamp, Option<Ends>);
    let rows: Vec<Row> = d::table
        .left_join(
            w::table.on(w::tenant_id
                .eq(d::tenant_id)
                .and(w::environment.eq(d::environment))
                .and(w::decision_id.eq(d::decision_id))),
        )
        .filter(d::tenant_id.eq(tx.tenant_uuid()))
        .filter(d::environment.eq(at.environment.as_str()))
        .filter(d::request_id.eq(at.id.as_uuid()))
        .filter(d::version.eq(at.version))
        .order((d::at.desc(), d::decision_id.desc()))
        .select((
            d::kind,
            d::rule,
            d::reason,
            d::at,
            (w::until, w::people).nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(kind, rule, reason, at, ends)| {
            let kind = kind
                .parse()
                .map_err(StoreError::corrupt("review.decision", "kind"))?;
            Ok(Decided {
                kind,
                rule,
                reason,
                at,
                warning: ends.map(warning::read).transpose()?,
            })
        })
        .collect()
}

type OfferRow = (uuid::Uuid, String, Timestamp, Option<Timestamp>);

async fn newest_offer(tx: &mut TenantTx, at: RequestRef) -> Result<Option<Offered>, StoreError> {
    let row: Option<OfferRow> = o::table
        .filter(o::tenant_id.eq(tx.tenant_uuid()))
        .filter(o::environment.eq(at.environment.as_str()))
        .filter(o::request_id.eq(at.id.as_uuid()))
        .filter(o::version.eq(at.version))
        .order((o::created_at.desc(), o::offer_id.desc()))
        .select((o::offer_id, o::state, o::expires_at, o::answered_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((id, state, expires_at, answered_at)) = row else {
        return Ok(None);
    };
    let id = Id::from_uuid(id);
    let answered = answered_at.filter(|_| state != "lapsed");
    Ok(Some(Offered {
        id,
        open: state == "offered",
        proposal: offer::proposal(tx, tx.tenant(), at.environment, id).await?,
        expires_at,
        answered: answered.map(|when| (state == "accepted", when)),
    }))
}
