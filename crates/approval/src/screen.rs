//! Screening: the facts of a case, the policy's verdict over them, and what follows. Every write path comes through
//! here; nothing else moves a case out of `submitted`. It never decides for a person.

use std::collections::BTreeSet;

use narthex_policy::{
    Descent, Finding, FindingOutcome, Origin, RiskScore, RuleId, ScopeFact, Screening,
    ScreeningFacts, Verdict, Vouch,
};
use narthex_tenancy::{StoreError, TenantTx, catalogue, ledger::Actor, metadata_rules, tenant};
use narthex_vocab::{
    Brand, ClientId, Environment, Host, HostName, Id, Imitation, Label, RedirectUri, RequestState,
    Timestamp, kind,
};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    activate::{self, Activated},
    approved::{Approved, Basis, DecidedBy},
    decision::{Decider, Decision, DecisionKind},
    known_names, logo,
    reach::Asked,
    request::AccessRequest,
    store::{
        self,
        name_mark::{self, Names},
    },
};

/// Where screening left a case.
#[derive(Debug, Clone)]
pub enum Screened {
    /// The policy denied it; the findings say what to change.
    RejectedByPolicy {
        /// The rules that denied it.
        rules: Vec<RuleId>,
        /// What the checks saw, worst first.
        findings: Vec<Finding>,
    },
    /// A person decides.
    InReview {
        /// How much that person has to worry.
        risk: RiskScore,
    },
    /// A named rule approved it.
    Approved(Activated),
}

/// One run of the policy, as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: Id<kind::PolicyRun>,
    pub(crate) verdict: Verdict,
    /// The rules that want a second person.
    pub(crate) second: Vec<RuleId>,
}

/// Screens a submitted case and moves it on: to a refusal, to a person, or by a named rule to a client.
pub(crate) async fn screen(
    tx: &mut TenantTx,
    request: &AccessRequest,
    acting: &mut Acting<'_>,
) -> Result<Screened, StoreError> {
    move_on(
        tx,
        request,
        RequestState::Submitted,
        RequestState::Screening,
    )
    .await?;
    let (run, screening) = run_policy(tx, request, &request.asked, acting).await?;
    store::screening::insert_findings(tx, request.at, &screening.findings, acting.now).await?;
    store::request::score(tx, request.at, screening.risk.score).await?;
    match screening.verdict {
        Verdict::Deny => {
            let to = RequestState::RejectedByPolicy;
            move_on(tx, request, RequestState::Screening, to).await?;
            record(tx, request, &screening, to, acting).await?;
            let (rules, findings) = (screening.determining, screening.findings);
            Ok(Screened::RejectedByPolicy { rules, findings })
        }
        Verdict::NeedsPerson | Verdict::NeedsTwo => {
            to_a_person(tx, request, screening, acting).await
        }
        Verdict::Allow => by_rule(tx, request, run, screening, acting).await,
    }
}

/// Runs the policy over what would result if `agreed` were given, and keeps the run. An approval names such a run, so
/// that what is activated is what was judged, with the facts of that moment.
pub(crate) async fn over_what_is_agreed(
    tx: &mut TenantTx,
    request: &AccessRequest,
    agreed: &Asked,
    acting: &mut Acting<'_>,
) -> Result<Run, StoreError> {
    let (run, _) = run_policy(tx, request, agreed, acting).await?;
    Ok(run)
}

/// What the policy would say of a case that nobody has sent. Nothing is kept of it.
pub(crate) async fn preview(
    tx: &mut TenantTx,
    request: &AccessRequest,
    acting: &Acting<'_>,
) -> Result<Screening, StoreError> {
    let facts = facts(tx, request, &request.asked, acting).await?;
    let layers = store::policy::layers(tx).await?;
    Ok(narthex_policy::screen(&facts, &layers))
}

/// Whether a person who is still with the tenant answers for a case; what registers itself in an open sandbox needs none.
pub(crate) async fn someone_answers(
    tx: &mut TenantTx,
    request: &AccessRequest,
) -> Result<bool, StoreError> {
    Ok(request.origin == Origin::Open
        || store::integration::is_sponsored(tx, request.integration).await?)
}

async fn run_policy(
    tx: &mut TenantTx,
    request: &AccessRequest,
    asked: &Asked,
    acting: &mut Acting<'_>,
) -> Result<(Run, Screening), StoreError> {
    let facts = facts(tx, request, asked, acting).await?;
    let mut screening = narthex_policy::screen(&facts, &store::policy::layers(tx).await?);
    for error in &screening.errors {
        tracing::error!(request = %request.at.id, %error, "the policy could not be evaluated");
    }
    let unevaluated = unevaluated(&screening.errors);
    screening.findings.splice(0..0, unevaluated);
    let run = Run {
        id: acting.id(),
        verdict: screening.verdict,
        second: screening.second.clone(),
    };
    store::screening::insert_run(tx, run.id, request.at, &screening, acting.now).await?;
    Ok((run, screening))
}

