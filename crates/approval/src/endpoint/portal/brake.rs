//! Stopping registration for the whole tenant, and lifting that: one page with what holds now. The owner does it alone;
//! what the platform's staff set, staff lift.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::PLATFORM_TENANT;

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::brake::{Brake, Lifting, Span};
use crate::lift_brake::{LiftBrake, LiftBrakeError, lift_brake};
use crate::prose::{ProseError, Reason};
use crate::set_brake::{SetBrake, SetBrakeError, set_brake};
use crate::store;

/// What somebody typed, in one of the two forms.
#[derive(Debug, Default)]
struct Typed {
    span: String,
    reason: String,
    lift_reason: String,
}

#[derive(Template)]
#[template(path = "portal/brake.html")]
struct BrakePage {
    shell: Shell,
    errors: ErrorSummary,
    /// What holds now.
    held: Option<Vec<Fact>>,
    set: Option<[Field; 2]>,
    set_button: &'static str,
    lift: Option<Field>,
    here: String,
    who_may: String,
}

/// `GET /t/{tenant}/brake`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let held = load(&who).await?;
    let typed = Typed {
        span: Span::Hour.as_str().to_owned(),
        ..Typed::default()
    };
    let mut page = view(&who, held.as_ref(), &typed, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/brake`
pub(crate) async fn submit(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::BrakeOwn)?;
    let typed = Typed {
        span: posted.text("span")?,
        reason: posted.text("reason")?,
        ..Typed::default()
    };
    let mut problems = Problems::default();
    let span = Span::named(&typed.span);
    if span.is_none() {
        problems.add("span", "Choose for how long");
    }
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    if let (Some(span), Some(reason)) = (span, reason) {
        let command = SetBrake { span, reason };
        let work =
            async |tx: &mut TenantTx, acting: &mut Acting<'_>| set_brake(tx, command, acting).await;
        match who.act(&permit, work).await {
            Ok(_) => return Ok(Done::Braked.at(&who.path(&Area::Brake.path()))),
            Err(SetBrakeError::NotPermitted(error)) => return Err(Refusal::from(error).into()),
            Err(SetBrakeError::Store(error)) => return Err(Refusal::from(error).into()),
            Err(SetBrakeError::EndsLater { ends_at }) => problems.add(
                "span",
                format!(
                    "It is stopped until {}. Choose a longer time to keep it so",
                    When::new(ends_at).text()
                ),
            ),
            Err(SetBrakeError::TooLong) => problems.add(
                "span",
                "It can be stopped for seven days at most. Let it go on first",
            ),
        }
    }
    let held = load(&who).await?;
    Ok(again(&view(&who, held.as_ref(), &typed, &problems)))
}

/// `POST /t/{tenant}/brake/lift`
pub(crate) async fn submit_lift(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::BrakeOwn)?;
    let held = load(&who).await?.ok_or(Refusal::Stale)?;
    let typed = Typed {
        span: Span::Hour.as_str().to_owned(),
        lift_reason: posted.text("lift_reason")?,
        ..Typed::default()
    };
    let mut problems = Problems::default();
    let parsed = Reason::parse(&typed.lift_reason);
    let Some(reason) = problems.keep("lift_reason", parsed, reason_words) else {
        return Ok(again(&view(&who, Some(&held), &typed, &problems)));
    };
    let command = LiftBrake {
        brake: held.id,
        reason,
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| lift_brake(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(Lifting::Lifted | Lifting::Proposed) => {
            Ok(Done::BrakeLifted.at(&who.path(&Area::Brake.path())))
        }
        Err(LiftBrakeError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(LiftBrakeError::Store(error)) => Err(Refusal::from(error).into()),
        Err(LiftBrakeError::MayNot(_)) => Err(Refusal::Stale.into()),
    }
}

async fn load(who: &SignedIn) -> Result<Option<Brake>, Refusal> {
    let holding = async |tx: &mut TenantTx| store::brake::holding(tx, who.now).await;
    Ok(who.within(holding).await?)
}

fn reason_words(error: ProseError) -> String {
    match error {
        ProseError::TooShort(_) => "Enter why".to_owned(),
        error => format!("Enter another reason: {error}"),
    }
}

fn view(who: &SignedIn, held: Option<&Brake>, typed: &Typed, problems: &Problems) -> BrakePage {
    let may = who.may(Action::BrakeOwn);
    let by_staff = held.is_some_and(|brake| brake.set_by.tenant == PLATFORM_TENANT);
    let spans = Span::ALL
        .iter()
        .map(|span| Choice::new(span.as_str(), span.label()));
    let set = [
        Field::select("span", "For how long", spans.collect())
            .hint("Registration goes on by itself then.")
            .value(typed.span.as_str()),
        Field::area("reason", "Why", 3)
            .hint("Kept in the record. Your colleagues read it.")
            .value(typed.reason.as_str()),
    ];
    let lift = Field::area("lift_reason", "Why it goes on", 3)
        .hint("Kept in the record.")
        .value(typed.lift_reason.as_str());
    BrakePage {
        shell: who
            .shell(Area::Brake, Area::Brake.label())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        held: held.map(facts),
        set: may.then(|| set.map(|field| problems.beside(field))),
        set_button: if held.is_some() {
            "Keep registration stopped"
        } else {
            "Stop registration"
        },
        lift: (may && held.is_some() && !by_staff).then(|| problems.beside(lift)),
        here: who.path(&Area::Brake.path()),
        who_may: who.who_may(Action::BrakeOwn),
    }
}

fn facts(brake: &Brake) -> Vec<Fact> {
    let who = if brake.set_by.tenant == PLATFORM_TENANT {
        "The platform's staff, who lift it".to_owned()
    } else {
        brake.set_by.name.clone()
    };
    vec![
        Fact::when("Stopped until", When::new(brake.ends_at)),
        Fact::text("Why", &brake.reason),
        Fact::text("Stopped by", who),
        Fact::when("Since", When::new(brake.set_at)),
    ]
}
