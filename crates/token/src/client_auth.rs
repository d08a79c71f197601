//! Client authentication (RFC 6749 section 2.3, RFC 7523 section 2.2): exactly one method, the registered one. A
//! blank, foreign or additional credential is never as good as none. A workload's token may come as the grant itself (RFC
//! 7523 section 2.1): then it proves the client too.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use narthex_http::Params;
use narthex_vocab::{AuthMethod, ClientId, GrantType, Secret, SecretKind};
use zeroize::Zeroizing;

use crate::Token;
use crate::assertion::{self, AssertionError};
use crate::call::Call;
use crate::client::{ApprovedClient, ClientCredential, ClientSnapshot, Proof, Standing};
use crate::error::TokenError;
use crate::id_jag;
use crate::store;
use crate::store::credential::Use;
use crate::workload;

/// What a request brought to authenticate with.
pub(crate) struct Presented {
    /// The identifier it named; an assertion may name it instead.
    client: Option<ClientId>,
    proof: Evidence,
}

/// One of the ways.
enum Evidence {
    None,
    Basic(Zeroizing<String>),
    Post(Zeroizing<String>),
    /// By a key of its own, or of the issuer that vouches for its workload.
    Assertion(Zeroizing<String>),
    Svid(Zeroizing<String>),
    /// A workload's token that is the grant itself.
    Grant(Zeroizing<String>),
}

/// Who authenticated.
pub(crate) enum Authenticated {
    /// A client with an approval in force.
    Approved(ApprovedClient),
    /// A client that nobody approved or that was stopped. It is never told `invalid_client`: clients answer that by
    /// registering again.
    NotApproved,
}

/// `client_assertion_type` of RFC 7523 section 2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The same of draft-ietf-oauth-spiffe-client-auth.
const JWT_SPIFFE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

impl Evidence {
    /// Whether it is the registered way.
    const fn fits(&self, registered: AuthMethod) -> bool {
        match self {
            Self::None => matches!(registered, AuthMethod::None),
            Self::Basic(_) => matches!(registered, AuthMethod::ClientSecretBasic),
            Self::Post(_) => matches!(registered, AuthMethod::ClientSecretPost),
            Self::Assertion(_) => {
                matches!(
                    registered,
                    AuthMethod::PrivateKeyJwt | AuthMethod::WorkloadJwt
                )
            }
            Self::Svid(_) => matches!(registered, AuthMethod::SpiffeJwt),
            Self::Grant(_) => registered.is_workload(),
        }
    }

    const fn is_basic(&self) -> bool {
        matches!(self, Self::Basic(_))
    }

    /// What a client brought that is signed; `None` for two at once.
    fn signed(form: &Params) -> Result<Option<Self>, TokenError> {
        let assertion = form.one("client_assertion")?;
        let kind = form.one("client_assertion_type")?;
        let grant = if form.one("grant_type")? == Some(GrantType::JwtBearer.as_str()) {
            // That of a person proves nothing of the client.
            form.one("assertion")?.filter(|text| !id_jag::is_one(text))
        } else {
            None
        };
        let own = |text: &str| Zeroizing::new(text.to_owned());
        match (assertion, kind, grant) {
            (None, None, None) => Ok(None),
            (None, None, Some(text)) => Ok(Some(Self::Grant(own(text)))),
            (Some(_), Some(_), Some(_)) => Err(several()),
            (Some(text), Some(JWT_BEARER), None) => Ok(Some(Self::Assertion(own(text)))),
            (Some(text), Some(JWT_SPIFFE), None) => Ok(Some(Self::Svid(own(text)))),
            (_, _, _) => {
                let words = "client_assertion needs client_assertion_type, which is the jwt-bearer or the jwt-spiffe type";
                Err(TokenError::Request(words.to_owned()))
            }
        }
    }
}

fn several() -> TokenError {
    TokenError::Request("more than one way of client authentication".to_owned())
}