/// Why a person decides although no rule says so.
fn unevaluated(errors: &[String]) -> Option<Finding> {
    (!errors.is_empty()).then(|| Finding {
        check: RuleId::unevaluated().to_string().into(),
        title: "Policy",
        outcome: FindingOutcome::Attention,
        observed: format!("A policy could not be evaluated: {}.", errors.join("; ")),
        required: "Every policy can be evaluated; one that cannot needs a person.".to_owned(),
        fix: None,
        weight: 0,
    })
}

async fn facts(
    tx: &mut TenantTx,
    request: &AccessRequest,
    asked: &Asked,
    acting: &Acting<'_>,
) -> Result<ScreeningFacts, StoreError> {
    let tenant = tx.tenant();
    let environment = request.at.environment;
    let integration = store::integration::load(tx, tenant, request.integration).await?;
    let proofs = store::proof::in_force(tx, tenant, acting.now).await?;
    let rules = metadata_rules::in_force(tx, environment).await?;
    let known = names_here(tx, request, integration.id).await?;
    let metadata = &request.metadata;
    let brands = store::brand::known(tx).await?;
    let logos = store::logo::load(tx, tenant, (environment, metadata)).await?;
    let imitation = imitation(request, &integration.name, (rules.proved(), &brands));
    let redirects = metadata.redirect_uris();
    let requested = asked.scopes.iter().map(|(scope, asked)| ScopeFact {
        scope: scope.clone(),
        risk: asked.risk,
        open: asked.open,
    });
    let parent = store::lineage::parent_of(tx, request).await?;
    Ok(ScreeningFacts {
        environment,
        origin: request.origin,
        descent: parent.map_or(Descent::Root, |parent| parent.judge(asked)),
        auth_method: metadata.auth_method(),
        grants: metadata.grant_types().clone(),
        requested: requested.collect(),
        hosts_unproved: proofs
            .missing(metadata, request.client_id.as_ref())
            .into_iter()
            .map(Host::Name)
            .collect(),
        disallowed: rules.check(metadata).err(),
        loopback_only: !redirects.is_empty() && redirects.iter().all(RedirectUri::is_loopback),
        sponsor: store::integration::is_sponsored(tx, integration.id).await?,
        name_conflict: known_names::conflict(&integration.name, metadata.names(), &known),
        imitation,
        names: name_mark::elsewhere(tx, &Names::of(&integration.name, metadata)).await?,
        vouched: vouched(tx, request).await?,
        trusted: trusted(tx, request, acting).await?,
        reused: store::mark::elsewhere(tx, (metadata, &logos), &brands).await?,
        logo: logo::fact(&logos),
        first_request: !store::approval::exists(tx, integration.id).await?,
        shared_key: shares_a_key(tx, request).await?,
        sandbox_first: store::past::approved_in(tx, Environment::Sandbox, integration.id).await?,
        new_scopes: store::past::never_given(
            tx,
            environment,
            &asked.scopes.keys().cloned().collect(),
        )
        .await?,
        tenant_age_days: age(tenant::load(tx).await?.created_at, acting.now),
        past: store::past::of_software(tx, request).await?,
    })
}

/// The names that mean something to the tenant's people; whoever comes from outside does not use the tenant's own either.
async fn names_here(
    tx: &mut TenantTx,
    request: &AccessRequest,
    own: Id<kind::Integration>,
) -> Result<Vec<Label>, StoreError> {
    let environment = request.at.environment;
    let mut known = store::integration::other_names(tx, environment, own).await?;
    if request.origin != Origin::Portal {
        known.push(tenant::load(tx).await?.name);
        let resources = catalogue::load(tx, environment).await?.resources;
        let names = resources.iter().map(|resource| &resource.name);
        known.extend(names.filter_map(|name| Label::parse(name).ok()));
    }
    Ok(known)
}

/// Whether a client of the other environment has one of its keys. At an address there is one document for both.
async fn shares_a_key(tx: &mut TenantTx, request: &AccessRequest) -> Result<bool, StoreError> {
    let address = request.client_id.as_ref().and_then(ClientId::document_url);
    if address.is_some() {
        return Ok(false);
    }
    store::mark::key_elsewhere(tx, request.at.environment, &request.metadata).await
}

/// Whole days since then.
fn age(since: Timestamp, now: Timestamp) -> u32 {
    u32::try_from((now - since).num_days()).unwrap_or(0)
}

