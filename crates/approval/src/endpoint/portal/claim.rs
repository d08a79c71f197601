//! One registration that may be the tenant's own: what it says about itself, what has to be shown to claim it, and the
//! two answers. Claiming makes a request that the review team decides, and no more.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientName, Environment, HostName, Id, Label, RedirectUri, kind};

use super::banner::Done;
use super::claims::{quoted, state};
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::claim::{Showing, TakeClaim, TakeClaimError, take_claim};
use crate::disown::{Disown, DisownError, disown};
use crate::integration::Operator;
use crate::prose::Reason;
use crate::store::portal_claim::{self, Asked};

/// The path of an invitation's pages.
type At = (String, Environment, Id<kind::Claim>);

#[derive(Template)]
#[template(path = "portal/claim.html")]
struct ClaimPage {
    shell: Shell,
    errors: ErrorSummary,
    reason: String,
    facts: Vec<Fact>,
    /// What has to be shown, and whether it is.
    shown: Vec<Fact>,
    /// The form that claims, where it can be claimed.
    claim: Option<[Field; 2]>,
    disown: Option<Field>,
    domains: String,
    here: String,
    closed_text: String,
    request: Option<String>,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    name: String,
    operator: String,
    reason: String,
}

/// `GET /t/{tenant}/{environment}/claims/{claim}`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    let one = load(&who, &path).await?;
    let name = one.waiting.metadata.client_name();
    let typed = Typed {
        name: name.map_or_else(String::new, ToString::to_string),
        operator: Operator::Partner.as_str().to_owned(),
        reason: String::new(),
    };
    Ok(answer(&view(&who, &one, &typed, &Problems::default())))
}

/// `POST /t/{tenant}/{environment}/claims/{claim}`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let one = load(&who, &path).await?;
    let typed = Typed {
        name: posted.text("name")?,
        operator: posted.text("operator")?,
        reason: String::new(),
    };
    let mut problems = Problems::default();
    let name = problems.keep("name", Label::parse(&typed.name), |error| {
        format!("Enter a name for the integration: {error}")
    });
    let operator = problems.keep("operator", typed.operator.parse::<Operator>(), |_| {
        "Choose who runs it".to_owned()
    });
    if let (Some(name), Some(operator)) = (name, operator) {
        let command = TakeClaim {
            environment: one.claim.environment,
            claim: one.claim.id,
            name,
            operator,
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            take_claim(tx, command, acting).await
        };
        match who.act(&permit, work).await {
            Ok(linked) => {
                let at = linked.request;
                return Ok(Done::Claimed.at(&who.request_path(at.environment, at.id)));
            }
            Err(error) => problems.add("", refused(error)?),
        }
    }
    Ok(again(&view(&who, &one, &typed, &problems)))
}

/// `POST /t/{tenant}/{environment}/claims/{claim}/disown`
pub(crate) async fn submit_disown(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let one = load(&who, &path).await?;
    let typed = Typed {
        reason: posted.text("reason")?,
        operator: Operator::Partner.as_str().to_owned(),
        name: quoted(&one),
    };
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), |error| {
        format!("Say how you know: {error}")
    });
    let Some(reason) = reason else {
        return Ok(again(&view(&who, &one, &typed, &problems)));
    };
    let command = Disown {
        environment: one.claim.environment,
        claim: one.claim.id,
        reason,
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| disown(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Disowned.at(&who.path(&Area::Claims.path()))),
        Err(DisownError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(DisownError::Store(error)) => Err(Refusal::from(error).into()),
        Err(DisownError::NotOpen(_)) => Err(Refusal::Stale.into()),
    }
}

/// What a refusal of the verb says on the form.
fn refused(error: TakeClaimError) -> Result<String, Refusal> {
    Ok(match error {
        TakeClaimError::NotPermitted(error) => return Err(error.into()),
        TakeClaimError::Store(error) => return Err(error.into()),
        TakeClaimError::NotOpen(_)
        | TakeClaimError::NotWaiting(_)
        | TakeClaimError::AlreadyOpen => return Err(Refusal::Stale),
        TakeClaimError::Unproved { hosts } => {
            format!("Prove these hosts first: {}", listed(&hosts))
        }
        TakeClaimError::NothingToProve => {
            "It names no host that you could prove. Write to the review team, who can link it"
                .to_owned()
        }
        TakeClaimError::UnknownReach(_) => {
            "A scope that it asks for is gone. Reload the page".to_owned()
        }
    })
}

