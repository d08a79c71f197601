//! A new line of the block list or of the trust list, for one tenant or for all, with a reason and an end.

use actix_web::HttpResponse;
use askama::Template;
use chrono::Duration;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, ErrorSummary, Field, Shell};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, TenantSlug, Timestamp};

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::add_listing::{AddListing, AddListingError, add_listing};
use crate::listing::{Effect, Subject};
use crate::prose::Reason;
use crate::store::dashboard_tenants;

/// How long a line may last: its word, what people read, and the days.
pub(super) const SPANS: [(&str, &str, i64); 4] = [
    ("1d", "1 day", 1),
    ("7d", "7 days", 7),
    ("30d", "30 days", 30),
    ("365d", "1 year", 365),
];

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    effect: String,
    kind: String,
    subject: String,
    tenant: String,
    per_minute: String,
    span: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "dashboard/add_listing.html")]
struct AddListingPage {
    shell: Shell,
    errors: ErrorSummary,
    fields: Vec<Field>,
}

/// `GET /lists/new`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::EditLists)?;
    let given = |name| {
        let text = query.one(name).ok().flatten().unwrap_or_default();
        text.to_owned()
    };
    let typed = Typed {
        effect: "block".to_owned(),
        kind: given("kind"),
        subject: given("subject"),
        tenant: given("tenant"),
        per_minute: "300".to_owned(),
        span: "7d".to_owned(),
        reason: String::new(),
    };
    let seen = look(&staff, "").await?;
    Ok(frame::page(&view(
        &staff,
        &seen,
        &typed,
        &Problems::default(),
    )))
}

/// `POST /lists/new`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::EditLists)?;
    let typed = Typed {
        effect: posted.text("effect")?,
        kind: posted.text("kind")?,
        subject: posted.text("subject")?,
        tenant: posted.text("tenant")?,
        per_minute: posted.text("per_minute")?,
        span: posted.text("span")?,
        reason: posted.text("reason")?,
    };
    let seen = look(&staff, typed.tenant.trim()).await?;
    let mut problems = Problems::default();
    let command = typed.read(&mut problems, staff.now);
    let Some(tenant) = seen.found else {
        problems.add("tenant", "No tenant has this name in addresses");
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    let Some(command) = command else {
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    match carry_out(&staff, &permit, tenant, command).await {
        Ok(()) => Ok(Done::Listed.at(Area::Lists.path())),
        Err(AddListingError::NotPermitted(error)) => Err(error.into()),
        Err(AddListingError::Store(error)) => Err(error.into()),
        Err(
            error @ (AddListingError::NoLaneForAHost
            | AddListingError::End
            | AddListingError::Season),
        ) => {
            problems.add("", error.to_string());
            Ok(frame::again(&view(&staff, &seen, &typed, &problems)))
        }
    }
}

/// Whose list it is: the platform's for no name, nobody's for a name that no tenant has.
async fn look(staff: &StaffSignedIn, slug: &str) -> Result<Seen<Option<Id<Tenant>>>, Refusal> {
    staff
        .look(Look::list(Area::Lists), async |tx: &mut TenantTx| {
            if slug.is_empty() {
                return Ok(Some(PLATFORM_TENANT));
            }
            let Ok(slug) = TenantSlug::parse(slug) else {
                return Ok(None);
            };
            match dashboard_tenants::find(tx, &slug).await {
                Ok(tenant) => Ok(Some(tenant.id)),
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
    command: AddListing,
) -> Result<(), AddListingError> {
    staff
        .within(tenant, async |tx| {
            let mut rng = ambient::rng();
            add_listing(tx, command, &mut staff.acting(permit, &mut rng))
                .await
                .map(drop)
        })
        .await
}

impl Typed {
    fn read(&self, problems: &mut Problems, now: Timestamp) -> Option<AddListing> {
        let effect = self.effect(problems);
        let subject = problems.keep(
            "subject",
            Subject::parse(&self.kind, &self.subject),
            |error| format!("Enter what it names: {error}"),
        );
        let days = SPANS.iter().find(|(word, ..)| *word == self.span);
        if days.is_none() {
            problems.add("span", "Choose for how long");
        }
        let reason = problems.keep("reason", Reason::parse(&self.reason), reason_words);
        Some(AddListing {
            effect: effect?,
            subject: subject?,
            reason: reason?,
            expires_at: now + Duration::days(days?.2),
        })
    }

    fn effect(&self, problems: &mut Problems) -> Option<Effect> {
        match self.effect.as_str() {
            "block" => Some(Effect::Block),
            "lane" => {
                let calls = self
                    .per_minute
                    .trim()
                    .parse()
                    .ok()
                    .filter(|calls| *calls > 0);
                if calls.is_none() {
                    problems.add("per_minute", "Enter a whole number from 1 to 60000");
                }
                calls.map(|per_minute| Effect::Lane { per_minute })
            }
            _ => {
                problems.add("effect", "Choose what it does");
                None
            }
        }
    }
}

fn view<T>(
    staff: &StaffSignedIn,
    seen: &Seen<T>,
    typed: &Typed,
    problems: &Problems,
) -> AddListingPage {
    let effects = vec![
        Choice::new("block", "Block").hint("Registrations that it names are refused."),
        Choice::new("lane", "Trust").hint(
            "When the common budgets are used up, its calls go on within a lane of their own.",
        ),
    ];
    let kinds = Subject::KINDS.map(|(word, label)| Choice::new(word, label));
    let spans = SPANS.map(|(word, label, _)| Choice::new(word, label));
    let fields = [
        Field::radios("effect", "What it does", effects).value(typed.effect.as_str()),
        Field::select("kind", "What it names", kinds.into()).value(typed.kind.as_str()),
        Field::text("subject", "Which")
            .hint("A fingerprint, a host as evil.example, or a network as 192.0.2.0/24.")
            .value(typed.subject.as_str())
            .mono(),
        Field::text("tenant", "Tenant")
            .hint("Its name in addresses. Leave it empty for every tenant.")
            .value(typed.tenant.as_str())
            .mono()
            .optional(),
        Field::text("per_minute", "Calls a minute")
            .hint("For what is trusted alone.")
            .value(typed.per_minute.as_str())
            .optional(),
        Field::select("span", "For how long", spans.into()).value(typed.span.as_str()),
        Field::area("reason", "Reason", 3)
            .hint("Kept in the ledger. The registrant is not told.")
            .value(typed.reason.as_str()),
    ];
    let shell = staff.shell(Area::Lists, seen, "New line");
    AddListingPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        fields: fields.map(|field| problems.beside(field)).into(),
    }
}
