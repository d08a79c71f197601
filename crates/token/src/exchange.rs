//! A token becomes a narrower one in other hands (RFC 8693): the client that holds a person's token, and was approved for
//! this grant, gets one of its own that says on whose behalf it acts. It never reaches further than the token that was shown:
//! same issuer, same person, same resource, no more scopes or tools, no longer; and never further than the client was approved.
//!
//! An exchanged token stands on the one it came from: it counts while that one would, whatever
//! ends it, and as far as the client of that one still reaches.

use narthex_vocab::{ClientId, GrantType, Id, ResourceUri, ScopeSet, Timestamp, ToolName};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Token;
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::introspect::in_force;
use crate::issue::{self, Issued, Mint, Person};
use crate::lineage::Actor;
use crate::reach::{self, Excess, IDENTITY, ReachError, Wanted};
use crate::verify::{self, Live};
use narthex_http::dpop::Thumbprint;

/// The one type of token that is taken and given (RFC 8693 section 3).
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The most who stand behind one another.
const DEEPEST: usize = 5;

/// What a client brings.
pub(crate) struct Exchange {
    /// For whom it wants to act.
    pub(crate) subject: String,
    /// Its own token, where it shows one.
    pub(crate) actor: Option<String>,
    pub(crate) wanted: Wanted,
}

/// One token that an exchanged one stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) jti: Uuid,
    pub(crate) client_id: ClientId,
}

/// What an exchanged token has from the one it came from.
pub(crate) struct Exchanged {
    /// Who acts, and whoever stands behind.
    pub(crate) act: Actor,
    /// The nearest first.
    pub(crate) origins: Vec<Origin>,
    /// What it can call: no tool that the one that was shown cannot.
    pub(crate) tools: Vec<ToolName>,
    /// When the one that was shown ends.
    pub(crate) until: Timestamp,
}

/// Issues a token that stands on another.
pub(crate) async fn exchange(
    token: &Token,
    call: Call<'_>,
    (client, command, key): (&ApprovedClient, &Exchange, Option<&Thumbprint>),
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let grant_type = GrantType::TokenExchange;
    if !client.allows(grant_type) || client.metadata().auth_method().is_public() {
        return Err(TokenError::GrantNotAllowed);
    }
    if !client.may_begin_grants() {
        return Err(TokenError::Denied(
            "this client may not begin new grants now",
        ));
    }
    let subject = shown(token, call, (&command.subject, "subject_token"), key).await?;
    if let Some(actor) = &command.actor {
        let actor = shown(token, call, (actor, "actor_token"), key).await?;
        // Whoever acts is the client itself: nobody names another.
        if actor.claims.client_id != *client.id() || actor.person.is_some() {
            let words = "actor_token is not this client's own".to_owned();
            return Err(TokenError::Request(words));
        }
    }
    let of_itself = subject.claims.client_id == *client.id();
    if subject.person.is_none() && !of_itself {
        let words = "subject_token is another client's, and no person stands behind it".to_owned();
        return Err(TokenError::Request(words));
    }
    let reach = narrowed(call, client, (&subject, &command.wanted))?;
    let exchanged = standing_on(client, &subject)?;
    let mint = Mint {
        client,
        reach: &reach,
        grant_type,
        person: person(token, call, &subject).await?,
        key,
        exchanged: Some(&exchanged),
    };
    let mut issued = issue::issue_alone(token, call, mint, rng).await?;
    issued.kind = Some(ACCESS_TOKEN);
    Ok(issued)
}

/// A token of this issuer that counts, in the hands of who holds its key where it has one.
async fn shown(
    token: &Token,
    call: Call<'_>,
    (text, name): (&str, &str),
    key: Option<&Thumbprint>,
) -> Result<Live, TokenError> {
    // One answer for whatever is wrong with it (RFC 8693 section 2.2.2).
    let refused = || TokenError::Request(format!("{name} is not valid here"));
    let live = verify::live(token, call, text).await?.ok_or_else(refused)?;
    match &live.claims.cnf {
        Some(bound) if key != Some(&bound.jkt) => Err(refused()),
        Some(_) | None => Ok(live),
    }
}

/// What is asked for, within the token that was shown and within what the client was approved for.
fn narrowed(
    call: Call<'_>,
    client: &ApprovedClient,
    (subject, wanted): (&Live, &Wanted),
) -> Result<reach::Reach, TokenError> {
    let resource = ResourceUri::parse(&subject.claims.aud).map_err(|_| ReachError::Target)?;
    if subject.claims.aud == call.place.issuer.as_str()
        || wanted
            .resource
            .as_ref()
            .is_some_and(|asked| !resource.same_as(asked))
    {
        return Err(ReachError::Target.into());
    }
    // Who the person is stays between them and the client that they signed in to.
    let held: ScopeSet = in_force(subject, call.now)
        .into_iter()
        .filter(|scope| !IDENTITY.contains(&scope.as_str()))
        .collect();
    let excess = match &wanted.scope {
        Some(asked) if !asked.difference(&held).is_empty() => {
            return Err(ReachError::Beyond(asked.difference(&held)).into());
        }
        Some(_) => Excess::Refused,
        None => Excess::LeftOut,
    };
    let wanted = Wanted {
        scope: Some(wanted.scope.clone().unwrap_or(held)),
        resource: Some(resource),
    };
    let entitlement = client.entitlement(call.now);
    Ok(reach::narrow(&wanted, &entitlement, excess, false)?)
}

/// Who acts now, before whoever acted; and the tokens that this one stands on.
fn standing_on(client: &ApprovedClient, subject: &Live) -> Result<Exchanged, TokenError> {
    let claims = &subject.claims;
    let before = claims.act.clone().unwrap_or_else(|| Actor {
        sub: claims.client_id.to_string(),
        act: None,
    });
    let own = client.act().cloned().unwrap_or_else(|| Actor {
        sub: client.id().to_string(),
        act: None,
    });
    let act = own.before(before);
    let nearest = Origin {
        jti: claims.jti,
        client_id: claims.client_id.clone(),
    };
    let origins: Vec<_> = [nearest]
        .into_iter()
        .chain(claims.origins.clone())
        .collect();
    if act.depth() > DEEPEST || origins.len() >= DEEPEST {
        let words = format!("no more than {DEEPEST} stand behind one another");
        return Err(TokenError::Request(words));
    }
    Ok(Exchanged {
        act,
        origins,
        tools: claims.tools.clone(),
        until: Timestamp::from_timestamp(claims.exp, 0).ok_or(TokenError::Signing)?,
    })
}

/// The person of the token that was shown, with the grant that ends them both.
async fn person(
    token: &Token,
    call: Call<'_>,
    subject: &Live,
) -> Result<Option<Person>, TokenError> {
    let Some(member) = &subject.person else {
        return Ok(None);
    };
    let grant = async |tx: &mut _| {
        crate::store::issuance::grant_of(tx, call.place.environment, subject.claims.jti).await
    };
    let grant = token.database.tenant(call.place.tenant, grant).await?;
    let auth_time = subject.claims.auth_time.unwrap_or(subject.claims.iat);
    Ok(Some(Person {
        subject: member.id.to_string(),
        grant: grant.map(Id::from_uuid).ok_or(TokenError::Request(
            "subject_token is not valid here".to_owned(),
        ))?,
        auth_time: Timestamp::from_timestamp(auth_time, 0).unwrap_or(call.now),
    }))
}