fn listed(hosts: &[HostName]) -> String {
    let names: Vec<&str> = hosts.iter().map(HostName::as_str).collect();
    names.join(", ")
}

async fn load(who: &SignedIn, (_, environment, id): &At) -> Result<Asked, Refusal> {
    let (environment, id, now) = (*environment, *id, who.now);
    let work = async |tx: &mut TenantTx| portal_claim::load(tx, environment, id, now).await;
    Ok(who.within(work).await?)
}

fn view(who: &SignedIn, one: &Asked, typed: &Typed, problems: &Problems) -> ClaimPage {
    let claim = &one.claim;
    let open = claim.is_open(who.now);
    let may = who.may(Action::EditIntegration);
    let mut shell = who
        .shell(Area::Claims, quoted(one))
        .badge(state(one, who.now))
        .problem(!problems.is_empty());
    shell.environment = Some(claim.environment);
    let can = matches!(one.showing, Showing::Hosts(_) | Showing::Signed(_));
    let operators = Operator::ALL.map(|one| Choice::new(one.as_str(), one.label()));
    let fields = [
        Field::text("name", "Name of the integration")
            .hint("For your own people. Nobody checked the name that it gives itself.")
            .value(typed.name.as_str()),
        Field::select("operator", "Who runs it", operators.into()).value(typed.operator.as_str()),
    ];
    let disown = Field::area("reason", "How you know that it is not yours", 2)
        .hint("The review team reads it.")
        .value(typed.reason.as_str());
    let closed_text = if !open {
        "It was answered, or its time is over.".to_owned()
    } else if !may {
        who.who_may(Action::EditIntegration)
    } else {
        String::new()
    };
    let request = claim.request;
    ClaimPage {
        shell,
        errors: problems.summary(),
        reason: claim.reason.clone(),
        facts: facts(one),
        shown: shown(&one.showing),
        claim: (open && may && can).then(|| fields.map(|field| problems.beside(field))),
        disown: (open && may).then(|| problems.beside(disown)),
        domains: who.path(&Area::Domains.path()),
        here: who.path(&format!("/{}/claims/{}", claim.environment, claim.id)),
        closed_text,
        request: request.map(|id| who.request_path(claim.environment, id)),
    }
}

fn facts(one: &Asked) -> Vec<Fact> {
    let metadata = &one.waiting.metadata;
    let name = metadata.client_name().map_or("None", ClientName::as_str);
    let redirects = metadata.redirect_uris().iter().map(RedirectUri::as_str);
    let mut facts = vec![
        Fact::text("Name it gives itself", name),
        redirects.fold(Fact::new("Sends people to"), Fact::and_code),
    ];
    let asked_for = one.waiting.scope.to_string();
    facts.push(if asked_for.is_empty() {
        Fact::text("Asks for", "No scope")
    } else {
        Fact::code("Asks for", asked_for)
    });
    facts.push(Fact::when("First seen", When::new(one.family.first_seen)));
    facts.push(Fact::when("Answer until", When::new(one.claim.expires_at)));
    if let Some(at) = one.claim.answered_at {
        facts.push(Fact::when("Answered", When::new(at)));
    }
    if let Some(answer) = &one.claim.answer {
        facts.push(Fact::text("Your answer", answer.as_str()));
    }
    facts
}

fn shown(showing: &Showing) -> Vec<Fact> {
    match showing {
        Showing::Hosts(hosts) => vec![Fact::text("Every host is proved", listed(hosts))],
        Showing::Signed(issuer) => vec![Fact::code("Signed by an issuer you trust", issuer)],
        Showing::Missing(hosts) => {
            let each = hosts.iter();
            vec![each.fold(Fact::new("Not proved yet"), |fact, host| {
                fact.and_code(host.as_str())
            })]
        }
        Showing::Nothing => vec![Fact::text(
            "Cannot be claimed here",
            "It names no host that you could prove, and no issuer that you trust has signed it. The review team can link it.",
        )],
    }
}
