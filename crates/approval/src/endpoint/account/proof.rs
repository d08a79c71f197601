//! The proof that a form ends with: the password, or what a provider confirmed a moment ago, and the second factor of who has
//! one. Whoever signed in elsewhere is sent there to do so anew, and comes back to the form.

use actix_web::Result;
use narthex_http::Peer;
use narthex_http::page::Field;
use narthex_people::account::{By, Prove, ProveError, Proved, factors, prove};
use narthex_people::password::Password;

use super::Console;
use crate::endpoint::portal::posted::Posted;
use crate::endpoint::portal::problems::Problems;

/// The fields by which the person proves who they are.
pub(crate) async fn proof_fields<C: Console>(who: &C) -> Result<Vec<Field>> {
    let standing = who.standing();
    let member = standing.member;
    let has = who
        .within(async |tx| factors(tx, member).await)
        .await
        .map_err(C::failed)?;
    let mut fields = Vec::new();
    match standing.word {
        None => fields.push(Field::password("password", "Your password of now")),
        Some(word) if word.is_confirmed(standing.now) => {}
        Some(_) => return Err(who.sign_in_anew()),
    }
    if has.second {
        let code = Field::code("code", "One-time code")
            .hint("Six digits from your authenticator, or a recovery code");
        fields.push(code);
    }
    Ok(fields)
}

/// The proof in the form, or what is wrong with it.
pub(crate) async fn proof<C: Console>(
    who: &C,
    peer: &Peer,
    posted: &Posted,
    problems: &mut Problems,
) -> Result<Option<Proved>> {
    let standing = who.standing();
    let by = match standing.word {
        None => By::Password(Password::to_check(&posted.text("password")?)),
        Some(word) if word.is_confirmed(standing.now) => By::Provider(word),
        Some(_) => return Err(who.sign_in_anew()),
    };
    let field = match by {
        By::Password(_) => "password",
        By::Provider(_) => "code",
    };
    let command = Prove {
        tenant: standing.tenant,
        surface: standing.surface,
        member: standing.member,
        by,
        code: posted.text("code")?,
        source: peer.source(),
    };
    match prove(who.people(), command, standing.now).await {
        Ok(proved) => return Ok(Some(proved)),
        Err(ProveError::Wrong) => problems.add(
            field,
            "Your password or the code is not right. Check them and try again",
        ),
        Err(ProveError::Throttled { retry_after }) => problems.add(
            field,
            format!("Too many tries. Try again in {retry_after} seconds"),
        ),
        Err(ProveError::Hash(error)) => return Err(C::could_not_hash(error)),
        Err(ProveError::Store(error)) => return Err(C::failed(error)),
    }
    Ok(None)
}
