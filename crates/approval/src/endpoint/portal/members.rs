//! The people of a tenant and their roles, and inviting a colleague. The link of an invitation is shown once, to the
//! person who invites; where mail is sent it goes to the invited person too.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Field, Shell, When};
use narthex_people::invitation::{self, Invitation, LIFETIME, Pending};
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Role};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Email, Id, kind};

use super::banner::Done;
use super::frame::{Area, again, bare_page, page as answer};
use super::posted::Posted;
use super::problems::{Problems, capital};
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::end_invitation::{EndInvitationError, end_invitation, invite_again};
use crate::invite::{InviteError, InviteMember, invite};

#[derive(Template)]
#[template(path = "portal/members.html")]
struct MembersPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    form: Option<[Field; 2]>,
    invitations: Vec<Invited>,
    here: String,
    who_may: String,
}

struct Row {
    name: String,
    email: String,
    role: &'static str,
    you: bool,
    /// Where their role is changed and they are removed, for those who may.
    acts: Option<(String, String)>,
}

/// An invitation that nobody accepted yet.
struct Invited {
    email: String,
    role: &'static str,
    by: String,
    ends: When,
    over: bool,
    asked_again: Option<When>,
    /// Where it is made anew and taken back, for those who may.
    acts: Option<(String, String)>,
}

/// What the page is about.
struct Looked {
    members: Vec<Member>,
    pending: Vec<Pending>,
}

#[derive(Template)]
#[template(path = "portal/invited.html")]
struct InvitedPage {
    shell: Shell,
    email: String,
    role: &'static str,
    link: String,
    ends: When,
    mailed: bool,
    back: String,
}

/// What somebody typed, as sent.
struct Typed {
    email: String,
    role: String,
}

/// What somebody without a role is.
const NO_ROLE: &str = "End user, no portal role";

/// The roles of a tenant, the most careful choice first.
const ROLES: [(Role, &str); 4] = [
    (Role::Viewer, "Reads everything, changes nothing"),
    (
        Role::Developer,
        "Reads, and creates credentials in the sandbox",
    ),
    (
        Role::Manager,
        "Describes resources and integrations, creates credentials",
    ),
    (Role::Owner, "Everything, people and settings included"),
];

