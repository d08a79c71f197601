//! Approving several requests for the sandbox in one go: a page that lists exactly what is approved, with the hash of each,
//! and a page that says what came of each. Nothing that is not of little consequence passes, whatever is sent.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, ErrorSummary, Field, Icon, Shell, Tone};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Environment, Id, TenantSlug, kind};

use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use super::{paths, words};
use crate::decide::{DecideError, Decided};
use crate::decide_together::{
    ApproveAmongOthers, DecideTogetherError, MOST, RULE, approve_among_others, may_be,
};
use crate::payload_hash::PayloadHash;
use crate::prose::Reason;
use crate::request::RequestRef;
use crate::store::dashboard_requests::{self, Chosen};

/// A case as the queue's boxes name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    slug: TenantSlug,
    environment: Environment,
    id: Id<kind::Request>,
}

/// One line to approve.
struct Line {
    href: String,
    integration: String,
    tenant: String,
    environment: Badge,
    risk: Option<Badge>,
    scopes: String,
    hash: String,
    /// What the form sends along.
    item: String,
}

/// What came of one.
struct Came {
    href: String,
    name: String,
    badge: Badge,
    words: String,
}

#[derive(Template)]
#[template(path = "dashboard/together.html")]
struct TogetherPage {
    shell: Shell,
    errors: ErrorSummary,
    lines: Vec<Line>,
    /// What cannot be decided so, with why.
    left: Vec<Came>,
    reason: Field,
}

#[derive(Template)]
#[template(path = "dashboard/together_done.html")]
struct DonePage {
    shell: Shell,
    came: Vec<Came>,
    summary: String,
}

/// `GET /requests/together`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::Decide)?;
    let named = query.0.many("case").map(Named::parse);
    let named: Vec<Named> = named.collect::<Option<_>>().ok_or(Refusal::Unreadable)?;
    let seen = look(&staff, &named).await?;
    let page = view(&staff, &seen, "", &Problems::default());
    Ok(frame::page(&page))
}

/// `POST /requests/together`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::Decide)?;
    let sent: Option<Vec<_>> = posted.many("item").map(item).collect();
    let sent = sent.ok_or(Refusal::Unreadable)?;
    if sent.len() > MOST {
        return Err(Refusal::Unreadable);
    }
    let named: Vec<Named> = sent.iter().map(|(named, _, _)| named.clone()).collect();
    let seen = look(&staff, &named).await?;
    let typed = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed), reason_words);
    if sent.is_empty() {
        problems.add("", "Choose at least one request in the queue");
    }
    let Some(reason) = reason.filter(|_| problems.is_empty()) else {
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    let mut came = Vec::new();
    for (named, version, payload) in sent {
        let found = seen.found.iter().find(|chosen| named.is(chosen));
        let Some(chosen) = found else {
            came.push(nothing(&named));
            continue;
        };
        let command = ApproveAmongOthers {
            request: RequestRef {
                environment: named.environment,
                id: named.id,
                version,
            },
            seen: payload,
            reason: reason.clone(),
        };
        came.push(carry_out(&staff, &permit, chosen, command).await);
    }
    let done = came.iter().filter(|one| one.badge.tone == Tone::Ok).count();
    Ok(frame::page(&DonePage {
        shell: staff.shell(Area::Requests, &seen, "What came of it"),
        summary: format!("{done} of {} approved.", came.len()),
        came,
    }))
}

