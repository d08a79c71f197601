//! Turning a second factor on, in the place of another, or off; new recovery codes. The offer is not stored: the form
//! carries it, sealed for this session. No page here loads a script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::Peer;
use narthex_http::page::{ErrorSummary, Field, Qr, Shell};
use narthex_people::account::{Offered, TurnOnError, factors, offer, offered};
use narthex_people::recovery::Code;
use narthex_tenancy::{TenantTx, ambient};
use narthex_vocab::{Id, kind};

use super::told::Told;
use super::{Console, FormPage, proof, proof_fields, refused};
use crate::Acting;
use crate::account::{
    AccountError, TurnOn, renew_recovery_codes, turn_off_second_factor, turn_on_second_factor,
};
use crate::endpoint::dashboard::frame::bare_page;
use crate::endpoint::portal::banner::see;
use crate::endpoint::portal::posted::Posted;
use crate::endpoint::portal::problems::Problems;

#[derive(Template)]
#[template(path = "account/second_factor.html")]
struct SecondFactorPage {
    shell: Shell,
    errors: ErrorSummary,
    qr: Option<Qr>,
    key: String,
    sealed: String,
    fields: Vec<Field>,
    here: String,
    cancel: String,
}

/// The recovery codes, for this one answer.
#[derive(Template)]
#[template(path = "account/recovery_codes.html")]
struct RecoveryCodesPage {
    shell: Shell,
    lead: &'static str,
    codes: String,
    back: String,
}

