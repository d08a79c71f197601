//! Who answers for an integration: an owner asks a person, the person says yes or no. The page shows the question that is
//! open, and to each the form that is theirs.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When};
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Role};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::integration::path_of;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::hand_over::{
    AnswerHandover, AnswerHandoverError, HandOver, HandOverError, HandedOver, HandoverAnswered,
    answer_handover, hand_over,
};
use crate::integration::Integration;
use crate::prose::{ProseError, Reason};
use crate::store::handover::{self, Asked, Sponsor};
use crate::store::integration;

#[derive(Template)]
#[template(path = "portal/hand_over.html")]
struct HandOverPage {
    shell: Shell,
    errors: ErrorSummary,
    facts: Vec<Fact>,
    /// The question to this person.
    mine: Option<Mine>,
    form: Option<[Field; 2]>,
    here: String,
    who_may: String,
    cancel: String,
}

struct Mine {
    id: String,
    reason: String,
    action: String,
}

/// The path of the page.
type At = (String, Id<kind::Integration>);

struct Looked {
    integration: Integration,
    sponsor: Option<Sponsor>,
    asked: Option<Asked>,
    people: Vec<Member>,
}

/// `GET /t/{tenant}/integrations/{integration}/hand-over`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    let looked = load(&who, path.1).await?;
    Ok(answer(&view(&who, &looked, ("", ""), &Problems::default())))
}

/// `POST /t/{tenant}/integrations/{integration}/hand-over`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let looked = load(&who, path.1).await?;
    let (to, typed) = (posted.text("to")?, posted.text("reason")?);
    let mut problems = Problems::default();
    let person = problems.keep("to", to.parse::<Id<kind::Member>>(), |_| {
        "Choose who shall answer for it".to_owned()
    });
    let reason = problems.keep("reason", Reason::parse(&typed), |error| match error {
        ProseError::TooShort(_) => "Enter why you ask".to_owned(),
        error => format!("Enter another reason: {error}"),
    });
    if let (Some(to), Some(reason)) = (person, reason) {
        let command = HandOver {
            integration: path.1,
            to,
            reason,
        };
        let work =
            async |tx: &mut TenantTx, acting: &mut Acting<'_>| hand_over(tx, command, acting).await;
        let back = path_of(&who, path.1);
        match who.act(&permit, work).await {
            Ok(HandedOver::Asked(_)) => return Ok(Done::HandoverAsked.at(&back)),
            Ok(HandedOver::Taken(_)) => return Ok(Done::HandoverAccepted.at(&back)),
            Err(error) => problems.add("to", wrong(error)?),
        }
    }
    Ok(again(&view(&who, &looked, (&to, &typed), &problems)))
}

/// `POST /t/{tenant}/integrations/{integration}/hand-over/answer`
pub(crate) async fn submit_answer(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ReadTenant)?;
    let id = posted.text("handover")?;
    let command = AnswerHandover {
        integration: path.1,
        handover: id.parse().map_err(|_| Refusal::NotFound)?,
        accept: posted.text("answer")? == "accept",
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        answer_handover(tx, command, acting).await
    };
    let back = path_of(&who, path.1);
    match who.act(&permit, work).await {
        Ok(HandoverAnswered::Accepted(_)) => Ok(Done::HandoverAccepted.at(&back)),
        Ok(HandoverAnswered::Declined) => Ok(Done::HandoverDeclined.at(&back)),
        Err(AnswerHandoverError::NotAsked) => Err(Refusal::Stale.into()),
        Err(AnswerHandoverError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(AnswerHandoverError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

fn wrong(error: HandOverError) -> Result<&'static str, Refusal> {
    match error {
        HandOverError::UnknownPerson => Ok("Choose somebody with a role in the portal"),
        HandOverError::Already => Ok("This person answers for it already"),
        HandOverError::NotPermitted(error) => Err(error.into()),
        HandOverError::Store(error) => Err(error.into()),
    }
}

async fn load(who: &SignedIn, id: Id<kind::Integration>) -> Result<Looked, Refusal> {
    let work = async |tx: &mut TenantTx| {
        Ok::<_, StoreError>(Looked {
            integration: integration::load(tx, tx.tenant(), id).await?,
            sponsor: handover::sponsor(tx, id).await?,
            asked: handover::open(tx, Some(id), None, who.now).await?.pop(),
            people: member::list(tx).await?,
        })
    };
    Ok(who.within(work).await?)
}

fn view(
    who: &SignedIn,
    looked: &Looked,
    (to, reason): (&str, &str),
    problems: &Problems,
) -> HandOverPage {
    let name = looked.integration.name.as_str();
    let back = path_of(who, looked.integration.id);
    let here = who.path(&format!(
        "/integrations/{}/hand-over",
        looked.integration.id
    ));
    let asked = looked.asked.as_ref();
    let mine = asked
        .filter(|asked| asked.to == who.member.id)
        .map(|asked| Mine {
            id: asked.id.to_string(),
            reason: asked.reason.clone(),
            action: format!("{here}/answer"),
        });
    let shell = who
        .shell(Area::Integrations, format!("Who answers for {name}"))
        .crumb(name, back.as_str());
    HandOverPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        facts: facts(looked),
        mine,
        form: who
            .may(Action::ManagePeople)
            .then(|| fields(looked, (to, reason)).map(|field| problems.beside(field))),
        here,
        who_may: who.who_may(Action::ManagePeople),
        cancel: back,
    }
}

fn facts(looked: &Looked) -> Vec<Fact> {
    let now = match &looked.sponsor {
        None => "Nobody: it registered itself".to_owned(),
        Some(sponsor) if sponsor.is_there => sponsor.name.clone(),
        Some(sponsor) => format!("Nobody: {} has left", sponsor.name),
    };
    let mut facts = vec![Fact::text("Answers for it now", now)];
    if let Some(asked) = &looked.asked {
        facts.push(Fact::when("Asked", When::new(asked.since)).and_text(asked.to_name.as_str()));
        facts.push(Fact::when(
            "Can be answered until",
            When::new(asked.expires_at).day(),
        ));
    }
    facts
}

/// Everybody with a role in the portal.
fn fields(looked: &Looked, (to, reason): (&str, &str)) -> [Field; 2] {
    let people = looked.people.iter().filter(|person| person.role.is_some());
    let choice = |person: &Member| {
        let role = person.role.map_or("", Role::label);
        let label = format!("{}, {role}", person.name);
        Choice::new(person.id.to_string(), label)
    };
    let none = Choice::new("", "Choose a person");
    let choices = std::iter::once(none).chain(people.map(choice)).collect();
    [
        Field::select("to", "Who shall answer for it", choices).value(to),
        Field::area("reason", "Why you ask", 3)
            .hint("The person reads it, and it is kept in the record.")
            .value(reason),
    ]
}
