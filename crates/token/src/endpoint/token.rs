//! `POST …/token` (RFC 6749 section 3.2): one grant type, one way of authentication.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Params, Peer, RequestId, StrictForm};
use narthex_tenancy::ambient;
use narthex_vocab::{
    CodeVerifier, GrantType, PkceError, ResourceUri, ScopeSet, Secret, SecretKind,
};

use crate::Token;
use crate::call::{Arrival, Call};
use crate::client::{ApprovedClient, Standing};
use crate::client_credentials::{ForItself, client_credentials};
use crate::device_code::{self, Poll, Polled};
use crate::endpoint::caller::{self, Caller};
use crate::error::TokenError;
use crate::exchange::{ACCESS_TOKEN, Exchange, exchange};
use crate::id_jag::{self, Granted};
use crate::issue::Issued;
use crate::place::Place;
use crate::reach::{ReachError, Wanted};
use crate::redeem::{self, Redeem, Redeemed};
use crate::refresh::{self, Refresh, Refreshed};
use crate::workload;
use narthex_http::dpop::{DpopError, Thumbprint};

/// What is asked for, parsed.
pub(crate) enum Grant {
    Code(Redeem),
    Refresh(Refresh),
    Device(Poll),
    Exchange(Exchange),
    Person(Granted),
    Client(ForItself),
}

pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    form: StrictForm,
) -> Result<HttpResponse, OAuthError> {
    let arrival = Arrival::new(&token, &place, &id).await?;
    let call = arrival.call();
    let source = peer.source();
    let presented = caller::presented(&token, call, (&request, &form, &source)).await?;
    let grant = Grant::read(&form)?;
    let caller = caller::proved(&token, call, (&request, "token", &source), &presented).await?;
    let Some(Caller { client, key }) = caller else {
        return Err(grant.refused().into());
    };
    let bound = client.metadata().binds_tokens() || call.ring.policy.bound_tokens;
    if key.is_none() && bound {
        return Err(TokenError::from(DpopError::Missing).into());
    }
    let first = grant.carry_out(&token, call, (&client, key.clone())).await;
    let issued = match first {
        Err(error) if error.may_be_stale() => {
            again(&token, call, (&client, key), Grant::read(&form)?).await?
        }
        issued => issued?,
    };
    Ok(HttpResponse::Ok().json(issued))
}

/// The same call with the client as it is stored now: what was remembered of it may be why it was refused.
async fn again(
    token: &Token,
    call: Call<'_>,
    (client, key): (&ApprovedClient, Option<Thumbprint>),
    grant: Grant,
) -> Result<Issued, TokenError> {
    token.forget_client(call.place, client.id());
    match token.standing(call.place, client.id(), call.now).await? {
        Standing::Approved(client) => grant.carry_out(token, call, (&client, key)).await,
        Standing::Stopped(_) | Standing::Undecided(_) | Standing::Unknown => Err(grant.refused()),
    }
}

impl Grant {
    pub(crate) fn read(form: &Params) -> Result<Self, TokenError> {
        let Some(text) = form.given("grant_type")? else {
            return Err(TokenError::Request("grant_type is missing".to_owned()));
        };
        let Ok(kind) = text.parse::<GrantType>() else {
            return Err(TokenError::UnsupportedGrant);
        };
        let wanted = wanted(form)?;
        match kind {
            GrantType::ClientCredentials => Ok(Self::Client(ForItself {
                grant_type: kind,
                wanted,
            })),
            GrantType::TokenExchange => Ok(Self::Exchange(exchange_of(form, wanted)?)),
            GrantType::JwtBearer => {
                let assertion = required(form, "assertion")?;
                if id_jag::is_one(assertion) {
                    return Ok(Self::Person(Granted {
                        assertion: assertion.to_owned(),
                        wanted,
                        key: None,
                    }));
                }
                Ok(Self::Client(ForItself {
                    grant_type: kind,
                    wanted,
                }))
            }
            GrantType::AuthorizationCode => Ok(Self::Code(Redeem {
                code: one_time(form, "code", SecretKind::AuthorizationCode)?,
                verifier: required(form, "code_verifier")
                    .and_then(|text| CodeVerifier::parse(text).map_err(malformed))?,
                redirect_uri: form.given("redirect_uri")?.map(str::to_owned),
                resource: wanted.resource,
                key: None,
            })),
            GrantType::RefreshToken => Ok(Self::Refresh(Refresh {
                token: one_time(form, "refresh_token", SecretKind::RefreshToken)?,
                wanted,
                key: None,
            })),
            GrantType::DeviceCode => Ok(Self::Device(Poll {
                code: one_time(form, "device_code", SecretKind::DeviceCode)?,
                resource: wanted.resource,
                key: None,
            })),
        }
    }

    /// What a client hears that nobody approved: never that it is unknown, for it would register again.
    fn refused(&self) -> TokenError {
        match self {
            Self::Code(_) | Self::Refresh(_) | Self::Device(_) | Self::Person(_) => {
                TokenError::Grant("the client is not approved")
            }
            Self::Client(_) | Self::Exchange(_) => {
                TokenError::Denied("this client is not approved")
            }
        }
    }

