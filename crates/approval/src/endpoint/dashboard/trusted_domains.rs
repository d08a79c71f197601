//! Every domain that is trusted for a tenant, by its owner or by two people of the platform, and what waits for a second
//! person. Proposing, answering and ending are pages of their own.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Shell, Tone, When};
use narthex_tenancy::StoreError;
use narthex_tenancy::permission::Action;

use super::banner::Done;
use super::brakes::{Names, whose};
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::words;
use crate::proposal::{Proposal, ProposalKind};
use crate::store::dashboard_people::{self, People, name_of};
use crate::store::trusted_domain::Trust;
use crate::store::{dashboard_tenants, proposal, trusted_domain};
use crate::trust_for_tenant::Change;

/// A domain that is trusted.
struct Row {
    domain: String,
    whose: String,
    environment: &'static str,
    by: Badge,
    sponsor: String,
    reason: String,
    since: When,
    ends: When,
    end: Option<String>,
}

/// A proposal that waits.
struct Waits {
    domain: String,
    whose: String,
    environment: &'static str,
    who: String,
    reason: String,
    at: When,
    left: String,
    href: String,
}

#[derive(Template)]
#[template(path = "dashboard/trusted_domains.html")]
struct TrustedDomainsPage {
    shell: Shell,
    waits: Vec<Waits>,
    rows: Vec<Row>,
    may: bool,
    who_may: String,
    range: String,
}

/// `GET /trusted-domains`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let now = staff.now;
    let seen = staff
        .look(Look::list(Area::Trust), async |tx| {
            let trusts = trusted_domain::everywhere(tx, now).await?;
            let waiting = proposal::waiting(tx, ProposalKind::TrustDomain, now).await?;
            let tenants = trusts.iter().map(|trust| trust.tenant);
            let tenants: Vec<_> = tenants
                .chain(waiting.iter().map(|one| one.tenant))
                .collect();
            let names = dashboard_tenants::names(tx, &tenants).await?;
            let sponsors = trusts.iter().map(|trust| trust.sponsor);
            let people = dashboard_people::named(tx, sponsors).await?;
            let waiting: Result<Vec<_>, _> = waiting
                .into_iter()
                .map(|one| Ok::<_, StoreError>((Change::read(&one.change)?, one)))
                .collect();
            Ok((trusts, waiting?, names, people))
        })
        .await?;
    let (trusts, waiting, names, people) = &seen.found;
    let may = staff.may(Action::TrustForTenant);
    let shell = staff.shell(Area::Trust, &seen, Area::Trust.label());
    let wait = |(change, one): &(Change, Proposal)| Waits {
        domain: change.domain.to_string(),
        whose: whose(names, one.tenant),
        environment: change.environment.as_str(),
        who: one.by.name.clone(),
        reason: one.reason.clone(),
        at: When::new(one.at),
        left: words::left(now, one.expires_at),
        href: format!("{}/proposals/{}", Area::Trust.path(), one.id),
    };
    Ok(frame::page(&TrustedDomainsPage {
        shell: shell.banner(Done::told(&query)),
        waits: waiting.iter().map(wait).collect(),
        rows: trusts
            .iter()
            .map(|trust| row(trust, (names, people), may))
            .collect(),
        may,
        who_may: staff.who_may(Action::TrustForTenant),
        range: words::counted(trusts.len(), "domain", "domains"),
    }))
}

fn row(trust: &Trust, (names, people): (&Names, &People), may: bool) -> Row {
    Row {
        domain: trust.domain.to_string(),
        whose: whose(names, trust.tenant),
        environment: trust.environment.as_str(),
        by: if trust.proposal.is_some() {
            Badge::new(Tone::Info, "Two of staff")
        } else {
            Badge::new(Tone::Neutral, "Its owner")
        },
        sponsor: name_of(people, trust.sponsor),
        reason: trust.reason.clone(),
        since: When::new(trust.created_at).day(),
        ends: When::new(trust.expires_at).day(),
        end: may.then(|| format!("{}/{}/end", Area::Trust.path(), trust.id)),
    }
}
