//! One registration in quarantine with all that is known about it, and the form that gives it a home: an integration with
//! a sponsor, and a case about it. Linking gives nothing by itself.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When, number};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit, Role};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, Id, Label, QuarantineState, Scope, Timestamp, kind};

use super::asker::{self, AskLine};
use super::attempts::{self, Line};
use super::banner::Done;
use super::frame::{self, Area};
use super::identity::{Identity, identity, logos};
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::quarantine::family_name;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::integration::Operator;
use crate::link::{Link, LinkError, link};
use crate::store::dashboard_quarantine::{self, Registration};

/// What the page was asked to look at.
type Looked = Seen<(Tenant, Registration)>;

/// What the form holds.
#[derive(Debug, Clone)]
struct Filled {
    name: String,
    operator: String,
    sponsor: String,
    scopes: Vec<String>,
}

#[derive(Template)]
#[template(path = "dashboard/link.html")]
struct LinkPage {
    shell: Shell,
    errors: ErrorSummary,
    facts: Vec<Fact>,
    asks: Vec<AskLine>,
    identity: Identity,
    attempts: Vec<Line>,
    more_attempts: String,
    form: Option<Form>,
    closed_text: String,
    request: Option<String>,
    family: String,
}

/// The form, while it can be linked.
struct Form {
    action: String,
    name: Field,
    operator: Field,
    sponsor: Field,
    scopes: Option<Field>,
    /// Its own page, below which are the other ways to decide while it waits.
    waits: Option<String>,
}