/// Each is a decision of its own: what stops one does not stop the next.
async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    chosen: &Chosen,
    command: ApproveAmongOthers,
) -> Came {
    let decided = staff
        .within(chosen.tenant_id, async |tx| {
            let mut rng = ambient::rng();
            approve_among_others(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    let (badge, words) = match decided {
        Ok(Decided::Activated(client)) => (
            Badge::new(Tone::Ok, "Approved").icon(Icon::Tick),
            format!("Its client is {}.", client.client_id),
        ),
        Ok(Decided::AwaitsSecond { .. } | Decided::Offered { .. } | Decided::Closed(_)) => (
            Badge::new(Tone::Info, "Waits"),
            "It waits for somebody else.".to_owned(),
        ),
        Err(error) => (
            Badge::new(Tone::Warn, "Not approved").icon(Icon::Warning),
            refusal(&error),
        ),
    };
    Came {
        href: paths::request(
            &chosen.queued.slug,
            chosen.queued.environment,
            chosen.queued.id,
        ),
        name: name(chosen),
        badge,
        words,
    }
}

fn refusal(error: &DecideTogetherError) -> String {
    match error {
        DecideTogetherError::NotTogether(why) => {
            format!("Rule {RULE}: {why}. Decide it on its own page.")
        }
        DecideTogetherError::Decide(DecideError::Stale) => {
            "It changed while you were reading. Look at it again.".to_owned()
        }
        DecideTogetherError::Decide(DecideError::Store(_)) | DecideTogetherError::Store(_) => {
            tracing::warn!(%error, "a request among others was not decided");
            "Something failed on our side. Try it again on its own page.".to_owned()
        }
        DecideTogetherError::Decide(error) => format!("{error}."),
        DecideTogetherError::NotPermitted(error) => format!("{error}."),
    }
}

fn nothing(named: &Named) -> Came {
    Came {
        href: "/requests".to_owned(),
        name: named.id.to_string(),
        badge: Badge::new(Tone::Warn, "Not there"),
        words: "There is no such request.".to_owned(),
    }
}

async fn look(staff: &StaffSignedIn, named: &[Named]) -> Result<Seen<Vec<Chosen>>, Refusal> {
    let ids: Vec<Id<kind::Request>> = named.iter().map(|named| named.id).collect();
    let seen = staff.look(Look::over("requests/together"), async |tx| {
        dashboard_requests::chosen(tx, &ids).await
    });
    let mut seen = seen.await?;
    seen.found
        .retain(|chosen| named.iter().any(|named| named.is(chosen)));
    Ok(seen)
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Vec<Chosen>>,
    reason: &str,
    problems: &Problems,
) -> TogetherPage {
    let (may, not): (Vec<&Chosen>, Vec<&Chosen>) = seen.found.iter().partition(|chosen| {
        let queued = &chosen.queued;
        may_be(
            queued.environment,
            queued.state,
            (queued.score, queued.failed),
        )
    });
    let left = |chosen: &&Chosen| Came {
        href: paths::request(
            &chosen.queued.slug,
            chosen.queued.environment,
            chosen.queued.id,
        ),
        name: name(chosen),
        badge: words::request_state(chosen.queued.state),
        words: format!(
            "Rule {RULE}: only requests of low risk for the sandbox that wait for a decision are decided together."
        ),
    };
    let field = Field::area("reason", "Reason", 3)
        .hint("The same for all of them. The tenants read it, and it is kept in the ledger.")
        .value(reason);
    TogetherPage {
        shell: staff
            .shell(Area::Requests, seen, "Approve together")
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        lines: may.into_iter().map(line).collect(),
        left: not.iter().map(left).collect(),
        reason: problems.beside(field),
    }
}

fn line(chosen: &Chosen) -> Line {
    let queued = &chosen.queued;
    let named = Named {
        slug: queued.slug.clone(),
        environment: queued.environment,
        id: queued.id,
    };
    Line {
        href: paths::request(&queued.slug, queued.environment, queued.id),
        integration: queued.integration.to_string(),
        tenant: queued.tenant.to_string(),
        environment: Badge::environment(queued.environment),
        risk: queued.score.map(|score| words::level(score).scored(score)),
        scopes: chosen.scopes.join(" "),
        hash: chosen.payload.to_string(),
        item: format!("{}/{}/{}", named.text(), queued.version, chosen.payload),
    }
}

fn name(chosen: &Chosen) -> String {
    format!("{}, {}", chosen.queued.integration, chosen.queued.tenant)
}

/// One item of the confirm page: case, version, hash.
fn item(text: &str) -> Option<(Named, i32, PayloadHash)> {
    let (named, payload) = text.rsplit_once('/')?;
    let (named, version) = named.rsplit_once('/')?;
    Some((
        Named::parse(named)?,
        version.parse().ok()?,
        payload.parse().ok()?,
    ))
}

impl Named {
    /// Reads `tenant/environment/request`.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let named = Self {
            slug: TenantSlug::parse(parts.next()?).ok()?,
            environment: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(named)
    }

    fn text(&self) -> String {
        format!("{}/{}/{}", self.slug, self.environment, self.id)
    }

    fn is(&self, chosen: &Chosen) -> bool {
        let queued = &chosen.queued;
        self.id == queued.id && self.environment == queued.environment && self.slug == queued.slug
    }
}
