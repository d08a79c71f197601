//! A code becomes tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.6), once. A second use that is otherwise right
//! ends the grant and with it every token of it (OAuth 2.1 section 7.5.2), which must be remembered: it is an outcome,
//! not an error.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, member};
use narthex_vocab::{
    CodeVerifier, Grant, GrantType, Id, ResourceUri, Secret, SecretKind, Timestamp,
};
use rand_core::CryptoRng;

use crate::authorize::asked_claims::known;
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::id_token::{self, Identity};
use crate::issue::{self, Issued, Mint, Person};
use crate::reach::{self, Excess, ReachError, Wanted};
use crate::store;
use crate::store::code::Code;
use crate::store::grant::OpenGrant;
use crate::store::refresh::RefreshRow;
use narthex_http::dpop::Thumbprint;

/// A refresh token that is not used for so long is over.
pub(crate) const IDLE: Duration = Duration::days(7);

/// What a client brings.
pub(crate) struct Redeem {
    /// `None`: not a code at all.
    pub(crate) code: Option<Secret>,
    pub(crate) verifier: CodeVerifier,
    /// Compared when it is sent, as clients of RFC 6749 do.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) resource: Option<ResourceUri>,
    /// The key that was proved with it.
    pub(crate) key: Option<Thumbprint>,
}

/// What became of it.
pub(crate) enum Redeemed {
    Issued(Box<Issued>),
    /// The code was used before: its grant has ended.
    Replayed,
}

/// Redeems one code.
pub(crate) async fn redeem(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, command): (&ApprovedClient, Redeem),
    rng: &mut dyn CryptoRng,
) -> Result<Redeemed, TokenError> {
    let environment = call.place.environment;
    if !client.allows(GrantType::AuthorizationCode) {
        return Err(TokenError::GrantNotAllowed);
    }
    let Some(secret) = &command.code else {
        return Err(TokenError::Grant("not a code"));
    };
    let hash = secret.hash(call.hash_key);
    let code = store::code::lock(tx, environment, &hash).await?;
    let code = code.ok_or(TokenError::Grant("no such code"))?;
    check(&code, client, &command)?;
    if code.redeemed {
        let why = "a code was used twice";
        store::grant::end(tx, environment, code.grant, why, call.now).await?;
        return Ok(Redeemed::Replayed);
    }
    if code.expires_at <= call.now {
        return Err(TokenError::Grant("the code is over"));
    }
    let asked = (code.grant, command.resource.as_ref());
    let (grant, member) = open_grant(tx, call, client, asked).await?;
    store::code::redeemed(tx, environment, &hash, call.now).await?;
    let begun = Begun {
        client,
        grant_type: GrantType::AuthorizationCode,
        grant: &grant,
        member: &member,
        auth_time: code.auth_time,
        nonce: code.nonce.as_deref(),
        key: command.key,
    };
    let issued = begin(tx, call, begun, rng).await?;
    Ok(Redeemed::Issued(Box::new(issued)))
}

/// A person's permission of which the first tokens leave.
pub(crate) struct Begun<'a> {
    pub(crate) client: &'a ApprovedClient,
    pub(crate) grant_type: GrantType,
    pub(crate) grant: &'a OpenGrant,
    pub(crate) member: &'a member::Member,
    /// When the person had signed in.
    pub(crate) auth_time: Timestamp,
    pub(crate) nonce: Option<&'a str>,
    /// The key that was proved.
    pub(crate) key: Option<Thumbprint>,
}

/// The first tokens of a grant.
pub(crate) async fn begin(
    tx: &mut TenantTx,
    call: Call<'_>,
    begun: Begun<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let Begun { client, grant, .. } = begun;
    let person = Person {
        subject: grant.member.to_string(),
        grant: grant.id,
        auth_time: begun.auth_time,
    };
    let reach = reach_of(call, client, grant)?;
    let mint = Mint {
        client,
        reach: &reach,
        grant_type: begun.grant_type,
        person: Some(person.clone()),
        key: begun.key.as_ref(),
        exchanged: None,
    };
    let mut issued = issue::issue(tx, call, mint, rng).await?;
    if client.allows(GrantType::RefreshToken) {
        // A client with credentials proves itself by them; others by the key alone (RFC 9449 section 5).
        let shared = client.metadata().auth_method().is_public();
        let key = begun.key.filter(|_| shared);
        issued.refresh_token = Some(first_refresh_token(tx, call, (grant, key), rng).await?);
    }
    if reach.scopes.has("openid") {
        let identity = Identity {
            client: client.id(),
            algorithm: client.metadata().id_token_algorithm(),
            person: &person,
            nonce: begun.nonce,
            session: grant.session,
            known: known(grant.claims.id_token.iter().copied(), begun.member),
        };
        issued.id_token = Some(id_token::sign(call, &identity, &issued.access_token)?);
    }
    Ok(issued)
}

