//! Whether an access token counts now: signature, issuer, end, and what the database knows of its client, its grant
//! and its person. Used by introspection, userinfo and the decision API alike; it says no more than live or not.

use jsonwebtoken::{Validation, decode, decode_header};
use narthex_tenancy::{StoreError, member};
use narthex_vocab::{Id, Member, Timestamp};

use crate::Token;
use crate::call::Call;
use crate::claims::{ACCESS_TOKEN_TYPE, AccessClaims};
use crate::client::{ApprovedClient, Standing};
use crate::keys::Ring;
use crate::place::Place;
use crate::store;

/// A token that counts, with the client it was issued to.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) claims: AccessClaims,
    pub(crate) client: ApprovedClient,
    /// The clients of the tokens that it stands on, the nearest first: it reaches no further than any of them.
    pub(crate) origins: Vec<ApprovedClient>,
    /// The person, when one is behind it.
    pub(crate) person: Option<member::Member>,
}

/// Checks a token wholly; `None` for every token that does not count, whatever is wrong with it.
pub(crate) async fn live(
    token: &Token,
    call: Call<'_>,
    text: &str,
) -> Result<Option<Live>, StoreError> {
    let Some(claims) = signed(call.ring, call.place, text, call.now) else {
        return Ok(None);
    };
    let standing = token
        .standing(call.place, &claims.client_id, call.now)
        .await?;
    let Standing::Approved(client) = standing else {
        return Ok(None);
    };
    // A token that was exchanged counts while those that it stands on do.
    let Some(origins) = clients_behind(token, call, &claims).await? else {
        return Ok(None);
    };
    let behind = claims.origins.iter();
    let behind = behind.map(|origin| (origin.jti, &origin.client_id));
    for named in [(claims.jti, &claims.client_id)].into_iter().chain(behind) {
        let known = async |connection: &mut _| {
            store::issuance::is_live(connection, call.place, named, call.now).await
        };
        if !token.database.one_trip(known).await? {
            return Ok(None);
        }
    }
    if claims.sub == claims.client_id.as_str() {
        return Ok(Some(Live {
            claims,
            client,
            origins,
            person: None,
        }));
    }
    let Ok(member) = claims.sub.parse::<Id<Member>>() else {
        return Ok(None);
    };
    let load = async |tx: &mut _| member::load_end_user(tx, member).await;
    match token.database.tenant(call.place.tenant, load).await {
        Ok(person) => Ok(Some(Live {
            claims,
            client,
            origins,
            person: Some(person),
        })),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The clients of the tokens that one stands on; `None` when one of them is approved no more.
pub(crate) async fn clients_behind(
    token: &Token,
    call: Call<'_>,
    claims: &AccessClaims,
) -> Result<Option<Vec<ApprovedClient>>, StoreError> {
    let mut clients = Vec::new();
    for origin in &claims.origins {
        match token
            .standing(call.place, &origin.client_id, call.now)
            .await?
        {
            Standing::Approved(client) => clients.push(client),
            Standing::Stopped(_) | Standing::Undecided(_) | Standing::Unknown => return Ok(None),
        }
    }
    Ok(Some(clients))
}

/// The claims, if one of this issuer's own keys signed them for this place and their time is not over. The algorithm is the
/// key's own, whatever the header says; keys that the header brings are never looked at.
pub(crate) fn signed(
    ring: &Ring,
    place: &Place,
    text: &str,
    now: Timestamp,
) -> Option<AccessClaims> {
    let header = decode_header(text).ok()?;
    if header.typ.as_deref() != Some(ACCESS_TOKEN_TYPE) || header.crit.is_some() {
        return None;
    }
    let (algorithm, key) = ring.checking(header.kid.as_deref()?)?;
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims: AccessClaims = decode(text, key, &validation).ok()?.claims;
    let here = claims.iss == place.issuer.as_str()
        && claims.tenant == *place.issuer.tenant()
        && claims.environment == place.environment;
    (here && claims.exp > now.timestamp()).then_some(claims)
}