/// What about it looks like somebody else. A document speaks for its own host: a logo there is nobody else's.
fn imitation(
    request: &AccessRequest,
    name: &Label,
    (proved, brands): (&BTreeSet<HostName>, &[Brand]),
) -> Imitation {
    let own = request.client_id.as_ref().and_then(ClientId::document_url);
    let speaks = |host: &HostName| own.as_ref().is_some_and(|url| url.host() == host);
    let mut imitation = Imitation::of((name, &request.metadata), proved, brands);
    imitation.logos_at.retain(|host| !speaks(host));
    imitation
}

/// Who signed what a registration says; a case from elsewhere has no statement.
async fn vouched(tx: &mut TenantTx, request: &AccessRequest) -> Result<Option<Vouch>, StoreError> {
    let issuer = match &request.client_id {
        Some(client_id) => {
            let environment = request.at.environment;
            store::quarantine::vouched_by(tx, environment, client_id).await?
        }
        None => match store::registration_update::vouched(tx, request.at).await? {
            Some((issuer, _)) => Some(issuer),
            None => store::deferral::vouched_by(tx, request.at).await?,
        },
    };
    Ok(issuer.map(|issuer| Vouch {
        issuer,
        software: request.metadata.software_id().cloned(),
    }))
}

/// By which trust of the tenant the host of its document is covered, if it has one.
async fn trusted(
    tx: &mut TenantTx,
    request: &AccessRequest,
    acting: &Acting<'_>,
) -> Result<Option<String>, StoreError> {
    let Some(url) = request.client_id.as_ref().and_then(ClientId::document_url) else {
        return Ok(None);
    };
    let (environment, now) = (request.at.environment, acting.now);
    let trust = store::trusted_domain::covering(tx, environment, url.host(), now).await?;
    Ok(trust.map(|trust| {
        let until = trust.expires_at.format("%-d %b %Y");
        format!("The tenant trusts {} until {until}.", trust.domain)
    }))
}

async fn to_a_person(
    tx: &mut TenantTx,
    request: &AccessRequest,
    screening: Screening,
    acting: &mut Acting<'_>,
) -> Result<Screened, StoreError> {
    let to = RequestState::InReview;
    move_on(tx, request, RequestState::Screening, to).await?;
    record(tx, request, &screening, to, acting).await?;
    Ok(Screened::InReview {
        risk: screening.risk,
    })
}

/// A rule allowed it: the rule is on the decision and in the ledger by its name. Where an approval asks for more than
/// the rule saw (a proof in production), a person decides after all.
async fn by_rule(
    tx: &mut TenantTx,
    request: &AccessRequest,
    run: Run,
    screening: Screening,
    acting: &mut Acting<'_>,
) -> Result<Screened, StoreError> {
    let Some(rule) = screening.determining.first() else {
        return to_a_person(tx, request, screening, acting).await;
    };
    let proofs = store::proof::in_force(tx, tx.tenant(), acting.now).await?;
    let basis = Basis {
        run: run.id,
        verdict: run.verdict,
        decision: acting.id(),
        decided_by: DecidedBy::Rule,
        offer: None,
    };
    let Ok(approved) = Approved::new(request, basis, &request.asked.reach(), &proofs) else {
        return to_a_person(tx, request, screening, acting).await;
    };
    let decision = Decision {
        id: basis.decision,
        request: request.at,
        kind: DecisionKind::Approve,
        by: Decider::Rule(rule.as_str()),
        reason: narthex_policy::rule(rule.as_str()).map_or(rule.as_str(), |rule| &rule.title),
        payload: request.payload,
    };
    store::decision::insert(tx, &decision, acting.now).await?;
    let to = RequestState::AutoApproved;
    move_on(tx, request, RequestState::Screening, to).await?;
    record(tx, request, &screening, to, acting).await?;
    let deed = Deed {
        action: decision.kind.action(),
        object: request.at.id.to_string(),
        environment: Some(request.at.environment),
        reason: decision.reason,
        detail: json!({ "decision": decision.id, "version": request.at.version }),
    };
    acting
        .record_as(tx, Actor::Rule(rule.as_str()), deed)
        .await?;
    Ok(Screened::Approved(
        activate::activate(tx, approved, acting).await?,
    ))
}

async fn move_on(
    tx: &mut TenantTx,
    request: &AccessRequest,
    from: RequestState,
    to: RequestState,
) -> Result<(), StoreError> {
    if store::request::advance(tx, request.at, from, to).await? {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

async fn record(
    tx: &mut TenantTx,
    request: &AccessRequest,
    screening: &Screening,
    to: RequestState,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action: "request.screen",
        object: request.at.id.to_string(),
        environment: Some(request.at.environment),
        reason: "",
        detail: json!({
            "version": request.at.version,
            "verdict": screening.verdict,
            "rules": screening.determining,
            "policy_version": screening.policy_version,
            "platform_policy": screening.layers.0,
            "tenant_policy": screening.layers.1,
            "risk_score": screening.risk.score,
            "state": to,
        }),
    };
    acting.record_as(tx, Actor::System("screening"), deed).await
}