/// What a thief of the code does not know.
fn check(code: &Code, client: &ApprovedClient, command: &Redeem) -> Result<(), TokenError> {
    if code.client != *client.id() {
        return Err(TokenError::Grant("the code is another client's"));
    }
    if !code.challenge.verify(&command.verifier) {
        return Err(TokenError::Grant("the code verifier is wrong"));
    }
    if code.key.is_some() && code.key != command.key {
        return Err(TokenError::Grant("the code is bound to another key"));
    }
    match &command.redirect_uri {
        Some(sent) if *sent != code.redirect_uri => {
            Err(TokenError::Grant("the redirect URI is another"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The grant that a code or a device stands for, while client and person still stand behind it.
pub(crate) async fn open_grant(
    tx: &mut TenantTx,
    call: Call<'_>,
    client: &ApprovedClient,
    (grant, resource): (Id<Grant>, Option<&ResourceUri>),
) -> Result<(OpenGrant, member::Member), TokenError> {
    if !client.may_begin_grants() {
        return Err(TokenError::Grant("the client may not begin new grants"));
    }
    let environment = call.place.environment;
    let grant = store::grant::lock_open(tx, environment, grant, call.now).await?;
    let grant = grant.ok_or(TokenError::Grant("the grant has ended"))?;
    check_asked(tx, call, &grant).await?;
    check_resource(&grant, resource)?;
    let person = check_person(tx, &grant).await?;
    Ok((grant, person))
}

/// The resource of a grant cannot be changed afterwards.
pub(crate) fn check_resource(
    grant: &OpenGrant,
    sent: Option<&ResourceUri>,
) -> Result<(), TokenError> {
    match (sent, &grant.resource) {
        (None, _) => Ok(()),
        (Some(sent), Some(own)) if own.same_as(sent) => Ok(()),
        (Some(_), Some(_) | None) => Err(ReachError::Target.into()),
    }
}

/// What a person allowed before the client changed counts no more, where people are asked about the change.
pub(crate) async fn check_asked(
    tx: &mut TenantTx,
    call: Call<'_>,
    grant: &OpenGrant,
) -> Result<(), TokenError> {
    if store::asked_anew::voids(tx, call.place.environment, grant.id).await? {
        return Err(TokenError::AskedAnew);
    }
    Ok(())
}

/// Somebody who left has no tokens any more.
pub(crate) async fn check_person(
    tx: &mut TenantTx,
    grant: &OpenGrant,
) -> Result<member::Member, TokenError> {
    match member::load_end_user(tx, grant.member).await {
        Ok(person) => Ok(person),
        Err(StoreError::NotFound) => Err(TokenError::Grant("the person has left")),
        Err(error) => Err(error.into()),
    }
}

/// What the person allowed, within what is approved now.
pub(crate) fn reach_of(
    call: Call<'_>,
    client: &ApprovedClient,
    grant: &OpenGrant,
) -> Result<reach::Reach, TokenError> {
    let entitlement = client.entitlement(call.now);
    let wanted = Wanted {
        scope: Some(grant.scope.clone()),
        resource: grant.resource.clone(),
    };
    Ok(reach::narrow(&wanted, &entitlement, Excess::LeftOut, true)?)
}

async fn first_refresh_token(
    tx: &mut TenantTx,
    call: Call<'_>,
    (grant, key): (&OpenGrant, Option<Thumbprint>),
    rng: &mut dyn CryptoRng,
) -> Result<String, TokenError> {
    let row = RefreshRow {
        grant: grant.id,
        generation: 1,
        idle_expires_at: call.now + IDLE,
        expires_at: grant.expires_at,
        rotated: false,
        key,
    };
    let token = Secret::generate(SecretKind::RefreshToken, rng);
    let hash = token.hash(call.hash_key);
    store::refresh::insert(tx, call.place.environment, &hash, &row, call.now).await?;
    Ok(token.reveal().to_owned())
}
