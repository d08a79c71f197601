//! Accepting an invitation: who invites whom as what until when; then a name, a password, and a session. A used, old or
//! unknown link gets one page that says what to do.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{ErrorPage, ErrorSummary, Fact, Field, Narrow, When};
use narthex_http::{Agent, Cookies, Peer};
use narthex_people::invitation::{self, Invitation, InvitationError};
use narthex_people::password::Password;
use narthex_people::provider;
use narthex_people::session::{self, Begun, Surface, Whence};
use narthex_tenancy::permission::Role;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Label, NameError, Secret};

use super::banner::Done;
use super::doorway::Doorway;
use super::frame::bare_page;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::sign_in;

#[derive(Template)]
#[template(path = "portal/invitation.html")]
struct InvitationPage {
    narrow: Narrow,
    errors: ErrorSummary,
    lead: String,
    facts: Vec<Fact>,
    email: String,
    name: Field,
    password: Field,
    host: String,
}

#[derive(Template)]
#[template(path = "portal/joined.html")]
pub(super) struct JoinedPage {
    pub(super) narrow: Narrow,
    pub(super) text: String,
}

/// The invitation ended by itself: its holder may ask for a new one.
#[derive(Template)]
#[template(path = "portal/late.html")]
struct LatePage {
    narrow: Narrow,
    again: String,
}

/// A name and a password that can be set.
struct Joining {
    name: Label,
    password: Password,
}

/// What accepting led to.
enum Joined {
    /// A person with a role, signed in.
    Portal(Secret),
    /// A person with a role, whom no password signs in here.
    Elsewhere,
    /// An end user: there is no portal for them.
    EndUser,
}

/// `GET /t/{tenant}/invitation/{token}`
pub(crate) async fn page(
    door: Doorway,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Refusal> {
    let (_, token) = path.into_inner();
    match open(&door, &token).await {
        Ok(invitation) => {
            let page = view(&door, &invitation, &Problems::default(), "");
            Ok(bare_page(&page, StatusCode::OK))
        }
        Err(error) => gone(&door, &token, error).await,
    }
}

/// `POST /t/{tenant}/invitation/{token}`
pub(crate) async fn submit(
    door: Doorway,
    (cookies, peer, agent): (Cookies, Peer, Agent),
    path: Path<(String, String)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, token) = path.into_inner();
    let invitation = match open(&door, &token).await {
        Ok(invitation) => invitation,
        Err(error) => return Ok(gone(&door, &token, error).await?),
    };
    let name = posted.text("name")?;
    let about = [
        invitation.invite.email.as_str(),
        name.as_str(),
        door.tenant.name.as_str(),
    ];
    match Joining::parse(&name, &posted.text("password")?, &about) {
        Ok(joining) => {
            let from = Whence {
                source: peer.source(),
                agent: agent.to_string(),
            };
            match join(&door, &invitation, joining, from).await? {
                Ok(Joined::Portal(session)) => {
                    let home = door.path("?done=joined");
                    Ok(sign_in::begun(cookies, &session, &home)?)
                }
                Ok(Joined::Elsewhere) => Ok(Done::JoinedToConnect.at(&door.path("/sign-in"))),
                Ok(Joined::EndUser) => Ok(bare_page(&joined(&door), StatusCode::OK)),
                Err(error) => Ok(gone(&door, &token, error).await?),
            }
        }
        Err(problems) => {
            let page = view(&door, &invitation, &problems, &name);
            Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

/// `POST /t/{tenant}/invitation/{token}/again`: whoever came too late asks for a new link. The answer says nothing about
/// whether there was an invitation.
pub(crate) async fn submit_again(
    door: Doorway,
    path: Path<(String, String)>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let (_, token) = path.into_inner();
    let (now, key) = (ambient::now(), &door.people().hash_key);
    let work = async |tx: &mut TenantTx| invitation::ask_again(tx, key, &token, now).await;
    door.within::<_, StoreError, _>(work).await?;
    let page = JoinedPage {
        narrow: door.narrow("You asked for a new invitation"),
        text: "If this link was an invitation that ended, the people who invite see that you want a new one. They send it to you themselves."
            .to_owned(),
    };
    Ok(bare_page(&page, StatusCode::OK))
}

async fn join(
    door: &Doorway,
    invitation: &Invitation,
    joining: Joining,
    from: Whence,
) -> Result<Result<Joined, InvitationError>, Refusal> {
    let hash = door.people().passwords.hash(joining.password).await?;
    Ok(accept(door, invitation, (joining.name, &hash), from).await)
}

impl Joining {
    fn parse(name: &str, password: &str, about: &[&str]) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", Label::parse(name), |error| match error {
            NameError::Empty => "Enter your name".to_owned(),
            error => format!("Enter another name: {error}"),
        });
        let password = problems.keep("password", Password::to_set(password, about), |error| {
            error.to_string()
        });
        match (name, password) {
            (Some(name), Some(password)) => Ok(Self { name, password }),
            (None | Some(_), None) | (None, Some(_)) => Err(problems),
        }
    }
}

