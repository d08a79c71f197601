//! What the review team asked about registrations in quarantine: is one of these ours? What waits for an answer first.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Icon, Shell, Tone, When};
use narthex_vocab::{ClaimState, ClientName, Timestamp};

use super::banner::Done;
use super::frame::{Area, page as answer};
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::store::portal_claim::{self, Asked};

#[derive(Template)]
#[template(path = "portal/claims.html")]
struct ClaimsPage {
    shell: Shell,
    rows: Vec<Row>,
    home: String,
}

struct Row {
    href: String,
    name: String,
    leads_to: String,
    environment: Badge,
    state: Badge,
    asked: When,
    ends: When,
}

/// `GET /t/{tenant}/claims`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let asked = who.within(portal_claim::all).await?;
    let page = ClaimsPage {
        shell: who
            .shell(Area::Claims, Area::Claims.label())
            .banner(Done::told(&query)),
        rows: asked.iter().map(|one| row(&who, one)).collect(),
        home: who.path(""),
    };
    Ok(answer(&page))
}

fn row(who: &SignedIn, one: &Asked) -> Row {
    let claim = &one.claim;
    Row {
        href: who.path(&format!("/{}/claims/{}", claim.environment, claim.id)),
        name: quoted(one),
        leads_to: one.family.redirects.clone(),
        environment: Badge::environment(claim.environment),
        state: state(one, who.now),
        asked: When::new(claim.created_at),
        ends: When::new(claim.expires_at),
    }
}

/// The name that it gives itself, in quotes: nobody checked it.
pub(super) fn quoted(one: &Asked) -> String {
    let name = one.waiting.metadata.client_name();
    name.map(ClientName::as_str)
        .map_or_else(|| "No name given".to_owned(), |name| format!("“{name}”"))
}

/// How an invitation stands; one whose time is over is over, whether anybody wrote it down or not.
pub(super) fn state(one: &Asked, now: Timestamp) -> Badge {
    let claim = &one.claim;
    let state = if claim.state == ClaimState::Open && !claim.is_open(now) {
        ClaimState::Lapsed
    } else {
        claim.state
    };
    let badge = |tone, label: &str| Badge::new(tone, label);
    match state {
        ClaimState::Open => badge(Tone::Warn, "Waits for your answer").icon(Icon::Clock),
        ClaimState::Claimed => badge(Tone::Ok, "Claimed").icon(Icon::Tick),
        ClaimState::Disowned => badge(Tone::Neutral, "Not yours"),
        ClaimState::Lapsed => badge(Tone::Neutral, "Not answered in time"),
    }
}
