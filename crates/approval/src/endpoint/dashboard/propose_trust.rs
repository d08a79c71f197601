//! Proposing to trust a domain for a tenant: where, until when, who of the tenant answers for it, and why. Nothing is
//! trusted by it before somebody else confirms.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{Duration, SubsecRound};
use narthex_http::page::{Choice, ErrorSummary, Field, Shell};
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Email, Environment, HostName, Id, Tenant, TenantSlug, kind};

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::prose::Reason;
use crate::store::dashboard_people::{self, People};
use crate::store::dashboard_tenants;
use crate::trust_for_tenant::{ProposeTrust, ProposeTrustError, propose_trust};

/// For how long: its word, what people read, and the days.
const SPANS: [(&str, &str, i64); 3] = [
    ("30d", "30 days", 30),
    ("90d", "90 days", 90),
    ("365d", "1 year", 365),
];

/// The tenant that is named, when there is one, with its people.
type Named = Option<(Id<Tenant>, People)>;

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    tenant: String,
    environment: String,
    domain: String,
    span: String,
    sponsor: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "dashboard/propose_trust.html")]
struct ProposeTrustPage {
    shell: Shell,
    errors: ErrorSummary,
    fields: Vec<Field>,
}

/// `GET /trusted-domains/new`
pub(crate) async fn page(staff: StaffSignedIn) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::TrustForTenant)?;
    let typed = Typed {
        environment: Environment::Sandbox.as_str().to_owned(),
        span: "90d".to_owned(),
        ..Typed::default()
    };
    let seen = look(&staff, "").await?;
    let problems = Problems::default();
    Ok(frame::page(&view(&staff, &seen, &typed, &problems)))
}

/// `POST /trusted-domains/new`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::TrustForTenant)?;
    let typed = Typed {
        tenant: posted.text("tenant")?,
        environment: posted.text("environment")?,
        domain: posted.text("domain")?,
        span: posted.text("span")?,
        sponsor: posted.text("sponsor")?,
        reason: posted.text("reason")?,
    };
    let seen = look(&staff, typed.tenant.trim()).await?;
    let mut problems = Problems::default();
    let Some((tenant, command)) = typed.read(&staff, &seen.found, &mut problems) else {
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    match carry_out(&staff, &permit, tenant, command).await {
        Ok(()) => Ok(Done::TrustProposed.at(Area::Trust.path())),
        Err(ProposeTrustError::NotPermitted(error)) => Err(error.into()),
        Err(ProposeTrustError::Store(error)) => Err(error.into()),
        Err(error) => {
            problems.add(field_of(&error), words(&error));
            Ok(frame::again(&view(&staff, &seen, &typed, &problems)))
        }
    }
}

async fn look(staff: &StaffSignedIn, slug: &str) -> Result<Seen<Named>, Refusal> {
    let slug = TenantSlug::parse(slug).ok();
    staff
        .look(Look::list(Area::Trust), async |tx: &mut TenantTx| {
            let Some(slug) = slug else {
                return Ok(None);
            };
            match dashboard_tenants::find(tx, &slug).await {
                Ok(tenant) => {
                    let people = dashboard_people::of_tenant(tx, tenant.id).await?;
                    Ok(Some((tenant.id, people)))
                }
                Err(StoreError::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    tenant: Id<Tenant>,
    command: ProposeTrust,
) -> Result<(), ProposeTrustError> {
    staff
        .within(tenant, async |tx| {
            let mut rng = ambient::rng();
            let mut acting = staff.acting(permit, &mut rng);
            propose_trust(tx, command, &mut acting).await.map(drop)
        })
        .await
}

impl Typed {
    fn read(
        &self,
        staff: &StaffSignedIn,
        named: &Named,
        problems: &mut Problems,
    ) -> Option<(Id<Tenant>, ProposeTrust)> {
        if named.is_none() {
            problems.add("tenant", "No tenant has this name in addresses");
        }
        let environment = problems.keep("environment", self.environment.parse(), |_| {
            "Choose an environment".to_owned()
        });
        let domain = problems.keep("domain", HostName::parse(self.domain.trim()), |error| {
            format!("Enter a domain, such as example.com: {error}")
        });
        let span = SPANS.iter().find(|(word, ..)| *word == self.span);
        if span.is_none() {
            problems.add("span", "Choose for how long");
        }
        let sponsor = named.as_ref().and_then(|(_, people)| self.sponsor(people));
        if named.is_some() && sponsor.is_none() {
            problems.add("sponsor", "Nobody of the tenant has this address");
        }
        let reason = problems.keep("reason", Reason::parse(&self.reason), reason_words);
        let (tenant, _) = named.as_ref()?;
        let (_, _, days) = span?;
        let command = ProposeTrust {
            environment: environment?,
            domain: domain?,
            until: (staff.now + Duration::days(*days)).trunc_subsecs(0),
            sponsor: sponsor?,
            reason: reason?,
        };
        Some((*tenant, command))
    }

    fn sponsor(&self, people: &People) -> Option<Id<kind::Member>> {
        let email = Email::parse(self.sponsor.trim()).ok()?.to_string();
        let found = people.iter().find(|(_, person)| person.email == email);
        found.map(|(id, _)| *id)
    }
}

const fn field_of(error: &ProposeTrustError) -> &'static str {
    match error {
        ProposeTrustError::NotRegistrable
        | ProposeTrustError::Trusted
        | ProposeTrustError::Proposed
        | ProposeTrustError::TooMany => "domain",
        ProposeTrustError::UnknownSponsor => "sponsor",
        ProposeTrustError::End => "span",
        ProposeTrustError::NotPermitted(_) | ProposeTrustError::Store(_) => "",
    }
}

fn words(error: &ProposeTrustError) -> &'static str {
    match error {
        ProposeTrustError::NotRegistrable => {
            "Enter a domain as it is registered, such as example.com"
        }
        ProposeTrustError::UnknownSponsor => "Nobody of the tenant has this address",
        ProposeTrustError::Trusted => "It is trusted there already",
        ProposeTrustError::Proposed => "Somebody proposed this already: answer that proposal",
        ProposeTrustError::TooMany => "The environment trusts as many domains as it may",
        ProposeTrustError::End => "Choose an end within a year",
        ProposeTrustError::NotPermitted(_) | ProposeTrustError::Store(_) => "",
    }
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Named>,
    typed: &Typed,
    problems: &Problems,
) -> ProposeTrustPage {
    let environments = Environment::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label()));
    let spans = SPANS.map(|(word, label, _)| Choice::new(word, label));
    let fields = [
        Field::text("tenant", "Tenant")
            .hint("Its name in addresses.")
            .value(typed.tenant.as_str())
            .mono(),
        Field::select("environment", "Environment", environments.collect())
            .hint("The sandbox lets such clients in by a rule. Production makes them a request that a person decides.")
            .value(typed.environment.as_str()),
        Field::text("domain", "Domain")
            .hint("As it is registered, such as example.com. Every host of it counts.")
            .value(typed.domain.as_str())
            .mono(),
        Field::select("span", "Trust it for", spans.into()).value(typed.span.as_str()),
        Field::email("sponsor", "Who of the tenant answers for it")
            .hint("The address of a person of the tenant.")
            .value(typed.sponsor.as_str()),
        Field::area("reason", "Reason", 3)
            .hint("Who confirms it reads this, and so does the tenant's owner.")
            .value(typed.reason.as_str()),
    ];
    let shell = staff.shell(Area::Trust, seen, "Propose to trust a domain");
    ProposeTrustPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        fields: fields.map(|field| problems.beside(field)).into(),
    }
}
