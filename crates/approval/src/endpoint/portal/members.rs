//! The people of a tenant and their roles, and inviting a colleague. The link of an invitation is shown once, to the
//! person who invites; sending it is theirs to do.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Field, Shell, When};
use narthex_people::invitation::LIFETIME;
use narthex_tenancy::TenantTx;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::Email;

use super::banner::Done;
use super::frame::{Area, again, bare_page, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::invite::{InviteError, InviteMember, invite};

#[derive(Template)]
#[template(path = "portal/members.html")]
struct MembersPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    form: Option<[Field; 2]>,
    here: String,
    who_may: String,
}

struct Row {
    name: String,
    email: String,
    role: &'static str,
    you: bool,
    /// Where the person is removed, for those who may.
    remove: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/invited.html")]
struct InvitedPage {
    shell: Shell,
    email: String,
    role: &'static str,
    link: String,
    ends: When,
    back: String,
}

/// What somebody typed, as sent.
struct Typed {
    email: String,
    role: String,
}

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
    let members = who.within(member::list).await?;
    let mut page = view(&who, &members, &Typed::empty(), &Problems::default());
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
                Ok(token) => return Ok(invited(&who, &email, role, token.reveal())),
                Err(error) => problems(error)?,
            }
        }
    };
    let members = who.within(member::list).await.map_err(Refusal::from)?;
    Ok(again(&view(&who, &members, &typed, &problems)))
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
        let role = ROLES
            .into_iter()
            .find(|(role, _)| role.as_str() == self.role);
        let role = problems.keep("role", role.ok_or(()), |()| "Choose a role".to_owned());
        match (email, role) {
            (Some(email), Some((role, _))) => Ok((email, role)),
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
        InviteError::NotATenantRole => Err(Refusal::NotFound),
        InviteError::NotPermitted(error) => Err(error.into()),
        InviteError::Store(error) => Err(error.into()),
    }
}

fn view(who: &SignedIn, members: &[Member], typed: &Typed, problems: &Problems) -> MembersPage {
    let row = |member: &Member| Row {
        name: member.name.as_str().to_owned(),
        email: member.email.as_str().to_owned(),
        role: member.role.map_or("End user, no portal role", Role::label),
        you: member.id == who.member.id,
        remove: who
            .may(Action::ManagePeople)
            .then(|| who.path(&format!("/members/{}/remove", member.id))),
    };
    let roles = ROLES.map(|(role, hint)| Choice::new(role.as_str(), role.label()).hint(hint));
    let fields = [
        Field::email("email", "Email address").value(typed.email.as_str()),
        Field::radios("role", "Role", roles.into()).value(typed.role.as_str()),
    ];
    let area = Area::Members;
    MembersPage {
        shell: who.shell(area, area.label()).problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: members.iter().map(row).collect(),
        form: who
            .may(Action::ManagePeople)
            .then(|| fields.map(|field| problems.beside(field))),
        here: who.path(&area.path()),
        who_may: who.who_may(Action::ManagePeople),
    }
}

fn invited(who: &SignedIn, email: &Email, role: Role, token: &str) -> HttpResponse {
    let page = InvitedPage {
        shell: who.shell(Area::Members, "Invitation").without_script(),
        email: email.as_str().to_owned(),
        role: role.label(),
        link: who.address(&format!("/invitation/{token}")),
        ends: When::new(who.now + LIFETIME).day(),
        back: who.path(&Area::Members.path()),
    };
    bare_page(&page, StatusCode::OK)
}