/// `GET /quarantine/{tenant}/{environment}/{client_id}`
pub(crate) async fn page(
    staff: StaffSignedIn,
    place: Place,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let looked = look(&staff, &place).await?;
    let filled = Filled::at_first(&looked.found.1);
    let mut page = view(&staff, &looked, &filled, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(frame::page(&page))
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    let filled = Filled {
        name: posted.text("integration")?,
        operator: posted.text("operator")?,
        sponsor: posted.text("sponsor")?,
        scopes: posted.many("scope").map(str::to_owned).collect(),
    };
    match filled.read(&looked.found.1)? {
        Ok(command) => carry_out(&staff, &permit, (looked, filled), command).await,
        Err(problems) => Ok(frame::again(&view(&staff, &looked, &filled, &problems))),
    }
}

async fn look(staff: &StaffSignedIn, place: &Place) -> Result<Looked, Refusal> {
    let client: ClientId = place.named("client_id")?;
    let (at, now) = ((place.environment, client.clone()), staff.now);
    staff
        .look_at(place, client.to_string(), async |tx, tenant| {
            dashboard_quarantine::load(tx, tenant, at, now).await
        })
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    (looked, filled): (Looked, Filled),
    command: Link,
) -> Result<HttpResponse, Refusal> {
    let tenant = looked.found.0.clone();
    let linked = staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            link(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    match linked {
        Ok(linked) => {
            let at = linked.request;
            Ok(Done::Linked.at(&paths::request(&tenant.slug, at.environment, at.id)))
        }
        Err(error) => {
            let mut problems = Problems::default();
            let (field, words) = refused(error)?;
            problems.add(field, words);
            Ok(frame::again(&view(staff, &looked, &filled, &problems)))
        }
    }
}

/// Where on the form a refusal of the verb belongs, and its words.
fn refused(error: LinkError) -> Result<(&'static str, String), Refusal> {
    Ok(match error {
        LinkError::NotPermitted(error) => return Err(error.into()),
        LinkError::Store(error) => return Err(error.into()),
        LinkError::NotWaiting(state) => {
            let state = state.label().to_lowercase();
            (
                "",
                format!("It does not wait any more: {state}. Reload the page"),
            )
        }
        LinkError::AlreadyOpen => (
            "",
            "Somebody was faster: a request about it is open. Reload the page".to_owned(),
        ),
        LinkError::SponsorMissing => ("sponsor", "Choose who answers for it".to_owned()),
        LinkError::UnknownSponsor => (
            "sponsor",
            "This person has left. Choose somebody else".to_owned(),
        ),
        LinkError::UnknownReach(_) => (
            "scope",
            "One of these scopes is gone. Reload the page and choose again".to_owned(),
        ),
    })
}

impl Filled {
    /// The name it gives itself, the first who asked and may answer for it, and what was asked for: to be changed by the
    /// reviewer.
    fn at_first(registration: &Registration) -> Self {
        let wanted = registration.wanted();
        let known = registration
            .words
            .scopes
            .keys()
            .filter(|scope| wanted.contains(scope));
        Self {
            name: registration
                .metadata
                .client_name()
                .map_or_else(String::new, ToString::to_string),
            operator: Operator::Agent.as_str().to_owned(),
            sponsor: likely_sponsor(registration).map_or_else(String::new, |id| id.to_string()),
            scopes: known.map(ToString::to_string).collect(),
        }
    }

    /// The command that the form means, or what is wrong with it.
    fn read(&self, registration: &Registration) -> Result<Result<Link, Problems>, Refusal> {
        let mut problems = Problems::default();
        let scope = |text: &String| {
            let known = |scope: &Scope| registration.words.scopes.contains_key(scope);
            Scope::parse(text)
                .ok()
                .filter(known)
                .ok_or(Refusal::Unreadable)
        };
        let scopes = self.scopes.iter().map(scope).collect::<Result<_, _>>()?;
        let operator: Operator = self.operator.parse().map_err(|_| Refusal::Unreadable)?;
        let name = problems.keep("integration", Label::parse(&self.name), |error| {
            format!("Enter a name for the integration: {error}")
        });
        let sponsor: Option<Id<kind::Member>> = self.sponsor.parse().ok();
        if sponsor.is_none() {
            problems.add("sponsor", "Choose who answers for it");
        }
        Ok(match (name, sponsor) {
            (Some(name), Some(sponsor)) => Ok(Link {
                environment: registration.environment,
                client_id: registration.client_id.clone(),
                name,
                operator,
                sponsor: Some(sponsor),
                scopes: Some(scopes),
            }),
            (None, _) | (_, None) => Err(problems),
        })
    }
}

fn view(staff: &StaffSignedIn, looked: &Looked, filled: &Filled, problems: &Problems) -> LinkPage {
    let (tenant, registration) = &looked.found;
    let shell = staff.shell(
        Area::Quarantine,
        looked,
        words::quoted(&registration.metadata),
    );
    let may = staff.may(Action::HandleQuarantine);
    let mut page = link_page(
        shell,
        (tenant, registration),
        (filled, problems),
        may,
        staff.now,
    );
    if !may {
        page.closed_text = staff.who_may(Action::HandleQuarantine);
    }
    page
}

fn link_page(
    shell: Shell,
    (tenant, registration): (&Tenant, &Registration),
    (filled, problems): (&Filled, &Problems),
    may_link: bool,
    now: Timestamp,
) -> LinkPage {
    let shell = frame::of_tenant(shell, tenant, registration.environment);
    let ended = registration.expires_at <= now;
    let open = may_link
        && !ended
        && match registration.state {
            QuarantineState::Quarantined | QuarantineState::Linked => true,
            QuarantineState::Activated | QuarantineState::Blocked | QuarantineState::Expired => {
                false
            }
        };
    let request = registration.request;
    let at = (&tenant.slug, registration.environment);
    LinkPage {
        shell: shell
            .badge(words::quarantine_state(registration.state))
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        facts: facts(registration, now),
        asks: asker::asks(&registration.asks, &registration.people),
        identity: identity(
            &registration.metadata,
            Some(&registration.client_id),
            &registration.unproved,
            logos(at, &registration.logos),
        ),
        attempts: registration.attempts.iter().map(attempts::line).collect(),
        more_attempts: format!("/attempts?q={}", registration.client_id),
        form: open.then(|| form(tenant, registration, filled, problems)),
        closed_text: closed_text(registration.state, ended).to_owned(),
        request: request.map(|id| paths::request(&tenant.slug, registration.environment, id)),
        family: paths::family(at.0, at.1, &registration.fingerprint),
    }
}

const fn closed_text(state: QuarantineState, ended: bool) -> &'static str {
    match state {
        QuarantineState::Quarantined | QuarantineState::Linked if ended => {
            "Its time in quarantine ended. It has to register again."
        }
        QuarantineState::Quarantined => "It waits for somebody to link it.",
        QuarantineState::Linked => "A request about it is open.",
        QuarantineState::Activated => "It became a client.",
        QuarantineState::Blocked => "It was blocked. It leads nowhere.",
        QuarantineState::Expired => "Nobody wanted it in time. It has to register again.",
    }
}

fn facts(registration: &Registration, now: Timestamp) -> Vec<Fact> {
    let family = &registration.family;
    let attempts = number(u64::try_from(family.attempts).unwrap_or_default());
    let asked = if registration.scope.is_empty() {
        Fact::text("Asked for", "No scope")
    } else {
        Fact::code("Asked for", &registration.scope)
    };
    let mut ends = Fact::when("Ends", When::new(registration.expires_at));
    if registration.expires_at > now {
        ends = ends.and_text(format!(
            "{} left",
            words::left(now, registration.expires_at)
        ));
    }
    vec![
        Fact::text("Family", family_name(&family.name)).and_text(&family.redirects),
        Fact::text("Attempts", attempts),
        Fact::when("First seen", When::new(family.first_seen)),
        Fact::when("Last seen", When::new(family.last_seen)),
        Fact::when("In quarantine since", When::new(registration.created_at)),
        ends,
        asked,
    ]
}

fn form(
    tenant: &Tenant,
    registration: &Registration,
    filled: &Filled,
    problems: &Problems,
) -> Form {
    let action = paths::quarantined(
        &tenant.slug,
        registration.environment,
        &registration.client_id,
    );
    let operators = Operator::ALL.map(|one| Choice::new(one.as_str(), one.label()));
    let name = Field::text("integration", "Name of the new integration")
        .hint("Starts as the name it gives itself. Nobody checked that name.")
        .value(filled.name.as_str());
    let sponsor = Field::select("sponsor", "Sponsor", sponsors(registration))
        .hint("The person of the tenant who answers for it.")
        .value(filled.sponsor.as_str());
    let waits = registration.state == QuarantineState::Quarantined;
    Form {
        waits: waits.then(|| action.clone()),
        action,
        name: problems.beside(name),
        operator: Field::select("operator", "Who runs it", operators.into())
            .value(filled.operator.as_str()),
        sponsor: problems.beside(sponsor),
        scopes: scopes(registration, filled).map(|field| problems.beside(field)),
    }
}

/// The first who asked and has a part in the tenant's portal: who only signs in to its apps does not come to answer for
/// one by a choice that nobody made.
fn likely_sponsor(registration: &Registration) -> Option<Id<kind::Member>> {
    let people = &registration.people;
    let has_role = |id: &_| people.get(id).is_some_and(|one| one.role.is_some());
    let mut asked = registration.asks.iter().map(|ask| ask.member);
    asked.find(has_role)
}

/// Who asked comes first, then everybody else by name.
fn sponsors(registration: &Registration) -> Vec<Choice> {
    let asked = |id| registration.asks.iter().any(|ask| ask.member == id);
    let mut people: Vec<_> = registration.people.iter().collect();
    people.sort_by(|(a, one), (b, other)| {
        asked(**b)
            .cmp(&asked(**a))
            .then_with(|| one.name.cmp(&other.name))
    });
    let choice = |(id, person): (&Id<kind::Member>, &crate::store::dashboard_people::Named)| {
        let wants = if asked(*id) { ", wants it" } else { "" };
        let role = person.role.map_or("end user", Role::label);
        Choice::new(
            id.to_string(),
            format!("{} ({}), {role}{wants}", person.name, person.email),
        )
    };
    let nobody = Choice::new("", "Choose a person");
    std::iter::once(nobody)
        .chain(people.into_iter().map(choice))
        .collect()
}

/// The catalogue as boxes; none when the environment has no scope.
fn scopes(registration: &Registration, filled: &Filled) -> Option<Field> {
    let choice = |(scope, words): (&Scope, &crate::store::dashboard_catalogue::ScopeWords)| {
        Choice::new(scope.as_str(), scope.as_str())
            .hint(format!("{} ({})", words.meaning, words.risk.label()))
            .chosen(filled.scopes.iter().any(|on| on == scope.as_str()))
    };
    let choices: Vec<Choice> = registration.words.scopes.iter().map(choice).collect();
    let hint = "The request will ask for what is ticked, with every tool these scopes cover.";
    (!choices.is_empty()).then(|| {
        Field::checkboxes("scope", "Scopes to ask for", choices)
            .hint(hint)
            .optional()
    })
}