async fn open(door: &Doorway, token: &str) -> Result<Invitation, InvitationError> {
    let key = &door.people().hash_key;
    door.within(async |tx| invitation::open(tx, key, token, ambient::now()).await)
        .await
}

/// Uses the invitation up, makes the member and, for a person of the portal, begins a session: one transaction.
async fn accept(
    door: &Doorway,
    invitation: &Invitation,
    (name, hash): (Label, &str),
    from: Whence,
) -> Result<Joined, InvitationError> {
    let (now, key) = (ambient::now(), &door.people().hash_key);
    door.within(async |tx| {
        let rng = &mut ambient::rng();
        let member = invitation::accept(tx, invitation, name, hash, (now, rng)).await?;
        if member.role.is_none() {
            return Ok(Joined::EndUser);
        }
        if provider::only(tx).await? {
            return Ok(Joined::Elsewhere);
        }
        let begun = Begun {
            surface: Surface::Portal,
            member: member.id,
            second_factor: false,
            word: None,
            from,
        };
        let session = session::start(tx, key, begun, now, rng).await?;
        Ok(Joined::Portal(session))
    })
    .await
}

/// Why the link leads nowhere, and whom to ask. One that ended by itself can be asked for anew.
async fn gone(
    door: &Doorway,
    token: &str,
    error: InvitationError,
) -> Result<HttpResponse, Refusal> {
    if matches!(error, InvitationError::Gone) {
        let (now, key) = (ambient::now(), &door.people().hash_key);
        let work = async |tx: &mut TenantTx| invitation::is_late(tx, key, token, now).await;
        if door.within::<_, StoreError, _>(work).await? {
            let page = LatePage {
                narrow: door.narrow("This invitation has ended"),
                again: door.path(&format!("/invitation/{token}/again")),
            };
            return Ok(bare_page(&page, StatusCode::GONE));
        }
    }
    let (text, next) = match error {
        InvitationError::Gone => (
            "This invitation has been used or has ended. An invitation works once, for 7 days.",
            "If you joined before, sign in. If not, ask the person who invited you for a new link.",
        ),
        InvitationError::AlreadyMember => (
            "There is an account with the address of this invitation already.",
            "Sign in with it. If you cannot, ask an owner of your tenant.",
        ),
        InvitationError::Store(error) => return Err(error.into()),
    };
    let page = ErrorPage::new(StatusCode::GONE, door.request_id())
        .tenant(door.tenant.name.as_str())
        .text(text)
        .next(next)
        .link("Sign in", door.path("/sign-in"));
    Ok(bare_page(&page, StatusCode::GONE))
}

fn view(
    door: &Doorway,
    invitation: &Invitation,
    problems: &Problems,
    name: &str,
) -> InvitationPage {
    let invite = &invitation.invite;
    let role = invite
        .role
        .map_or("Member without a portal role", Role::label);
    let title = format!("Join {}", door.tenant.name);
    InvitationPage {
        narrow: door.narrow(title).problem(!problems.is_empty()),
        errors: problems.summary(),
        lead: format!("{} invites you to {}.", invite.invited_by, door.tenant.name),
        facts: vec![
            Fact::text("Your email address", invite.email.as_str()),
            Fact::text("Your role", role),
            Fact::when("Works until", When::new(invitation.expires_at)),
        ],
        email: invite.email.as_str().to_owned(),
        name: problems.beside(
            Field::text("name", "Your name")
                .hint("As your colleagues shall read it")
                .autocomplete("name")
                .value(name),
        ),
        password: problems.beside(
            Field::password("password", "Choose a password")
                .hint("At least 12 characters. A few words in a row are easy to keep in mind.")
                .autocomplete("new-password"),
        ),
        host: door.host(),
    }
}

fn joined(door: &Doorway) -> JoinedPage {
    JoinedPage {
        narrow: door.narrow(format!("You joined {}", door.tenant.name)),
        text: "Your account is ready. Sign in with it wherever an app asks you to.".to_owned(),
    }
}
