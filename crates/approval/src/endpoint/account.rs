//! A person's own account, for the portal and the dashboard alike: the password, the second factor with its recovery
//! codes, the sessions. What was made is shown once and by POST; the pages that ask for a password load no script. Who is
//! signed in, and where, each console says itself.

mod console;
mod proof;
mod second_factor;
mod told;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell, When};
use narthex_http::{Peer, StrictQuery};
use narthex_people::account::{Factors, factors};
use narthex_people::identity::{self, Linked};
use narthex_people::password::Password;
use narthex_people::session::{self, Listed};
use narthex_tenancy::TenantTx;
use narthex_vocab::{Id, kind};

pub(crate) use self::console::{Console, Standing};
pub(crate) use self::proof::{proof, proof_fields};
pub(crate) use self::second_factor::{
    off_page, off_submit, recovery_page, recovery_submit, second_factor_page, second_factor_submit,
};
use self::told::Told;
use super::dashboard::frame::{bare_page, page as answer};
use super::portal::posted::Posted;
use super::portal::problems::Problems;
use crate::Acting;
use crate::account::{AccountError, change_password, end_other_sessions, end_session};

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    shell: Shell,
    here: String,
    factors: Factors,
    may_turn_off: bool,
    elsewhere: Vec<(String, When)>,
    sessions: Vec<Row>,
}

/// One session.
struct Row {
    agent: String,
    source: String,
    began: When,
    seen: When,
    /// Its id, for all but the one that reads this.
    end: Option<String>,
}

/// A form that ends with the proof of who fills it in.
#[derive(Template)]
#[template(path = "account/form.html")]
pub(crate) struct FormPage {
    pub(crate) shell: Shell,
    pub(crate) errors: ErrorSummary,
    pub(crate) lead: &'static str,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: &'static str,
    pub(crate) danger: bool,
    pub(crate) here: String,
    pub(crate) cancel: String,
}

/// `GET …/account`
pub(crate) async fn page<C: Console>(
    who: C,
    query: StrictQuery,
) -> actix_web::Result<HttpResponse> {
    let standing = who.standing();
    let work = async |tx: &mut TenantTx| {
        let factors = factors(tx, standing.member).await?;
        let whose = (standing.surface, standing.member);
        let sessions = session::of(tx, whose, standing.now).await?;
        let elsewhere = identity::of(tx, standing.member).await?;
        Ok::<_, narthex_tenancy::StoreError>((factors, sessions, elsewhere))
    };
    let (factors, sessions, elsewhere) = who.within(work).await.map_err(C::failed)?;
    let shell = who.frame("Your account").await?;
    Ok(answer(&AccountPage {
        shell: shell.banner(Told::read(&query)),
        here: who.here(),
        factors,
        may_turn_off: C::OPTIONAL,
        elsewhere: elsewhere.into_iter().map(linked).collect(),
        sessions: sessions.iter().map(|one| row(one, &standing)).collect(),
    }))
}

fn linked(linked: Linked) -> (String, When) {
    (linked.issuer, When::new(linked.at).day())
}

fn row(session: &Listed, standing: &Standing) -> Row {
    let known = |text: &str| {
        let text = if text.is_empty() { "Not known" } else { text };
        text.to_owned()
    };
    Row {
        agent: known(&session.from.agent),
        source: known(&session.from.source),
        began: When::new(session.created_at),
        seen: When::new(session.seen_at),
        end: (session.id != standing.session).then(|| session.id.to_string()),
    }
}

/// `GET …/account/password`
pub(crate) async fn password_page<C: Console>(who: C) -> actix_web::Result<HttpResponse> {
    let page = password_form(&who, &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST …/account/password`
pub(crate) async fn password_submit<C: Console>(
    who: C,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let mut problems = Problems::default();
    let typed = posted.text("new")?;
    let about = who.about();
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let new = problems.keep("new", Password::to_set(&typed, &about), |error| {
        error.to_string()
    });
    if typed != posted.text("again")? {
        problems.add("again", "Enter the same new password in both fields");
    }
    if let Some(new) = new.filter(|_| problems.is_empty())
        && let Some(proved) = proof(&who, &peer, &posted, &mut problems).await?
    {
        let hash = who.people().passwords.hash(new).await;
        let hash = hash.map_err(C::could_not_hash)?;
        let session = who.standing().session;
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            let command = (&proved, hash.as_str(), session);
            change_password(tx, command, (C::ACTION, acting)).await
        };
        return match who.act(work).await? {
            Ok(_) => Ok(Told::PasswordChanged.at(&who.here())),
            Err(error) => Err(refused::<C>(error)),
        };
    }
    let page = password_form(&who, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

async fn password_form<C: Console>(who: &C, problems: &Problems) -> actix_web::Result<FormPage> {
    let mut fields = vec![
        Field::password("new", "New password")
            .hint("At least 12 characters. A few words in a row are easy to keep in mind.")
            .autocomplete("new-password"),
        Field::password("again", "New password again").autocomplete("new-password"),
    ];
    fields.extend(proof_fields(who).await?);
    Ok(FormPage {
        shell: who.frame("Change password").await?.without_script(),
        errors: ErrorSummary::default(),
        lead: "Every other session of yours ends. API tokens go on.",
        fields,
        button: "Change password",
        danger: false,
        here: format!("{}/password", who.here()),
        cancel: who.here(),
    }
    .with(problems))
}

/// `POST …/account/sessions/end`
pub(crate) async fn end_submit<C: Console>(
    who: C,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let named = posted.text("session")?;
    let own = who.standing().session;
    if named == "others" {
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            end_other_sessions(tx, own, (C::ACTION, acting)).await
        };
        return match who.act(work).await? {
            Ok(_) => Ok(Told::SessionsEnded.at(&who.here())),
            Err(error) => Err(refused::<C>(error)),
        };
    }
    let session: Id<kind::Session> = named.parse().map_err(|_| C::not_found())?;
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        end_session(tx, session, (C::ACTION, acting)).await
    };
    match who.act(work).await? {
        // Ending it twice is no error.
        Ok(()) | Err(AccountError::NoSession) => Ok(Told::SessionEnded.at(&who.here())),
        Err(error) => Err(refused::<C>(error)),
    }
}

impl FormPage {
    /// The same with what is wrong.
    pub(crate) fn with(mut self, problems: &Problems) -> Self {
        self.shell = self.shell.problem(!problems.is_empty());
        self.errors = problems.summary();
        let fields = self.fields.into_iter();
        self.fields = fields.map(|field| problems.beside(field)).collect();
        self
    }
}

fn refused<C: Console>(error: AccountError) -> actix_web::Error {
    match error {
        AccountError::NotPermitted(error) => C::not_permitted(error),
        AccountError::Store(error) => C::failed(error),
        AccountError::TurnOn(_) | AccountError::NoSession => C::not_found(),
    }
}