/// `GET …/account/second-factor`
pub(crate) async fn second_factor_page<C: Console>(who: C) -> actix_web::Result<HttpResponse> {
    let (issuer, account) = who.labels();
    let rng = &mut ambient::rng();
    let offer = offer(who.people(), whose(&who), (&issuer, &account), rng);
    let offer = offer.map_err(|_| C::not_found())?;
    let page = view(&who, &offer, &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST …/account/second-factor`
pub(crate) async fn second_factor_submit<C: Console>(
    who: C,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (issuer, account) = who.labels();
    let sealed = posted.text("offer")?;
    let offer = offered(who.people(), whose(&who), (&issuer, &account), &sealed);
    // Of another session, or mangled: there is nothing to go on with.
    let offer = offer.map_err(|_| C::not_found())?;
    let code = posted.text("new_code")?;
    let mut problems = Problems::default();
    if let Some(proved) = proof(&who, &peer, &posted, &mut problems).await? {
        let session = who.standing().session;
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            let command = TurnOn {
                proved: &proved,
                session,
                sealed: &sealed,
                code: &code,
            };
            turn_on_second_factor(tx, who.people(), command, (C::ACTION, acting)).await
        };
        match who.act(work).await? {
            Ok(codes) => {
                let lead = "The second factor is on. Every other session of yours has ended.";
                return shown(&who, lead, &codes).await;
            }
            Err(AccountError::TurnOn(TurnOnError::Wrong)) => problems.add(
                "new_code",
                "This is not a code of the new entry. Enter the one that your authenticator shows now",
            ),
            Err(AccountError::TurnOn(TurnOnError::Store(error))) => return Err(C::failed(error)),
            Err(error) => return Err(refused::<C>(error)),
        }
    }
    let page = view(&who, &offer, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

/// `GET …/account/second-factor/off`
pub(crate) async fn off_page<C: Console>(who: C) -> actix_web::Result<HttpResponse> {
    if !has_one(&who).await? {
        return Ok(see(&who.here()));
    }
    let page = off_form(&who, &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST …/account/second-factor/off`
pub(crate) async fn off_submit<C: Console>(
    who: C,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    if !has_one(&who).await? {
        return Ok(see(&who.here()));
    }
    let mut problems = Problems::default();
    if let Some(proved) = proof(&who, &peer, &posted, &mut problems).await? {
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            turn_off_second_factor(tx, &proved, acting).await
        };
        return match who.act(work).await? {
            Ok(()) => Ok(Told::SecondFactorOff.at(&who.here())),
            Err(error) => Err(refused::<C>(error)),
        };
    }
    let page = off_form(&who, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

/// `GET …/account/recovery-codes`
pub(crate) async fn recovery_page<C: Console>(who: C) -> actix_web::Result<HttpResponse> {
    if !has_one(&who).await? {
        return Ok(see(&who.here()));
    }
    let page = recovery_form(&who, &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST …/account/recovery-codes`
pub(crate) async fn recovery_submit<C: Console>(
    who: C,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    if !has_one(&who).await? {
        return Ok(see(&who.here()));
    }
    let mut problems = Problems::default();
    if let Some(proved) = proof(&who, &peer, &posted, &mut problems).await? {
        let key = &who.people().hash_key;
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            renew_recovery_codes(tx, (&proved, key), (C::ACTION, acting)).await
        };
        return match who.act(work).await? {
            Ok(codes) => {
                let lead = "These are your recovery codes. Those of before work no more.";
                shown(&who, lead, &codes).await
            }
            Err(error) => Err(refused::<C>(error)),
        };
    }
    let page = recovery_form(&who, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

async fn view<C: Console>(
    who: &C,
    offer: &Offered,
    problems: &Problems,
) -> actix_web::Result<SecondFactorPage> {
    let new_code = Field::code("new_code", "Code of the new entry")
        .hint("Six digits, as your authenticator shows them after it has read the key");
    let mut fields = vec![new_code];
    fields.extend(proof_fields(who).await?);
    let shell = who.frame("Set up a second factor").await?;
    Ok(SecondFactorPage {
        shell: shell.without_script().problem(!problems.is_empty()),
        errors: problems.summary(),
        qr: Qr::of(&offer.uri),
        key: grouped(&offer.base32),
        sealed: offer.sealed.clone(),
        fields: fields
            .into_iter()
            .map(|field| problems.beside(field))
            .collect(),
        here: format!("{}/second-factor", who.here()),
        cancel: who.here(),
    })
}

async fn off_form<C: Console>(who: &C, problems: &Problems) -> actix_web::Result<FormPage> {
    Ok(FormPage {
        shell: who
            .frame("Turn off the second factor")
            .await?
            .without_script(),
        errors: ErrorSummary::default(),
        lead: "Your password alone signs you in then. Your recovery codes are gone with it.",
        fields: proof_fields(who).await?,
        button: "Turn off the second factor",
        danger: true,
        here: format!("{}/second-factor/off", who.here()),
        cancel: who.here(),
    }
    .with(problems))
}

async fn recovery_form<C: Console>(who: &C, problems: &Problems) -> actix_web::Result<FormPage> {
    Ok(FormPage {
        shell: who.frame("New recovery codes").await?.without_script(),
        errors: ErrorSummary::default(),
        lead: "The codes that you have now stop working. The new ones are shown once.",
        fields: proof_fields(who).await?,
        button: "Make new codes",
        danger: false,
        here: format!("{}/recovery-codes", who.here()),
        cancel: who.here(),
    }
    .with(problems))
}

/// Whether the person has a second factor; without one there is nothing to do here, and the account says how to get one.
async fn has_one<C: Console>(who: &C) -> actix_web::Result<bool> {
    let member = who.standing().member;
    let factors = who.within(async |tx| factors(tx, member).await).await;
    Ok(factors.map_err(C::failed)?.second)
}

async fn shown<C: Console>(
    who: &C,
    lead: &'static str,
    codes: &[Code],
) -> actix_web::Result<HttpResponse> {
    let lines: Vec<_> = codes.iter().map(|code| code.reveal().to_string()).collect();
    let page = RecoveryCodesPage {
        shell: who.frame("Recovery codes").await?.without_script(),
        lead,
        codes: lines.join("\n"),
        back: who.here(),
    };
    Ok(bare_page(&page, StatusCode::OK))
}

fn whose<C: Console>(who: &C) -> (Id<kind::Member>, Id<kind::Session>) {
    let standing = who.standing();
    (standing.member, standing.session)
}

/// In groups of four, as people type it.
fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|four| four.iter().collect())
        .collect();
    groups.join(" ")
}
