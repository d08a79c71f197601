//! A person's identity provider says that a client may act for them here (ID-JAG, draft-ietf-oauth-identity-assertion-authz-
//! grant section 4.4; MCP enterprise-managed authorization). Nobody is asked again: the enterprise decided. So the assertion
//! has to come from an issuer that the tenant trusts with its people, for this very client, for one resource and for scopes
//! that it names; and nothing goes beyond what the client was approved for. It counts once, and gives no refresh token.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::Duration;
use jsonwebtoken::{dangerous, decode_header};
use narthex_tenancy::statement_issuer::{self, StatementIssuer};
use narthex_tenancy::{StoreError, TenantTx, member};
use narthex_vocab::{
    ClientId, Email, GrantType, Id, IssuerName, IssuerPurpose, ResourceUri, ScopeSet, Timestamp,
};
use rand_core::CryptoRng;
use serde::Deserialize;

use crate::assertion::{TOLERANCE, check_header, signed_by};
use crate::authorize::asked_claims::AskedClaims;
use crate::call::Call;
use crate::client::{ApprovedClient, ClientCredential, Proof};
use crate::error::TokenError;
use crate::issue::{self, Issued, Mint, Person};
use crate::reach::{self, Excess, ReachError, Wanted};
use crate::store;
use crate::store::grant::{Asserted, OpenGrant};
use crate::workload::{Audience, names_another};
use narthex_http::dpop::Thumbprint;

/// The type of its header; it is required.
const TYPE: &str = "oauth-id-jag+jwt";
/// The longest life of one.
const LONGEST: Duration = Duration::minutes(10);

/// What a client brings.
pub(crate) struct Granted {
    pub(crate) assertion: String,
    /// Less than the assertion says, if anything is named.
    pub(crate) wanted: Wanted,
    /// The key that was proved with it.
    pub(crate) key: Option<Thumbprint>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    client_id: String,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    jti: String,
    resource: String,
    scope: String,
    email: String,
    email_verified: Option<bool>,
    auth_time: Option<i64>,
}

/// Whether an assertion says that it is one.
pub(crate) fn is_one(text: &str) -> bool {
    let header = decode_header(text).ok();
    let typ = header.and_then(|header| header.typ);
    typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE))
}

/// Issues a token for the person that the assertion names.
pub(crate) async fn id_jag(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, command): (&ApprovedClient, Granted),
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let grant_type = GrantType::JwtBearer;
    let method = client.metadata().auth_method();
    // A workload acts for itself alone.
    if !client.allows(grant_type) || method.is_public() || method.is_workload() {
        return Err(TokenError::GrantNotAllowed);
    }
    if !client.may_begin_grants() {
        return Err(TokenError::Grant("the client may not begin new grants"));
    }
    let claims = verified(tx, call, &command.assertion).await?;
    check(call, client.id(), &claims)?;
    let reach = narrowed(call, client, (&claims, &command.wanted))?;
    let person = person(tx, call, &claims).await?;
    first_use(tx, call, client.id(), &claims).await?;
    let grant = OpenGrant {
        id: Id::new(call.now, rng),
        client: client.id().clone(),
        member: person,
        scope: reach.scopes.clone(),
        resource: reach.resource.as_ref().map(|at| at.identifier.clone()),
        // Nothing prolongs it: it ends with its only token.
        expires_at: crate::authorize::ends(client, &reach, call.now)
            .min(call.now + narthex_vocab::TokenLifetime::LONGEST.duration()),
        session: None,
        claims: AskedClaims::default(),
    };
    let kept = (&grant, Some(claims.asserted()));
    store::grant::insert(tx, call.place.environment, kept, call.now).await?;
    let auth_time = claims.auth_time.unwrap_or(claims.iat);
    let mint = Mint {
        client,
        reach: &reach,
        grant_type,
        person: Some(Person {
            subject: person.to_string(),
            grant: grant.id,
            auth_time: Timestamp::from_timestamp(auth_time, 0).unwrap_or(call.now),
        }),
        key: command.key.as_ref(),
        exchanged: None,
    };
    issue::issue(tx, call, mint, rng).await
}

/// The claims, if a key of an issuer signed them that the tenant trusts with its people.
async fn verified(tx: &mut TenantTx, call: Call<'_>, text: &str) -> Result<Claims, TokenError> {
    let header = decode_header(text).map_err(|_| TokenError::Grant("no assertion"))?;
    if check_header(&header, &[TYPE]).is_err() || header.typ.is_none() {
        return Err(TokenError::Grant("the assertion has another header"));
    }
    let named =
        unverified_issuer(text).ok_or(TokenError::Grant("the assertion names no issuer"))?;
    let purpose = IssuerPurpose::People;
    let trusted = statement_issuer::trusted_for(tx, call.place.environment, purpose).await?;
    let issuer = trusted.iter().find(|one| one.issuer == named);
    let issuer = issuer.ok_or(TokenError::Grant("the issuer is not trusted with people"))?;
    let keys = keys(issuer, call.now);
    let claims: Option<Claims> = keys.iter().find_map(|key| signed_by(key, &header, text));
    match claims.filter(|claims| claims.iss == issuer.issuer.as_str()) {
        Some(claims) => Ok(claims),
        None if names_another(&header, &keys) => Err(TokenError::UnknownKey),
        None => Err(TokenError::Grant(
            "no key of the issuer signed this, or a claim is missing",
        )),
    }
}