    async fn carry_out(
        self,
        token: &Token,
        call: Call<'_>,
        (client, key): (&ApprovedClient, Option<Thumbprint>),
    ) -> Result<Issued, TokenError> {
        let mut rng = ambient::rng();
        let (database, tenant) = (&token.database, call.place.tenant);
        match self {
            Self::Client(command) => {
                client_credentials(token, call, (client, &command, key.as_ref()), &mut rng).await
            }
            Self::Code(command) => {
                let command = Redeem { key, ..command };
                let redeem =
                    async |tx: &mut _| redeem::redeem(tx, call, (client, command), &mut rng).await;
                match database.tenant(tenant, redeem).await? {
                    Redeemed::Issued(issued) => Ok(*issued),
                    Redeemed::Replayed => Err(TokenError::Grant("the code was used before")),
                }
            }
            Self::Exchange(command) => {
                exchange(token, call, (client, &command, key.as_ref()), &mut rng).await
            }
            Self::Person(command) => {
                let issuer = id_jag::unverified_issuer(&command.assertion);
                let command = Granted { key, ..command };
                let grant =
                    async |tx: &mut _| id_jag::id_jag(tx, call, (client, command), &mut rng).await;
                let granted = database.tenant(tenant, grant).await;
                if matches!(granted, Err(TokenError::UnknownKey))
                    && let Some(issuer) = issuer
                {
                    workload::ask_for_keys(token, call, &issuer).await;
                }
                granted
            }
            Self::Device(command) => {
                let command = Poll { key, ..command };
                let poll = async |tx: &mut _| {
                    device_code::poll(tx, call, (client, command), &mut rng).await
                };
                match database.tenant(tenant, poll).await? {
                    Polled::Issued(issued) => Ok(*issued),
                    Polled::Refused(why) => Err(why.into()),
                    Polled::Replayed => Err(TokenError::Grant("the device code was used before")),
                }
            }
            Self::Refresh(command) => {
                let command = Refresh { key, ..command };
                let refresh = async |tx: &mut _| {
                    refresh::refresh(tx, call, (client, command), &mut rng).await
                };
                match database.tenant(tenant, refresh).await? {
                    Refreshed::Issued(issued) => Ok(*issued),
                    Refreshed::Replayed => {
                        Err(TokenError::Grant("the refresh token was used before"))
                    }
                }
            }
        }
    }
}

/// An exchange: access tokens alone, for the resource that the token is for already.
fn exchange_of(form: &Params, wanted: Wanted) -> Result<Exchange, TokenError> {
    let only = |name: &str, value: Option<&str>| match value {
        Some(ACCESS_TOKEN) => Ok(()),
        Some(_) | None => Err(TokenError::Request(format!(
            "{name} must be {ACCESS_TOKEN}"
        ))),
    };
    only("subject_token_type", form.given("subject_token_type")?)?;
    if let Some(kind) = form.given("requested_token_type")? {
        only("requested_token_type", Some(kind))?;
    }
    let actor = form.given("actor_token")?;
    match (actor, form.given("actor_token_type")?) {
        (None, None) => {}
        (Some(_), kind) => only("actor_token_type", kind)?,
        (None, Some(_)) => {
            let words = "actor_token_type has no actor_token".to_owned();
            return Err(TokenError::Request(words));
        }
    }
    if form.given("audience")?.is_some() {
        return Err(ReachError::Target.into());
    }
    Ok(Exchange {
        subject: required(form, "subject_token")?.to_owned(),
        actor: actor.map(str::to_owned),
        wanted,
    })
}

/// Scope and resource as they are asked for.
pub(crate) fn wanted(form: &Params) -> Result<Wanted, TokenError> {
    let scope = form
        .one("scope")?
        .map(ScopeSet::parse)
        .transpose()
        .map_err(|error| TokenError::Request(format!("scope: {error}")))?;
    let mut resources = form.many("resource").filter(|value| !value.is_empty());
    let resource = match (resources.next(), resources.next()) {
        (None, _) => None,
        (Some(text), None) => Some(ResourceUri::parse(text).map_err(|_| ReachError::Target)?),
        (Some(_), Some(_)) => return Err(ReachError::SeveralTargets.into()),
    };
    Ok(Wanted { scope, resource })
}

fn required<'a>(form: &'a Params, name: &str) -> Result<&'a str, TokenError> {
    form.given(name)?
        .ok_or_else(|| TokenError::Request(format!("{name} is missing")))
}

fn malformed(error: PkceError) -> TokenError {
    TokenError::Request(error.to_string())
}

/// A value of another kind, a cut or a mistyped one is `None`: as unknown as an invented one, and said after the
/// client has authenticated.
fn one_time(form: &Params, name: &str, kind: SecretKind) -> Result<Option<Secret>, TokenError> {
    Ok(Secret::parse(kind, required(form, name)?).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "invalid_request")]
    #[case("grant_type=", "invalid_request")]
    #[case("grant_type=password", "unsupported_grant_type")]
    #[case("grant_type=authorization_code", "invalid_request")]
    #[case("grant_type=authorization_code&code=invented", "invalid_request")]
    #[case("grant_type=refresh_token", "invalid_request")]
    #[case(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code",
        "invalid_request"
    )]
    #[case("grant_type=client_credentials&scope=a%20%20b", "invalid_request")]
    #[case("grant_type=client_credentials&resource=%23", "invalid_target")]
    #[case(
        "grant_type=client_credentials&resource=https://a.example&resource=https://b.example",
        "invalid_target"
    )]
    fn refuses(#[case] form: &str, #[case] code: &str) {
        let Err(error) = Grant::read(&Params::parse(form.as_bytes()).unwrap()) else {
            panic!("accepted {form}");
        };
        assert_eq!(OAuthError::from(error).error, code);
    }

    #[test]
    fn a_value_of_another_kind_is_none() {
        let mut rng = ambient::rng();
        let code = Secret::generate(SecretKind::AuthorizationCode, &mut rng);
        let form = format!("grant_type=refresh_token&refresh_token={}", code.reveal());
        let grant = Grant::read(&Params::parse(form.as_bytes()).unwrap());
        assert!(matches!(
            grant,
            Ok(Grant::Refresh(Refresh { token: None, .. }))
        ));
    }
}
