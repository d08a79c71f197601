//! Removing a person from the tenant, on a page of its own that says first what ends with them. The last owner stays.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::Field;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::endpoint::danger_page::DangerPage;
use crate::prose::{ProseError, Reason};
use crate::remove_member::{RemoveMember, RemoveMemberError, remove_member};
use crate::store::orphan;

/// The path of a person's page.
type At = (String, Id<kind::Member>);

/// A person with what they answer for.
type Looked = (Member, Vec<String>);

/// `GET /t/{tenant}/members/{member}/remove`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(Action::ManagePeople)?;
    let looked = load(&who, path.1).await?;
    Ok(answer(&view(&who, &looked, "", &Problems::default())))
}

/// `POST /t/{tenant}/members/{member}/remove`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let looked = load(&who, path.1).await?;
    let typed = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed), |error| match error {
        ProseError::TooShort(_) => "Enter why the person is removed".to_owned(),
        error => format!("Enter another reason: {error}"),
    });
    if let Some(reason) = reason {
        let command = RemoveMember {
            member: path.1,
            reason,
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            remove_member(tx, command, acting).await
        };
        match who.act(&permit, work).await {
            Ok(_) => return Ok(Done::MemberRemoved.at(&who.path(&Area::Members.path()))),
            Err(RemoveMemberError::LastOwner) => {
                let words = "The last owner stays. Invite another owner first";
                problems.add("", words);
            }
            Err(RemoveMemberError::NotPermitted(error)) => {
                return Err(Refusal::from(error).into());
            }
            Err(RemoveMemberError::Store(error)) => return Err(Refusal::from(error).into()),
        }
    }
    Ok(again(&view(&who, &looked, &typed, &problems)))
}

async fn load(who: &SignedIn, id: Id<kind::Member>) -> Result<Looked, Refusal> {
    let work = async |tx: &mut TenantTx| {
        let person = member::load(tx, id).await?;
        let answers = orphan::answered_for(tx, id).await?;
        Ok::<_, StoreError>((person, answers))
    };
    Ok(who.within(work).await?)
}

fn view(
    who: &SignedIn,
    (person, answers): &Looked,
    reason: &str,
    problems: &Problems,
) -> DangerPage {
    let name = person.name.as_str();
    let own = person.id == who.member.id;
    let mut effects = vec![(
        "1".to_owned(),
        format!("person cannot sign in any more: {}", person.email),
    )];
    effects.push((
        "All".to_owned(),
        "sessions and API tokens of theirs end at once, apps that act for them get no new tokens"
            .to_owned(),
    ));
    if !answers.is_empty() {
        let which = answers.join(", ");
        effects.push((
            answers.len().to_string(),
            format!("integrations that they answer for get no new grants until somebody else does: {which}"),
        ));
    }
    if own {
        effects.push((
            "You".to_owned(),
            "are signed out and need another owner's invitation to come back".to_owned(),
        ));
    }
    let field = Field::area("reason", "Why", 3)
        .hint("Kept in the record. Your colleagues read it.")
        .value(reason);
    DangerPage {
        shell: who
            .shell(Area::Members, format!("Remove {name}"))
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects,
        kept: [
            "What the person did stays in the record, under their name.",
            "No client is ended. What was issued goes on until its end.",
        ]
        .map(str::to_owned)
        .into(),
        fields: vec![problems.beside(field)],
        button: format!("Remove {name}"),
        action: who.path(&format!("/members/{}/remove", person.id)),
        back: who.path(&Area::Members.path()),
    }
}