/// `GET /t/{tenant}/members`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let looked = look(&who).await?;
    let mut page = view(&who, &looked, &Typed::empty(), &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/members`
pub(crate) async fn submit(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let typed = Typed::read(&posted)?;
    let problems = match typed.parse() {
        Err(problems) => problems,
        Ok((email, role)) => {
            let command = InviteMember {
                email: email.clone(),
                role,
                hash_key: who.hash_key(),
            };
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                invite(tx, command, acting).await
            };
            match who.act(&permit, work).await {
                Ok(token) => return Ok(invited(&who, (&email, role.label()), token.reveal())),
                Err(error) => problems(error)?,
            }
        }
    };
    let looked = look(&who).await?;
    Ok(again(&view(&who, &looked, &typed, &problems)))
}

/// `POST /t/{tenant}/members/invitations/{invitation}/again`
pub(crate) async fn submit_again(
    who: SignedIn,
    path: Path<(String, Id<kind::Invitation>)>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::ManagePeople)?;
    let before = (path.1, who.hash_key());
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| invite_again(tx, before, acting).await;
    match who.act(&permit, work).await {
        Ok((invite, token)) => {
            let role = invite.role.map_or(NO_ROLE, Role::label);
            Ok(invited(&who, (&invite.email, role), token.reveal()))
        }
        Err(error) => over(&who, error),
    }
}

/// `POST /t/{tenant}/members/invitations/{invitation}/end`
pub(crate) async fn submit_end(
    who: SignedIn,
    path: Path<(String, Id<kind::Invitation>)>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::ManagePeople)?;
    let invitation = path.1;
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        end_invitation(tx, invitation, acting).await
    };
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::InvitationEnded.at(&who.path(&Area::Members.path()))),
        Err(error) => over(&who, error),
    }
}

fn over(who: &SignedIn, error: EndInvitationError) -> Result<HttpResponse, Refusal> {
    match error {
        EndInvitationError::TooOften => {
            Ok(Done::InvitedTooOften.at(&who.path(&Area::Members.path())))
        }
        EndInvitationError::Over => Err(Refusal::NotFound),
        EndInvitationError::NotPermitted(error) => Err(error.into()),
        EndInvitationError::Store(error) => Err(error.into()),
    }
}

async fn look(who: &SignedIn) -> Result<Looked, Refusal> {
    let work = async |tx: &mut TenantTx| {
        Ok::<_, StoreError>(Looked {
            members: member::list(tx).await?,
            pending: invitation::pending(tx, who.now).await?,
        })
    };
    Ok(who.within(work).await?)
}

/// The role of this name, when it is one of a tenant.
pub(super) fn role_named(name: &str) -> Option<Role> {
    let mut roles = ROLES.into_iter().map(|(role, _)| role);
    roles.find(|role| role.as_str() == name)
}

/// The roles of a tenant, to choose from.
pub(super) fn role_field() -> Field {
    let roles = ROLES.map(|(role, hint)| Choice::new(role.as_str(), role.label()).hint(hint));
    Field::radios("role", "Role", roles.into())
}

impl Typed {
    fn empty() -> Self {
        Self {
            email: String::new(),
            role: Role::Viewer.as_str().to_owned(),
        }
    }

    fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            email: posted.text("email")?,
            role: posted.text("role")?,
        })
    }

    fn parse(&self) -> Result<(Email, Role), Problems> {
        let mut problems = Problems::default();
        let email = problems.keep("email", Email::parse(self.email.trim()), |error| {
            format!("Enter an email address, such as ana@example.com: {error}")
        });
        let role = role_named(&self.role).ok_or(());
        let role = problems.keep("role", role, |()| "Choose a role".to_owned());
        match (email, role) {
            (Some(email), Some(role)) => Ok((email, role)),
            (None | Some(_), None) | (None, Some(_)) => Err(problems),
        }
    }
}

fn problems(error: InviteError) -> Result<Problems, Refusal> {
    match error {
        InviteError::AlreadyMember => {
            let words = "Somebody with this address is a member already";
            Ok(Problems::one("email", words))
        }
        error @ InviteError::TooOften => Ok(Problems::one("email", capital(&error.to_string()))),
        InviteError::NotATenantRole => Err(Refusal::NotFound),
        InviteError::NotPermitted(error) => Err(error.into()),
        InviteError::Store(error) => Err(error.into()),
    }
}

fn view(who: &SignedIn, looked: &Looked, typed: &Typed, problems: &Problems) -> MembersPage {
    let may = who.may(Action::ManagePeople);
    let row = |member: &Member| Row {
        name: member.name.as_str().to_owned(),
        email: member.email.as_str().to_owned(),
        role: member.role.map_or(NO_ROLE, Role::label),
        you: member.id == who.member.id,
        acts: may.then(|| {
            let act = |verb| who.path(&format!("/members/{}/{verb}", member.id));
            (act("role"), act("remove"))
        }),
    };
    let fields = [
        Field::email("email", "Email address").value(typed.email.as_str()),
        role_field().value(typed.role.as_str()),
    ];
    let area = Area::Members;
    MembersPage {
        shell: who.shell(area, area.label()).problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: looked.members.iter().map(row).collect(),
        invitations: looked.pending.iter().map(|one| pending(who, one)).collect(),
        form: may.then(|| fields.map(|field| problems.beside(field))),
        here: who.path(&area.path()),
        who_may: who.who_may(Action::ManagePeople),
    }
}

fn pending(who: &SignedIn, pending: &Pending) -> Invited {
    let Invitation {
        id,
        invite,
        expires_at,
    } = &pending.invitation;
    Invited {
        email: invite.email.as_str().to_owned(),
        role: invite.role.map_or(NO_ROLE, Role::label),
        by: invite.invited_by.clone(),
        ends: When::new(*expires_at).day(),
        over: *expires_at <= who.now,
        asked_again: pending.asked_again_at.map(When::new),
        acts: who.may(Action::ManagePeople).then(|| {
            let act = |verb| who.path(&format!("/members/invitations/{id}/{verb}"));
            (act("again"), act("end"))
        }),
    }
}

fn invited(who: &SignedIn, (email, role): (&Email, &'static str), token: &str) -> HttpResponse {
    let page = InvitedPage {
        shell: who.shell(Area::Members, "Invitation").without_script(),
        email: email.as_str().to_owned(),
        role,
        link: who.address(&format!("/invitation/{token}")),
        ends: When::new(who.now + LIFETIME).day(),
        mailed: who.plane().mail.is_some(),
        back: who.path(&Area::Members.path()),
    };
    bare_page(&page, StatusCode::OK)
}