/// Whom an assertion says it is by: only to know whose keys to read again.
pub(crate) fn unverified_issuer(text: &str) -> Option<IssuerName> {
    #[derive(Deserialize)]
    struct Named {
        iss: String,
    }
    let named: Named = dangerous::insecure_decode_claims(text).ok()?;
    IssuerName::parse(&named.iss).ok()
}

fn keys(issuer: &StatementIssuer, now: Timestamp) -> Vec<ClientCredential> {
    let keys = issuer.keys(now).map(|keys| keys.keys().to_vec());
    let credential = |key| ClientCredential {
        id: None,
        proof: Proof::Key(Box::new(key)),
        until: None,
    };
    keys.unwrap_or_default()
        .into_iter()
        .map(credential)
        .collect()
}

/// For us alone, for this client, now, and never for long.
fn check(call: Call<'_>, client: &ClientId, claims: &Claims) -> Result<(), TokenError> {
    if !claims.aud.is_only(&call.place.issuer) {
        return Err(TokenError::Grant(
            "the assertion is not for this issuer alone",
        ));
    }
    if claims.client_id != client.as_str() {
        return Err(TokenError::Grant("the assertion is another client's"));
    }
    let over = TokenError::Grant("the assertion is over, not yet in force or too long-lived");
    let at = |seconds| Timestamp::from_timestamp(seconds, 0);
    let (Some(begins), Some(ends)) = (at(claims.iat), at(claims.exp)) else {
        return Err(over);
    };
    let later = claims
        .nbf
        .is_some_and(|nbf| at(nbf).is_none_or(|nbf| nbf > call.now + TOLERANCE));
    if later
        || begins > call.now + TOLERANCE
        || ends + TOLERANCE <= call.now
        || ends - begins > LONGEST + TOLERANCE
    {
        return Err(over);
    }
    if claims.sub.is_empty()
        || claims.sub.len() > 255
        || claims.jti.is_empty()
        || claims.jti.len() > 255
    {
        return Err(TokenError::Grant("the assertion has no usable sub or jti"));
    }
    Ok(())
}

/// What is asked for, within the assertion, within what the client was approved for.
fn narrowed(
    call: Call<'_>,
    client: &ApprovedClient,
    (claims, wanted): (&Claims, &Wanted),
) -> Result<reach::Reach, TokenError> {
    let resource = ResourceUri::parse(&claims.resource).map_err(|_| ReachError::Target)?;
    if wanted
        .resource
        .as_ref()
        .is_some_and(|asked| !resource.same_as(asked))
    {
        return Err(ReachError::Target.into());
    }
    let said = ScopeSet::parse(&claims.scope)
        .map_err(|_| TokenError::Grant("the scope of the assertion is malformed"))?;
    let scope: ScopeSet = match &wanted.scope {
        None => said,
        Some(asked) => asked
            .iter()
            .filter(|scope| said.contains(scope))
            .cloned()
            .collect(),
    };
    let wanted = Wanted {
        scope: Some(scope),
        resource: Some(resource),
    };
    let entitlement = client.entitlement(call.now);
    Ok(reach::narrow(
        &wanted,
        &entitlement,
        Excess::LeftOut,
        false,
    )?)
}

impl Claims {
    fn asserted(&self) -> Asserted<'_> {
        Asserted {
            by: &self.iss,
            subject: &self.sub,
        }
    }
}

/// Somebody of the tenant, by the address that the provider has proved; and nobody else than before by the same name, for an
/// address may have changed hands.
async fn person(
    tx: &mut TenantTx,
    call: Call<'_>,
    claims: &Claims,
) -> Result<Id<narthex_vocab::Member>, TokenError> {
    let unknown = TokenError::Grant("the assertion is of nobody here");
    // Silence is no yes: an address that nobody proved says nothing of who it is.
    if claims.email_verified != Some(true) {
        return Err(unknown);
    }
    let Ok(email) = Email::parse(&claims.email) else {
        return Err(unknown);
    };
    let found = match member::end_user_of(tx, &email).await {
        Ok(found) => found.id,
        Err(StoreError::NotFound) => return Err(unknown),
        Err(error) => return Err(error.into()),
    };
    let at = call.place.environment;
    let before = store::grant::meant_before(tx, at, claims.asserted()).await?;
    if before.is_some_and(|before| before != found) {
        return Err(TokenError::Grant(
            "the provider meant somebody else before by this name",
        ));
    }
    Ok(found)
}

async fn first_use(
    tx: &mut TenantTx,
    call: Call<'_>,
    client: &ClientId,
    claims: &Claims,
) -> Result<(), TokenError> {
    // A jti is unique to its issuer (RFC 7519 section 4.1.7).
    let name = format!("{TYPE} {} {}", claims.iss, claims.jti);
    let hash = digest(&SHA256, name.as_bytes());
    let hash = hash.as_ref().try_into().map_err(|_| TokenError::Signing)?;
    let end = Timestamp::from_timestamp(claims.exp, 0).unwrap_or(call.now) + TOLERANCE;
    let at = call.place.environment;
    if store::replay::first_use(tx, at, client, hash, end).await? {
        Ok(())
    } else {
        Err(TokenError::Grant("the assertion was used before"))
    }
}