impl Presented {
    /// Reads what a request brought. Two methods at once are refused.
    pub(crate) fn read(request: &HttpRequest, form: &Params) -> Result<Self, TokenError> {
        let basic = basic(request)?;
        let secret = form.one("client_secret")?;
        let signed = Evidence::signed(form)?;
        let named = form
            .given("client_id")?
            .map(ClientId::parse)
            .transpose()
            .map_err(|error| TokenError::Request(error.to_string()))?;
        let own = |text: &str| Zeroizing::new(text.to_owned());
        let (client, proof) = match (basic, secret, signed) {
            (Some((id, secret)), None, None) => {
                if named.as_ref().is_some_and(|named| named.as_str() != id) {
                    let words = "client_id is not the one of the Authorization header";
                    return Err(TokenError::Request(words.to_owned()));
                }
                let id = ClientId::parse(&id).map_err(|_| TokenError::Client {
                    reason: "the client identifier of the header is malformed",
                    basic: true,
                })?;
                (Some(id), Evidence::Basic(secret))
            }
            (None, Some(secret), None) => (named, Evidence::Post(own(secret))),
            (None, None, Some(signed)) => (named, signed),
            (None, None, None) => (named, Evidence::None),
            (Some(_), _, _) | (None, Some(_), Some(_)) => return Err(several()),
        };
        Ok(Self { client, proof })
    }

    fn refuse(&self, reason: &'static str) -> TokenError {
        match self.proof {
            Evidence::Grant(_) => TokenError::Assertion(reason),
            _ => TokenError::Client {
                reason,
                basic: self.proof.is_basic(),
            },
        }
    }
}

/// User and password of a Basic header (RFC 7617), form-decoded as RFC 6749 section 2.3.1 says; `None` without one.
pub(crate) fn basic(
    request: &HttpRequest,
) -> Result<Option<(String, Zeroizing<String>)>, TokenError> {
    let malformed = TokenError::Client {
        reason: "the Authorization header is malformed",
        basic: true,
    };
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let line = match (lines.next(), lines.next()) {
        (None, _) => return Ok(None),
        (Some(line), None) => line.to_str().ok(),
        (Some(_), Some(_)) => None,
    };
    let encoded = line
        .and_then(|line| line.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .map(|(_, encoded)| encoded.trim());
    let text = encoded
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .map(Zeroizing::new)
        .and_then(|bytes| {
            std::str::from_utf8(&bytes)
                .map(|text| Zeroizing::new(text.to_owned()))
                .ok()
        });
    let Some(text) = text else {
        return Err(malformed);
    };
    let Some((user, password)) = text.split_once(':') else {
        return Err(malformed);
    };
    match (form_decoded(user), form_decoded(password)) {
        (Some(user), Some(password)) => Ok(Some((user, Zeroizing::new(password)))),
        (None, _) | (_, None) => Err(malformed),
    }
}

fn form_decoded(text: &str) -> Option<String> {
    let encoded = format!("v={text}");
    let params = Params::parse(encoded.as_bytes()).ok()?;
    let mut pairs = params.pairs();
    match (pairs.next(), pairs.next()) {
        (Some(("v", value)), None) => Some(value.to_owned()),
        (_, _) => None,
    }
}

/// Finds out who the client is. The single use of an assertion is remembered whatever becomes of the call.
pub(crate) async fn authenticate(
    token: &Token,
    call: Call<'_>,
    presented: &Presented,
) -> Result<Authenticated, TokenError> {
    let claimed = match (&presented.client, &presented.proof) {
        (Some(client), _) => client.clone(),
        (None, Evidence::Assertion(text)) => match assertion::unverified_subject(text) {
            Some(own) => own,
            None => workload_of(token, call, (presented, text)).await?,
        },
        (None, Evidence::Svid(text) | Evidence::Grant(text)) => {
            workload_of(token, call, (presented, text)).await?
        }
        (None, Evidence::None | Evidence::Basic(_) | Evidence::Post(_)) => {
            return Err(presented.refuse("no client is named"));
        }
    };
    proved(token, call, (presented, &claimed), true).await
}

/// The one client that was approved as the workload that a token says it is of; nothing of that is proved yet.
async fn workload_of(
    token: &Token,
    call: Call<'_>,
    (presented, text): (&Presented, &str),
) -> Result<ClientId, TokenError> {
    let malformed = || presented.refuse("the assertion is malformed");
    let (issuer, subject) = workload::unverified(text).ok_or_else(malformed)?;
    let at = call.place.environment;
    let named = (&issuer, subject.as_str());
    let find = async |tx: &mut _| store::workload::clients(tx, at, named).await;
    let mut clients = token.database.tenant(call.place.tenant, find).await?;
    match (clients.pop(), clients.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(presented.refuse("several clients are this workload: name one")),
        (None, _) => Err(presented.refuse("no client is this workload")),
    }
}

/// Checks what was presented. What is remembered of a client may lack a credential that it has just got, so a refusal is
/// looked at `again`.
async fn proved(
    token: &Token,
    call: Call<'_>,
    (presented, claimed): (&Presented, &ClientId),
    again: bool,
) -> Result<Authenticated, TokenError> {
    match token.standing(call.place, claimed, call.now).await? {
        Standing::Approved(client) => {
            match prove(token, call, presented, client.snapshot()).await {
                Err(error) if error.may_be_stale() && again => {
                    token.forget_client(call.place, claimed);
                    Box::pin(proved(token, call, (presented, claimed), false)).await
                }
                proved => proved.map(|()| Authenticated::Approved(client)),
            }
        }
        Standing::Stopped(client) => {
            prove(token, call, presented, &client).await?;
            Ok(Authenticated::NotApproved)
        }
        Standing::Undecided(_) => Ok(Authenticated::NotApproved),
        Standing::Unknown => Err(presented.refuse("no such client")),
    }
}

async fn prove(
    token: &Token,
    call: Call<'_>,
    presented: &Presented,
    client: &ClientSnapshot,
) -> Result<(), TokenError> {
    let registered = client.metadata.auth_method();
    if !presented.proof.fits(registered) {
        return Err(presented.refuse("not the registered way of authentication"));
    }
    let environment = call.place.environment;
    let accepted = match &presented.proof {
        Evidence::None => return Ok(()),
        Evidence::Basic(text) | Evidence::Post(text) => {
            let secret = Secret::parse(SecretKind::ClientSecret(environment), text)
                .map_err(|_| presented.refuse("not a client secret of this environment"))?;
            let hash = secret.hash(call.hash_key);
            // Every live credential is compared, in constant time each.
            client
                .live_credentials(call.now)
                .filter(|credential| matches_hash(credential, &hash))
                .map(|credential| credential.id)
                .last()
                .ok_or_else(|| presented.refuse("the secret is not one of its live ones"))?
        }
        Evidence::Assertion(text) | Evidence::Svid(text) | Evidence::Grant(text) => {
            let issuer = &call.place.issuer;
            let verified = if registered.is_workload() {
                workload::verify(text, client, issuer, call.now)
            } else {
                assertion::verify(text, client, issuer, call.now)
            };
            if matches!(verified, Err(AssertionError::UnknownKey))
                && let Some(workload) = client.metadata.workload()
            {
                workload::ask_for_keys(token, call, workload.issuer()).await;
            }
            let verified = verified.map_err(|error| presented.refuse(error.reason()))?;
            if let Some((hash, end)) = verified.once {
                let first_use = async |tx: &mut _| {
                    store::replay::first_use(tx, environment, &client.id, hash, end).await
                };
                if !token.database.tenant(call.place.tenant, first_use).await? {
                    return Err(presented.refuse("the assertion was used before"));
                }
            }
            verified.credential
        }
    };
    if let Some(accepted) = accepted {
        let used = Use::new(environment, &client.id, accepted, call.now);
        token.issuances.used(call.place.tenant, used);
    }
    Ok(())
}

fn matches_hash(credential: &ClientCredential, hash: &narthex_vocab::SecretHash) -> bool {
    match &credential.proof {
        Proof::Secret(own) => own.ct_eq(hash),
        Proof::Key(_) => false,
    }
}

#[cfg(test)]
#[path = "client_auth_tests.rs"]
mod tests;
