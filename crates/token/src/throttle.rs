//! Budgets of the token plane: per source and per tenant before anything is looked up, per client once it is known. While Redis is
//! away each process counts for itself: tokens must go on.

use std::time::Duration;

use narthex_tenancy::budget::{Answer, Bucket};
use narthex_vocab::{ClientId, Id, IssuerName, Resource, Timestamp};

use crate::Token;
use crate::error::TokenError;
use crate::place::Place;

const MINUTE: Duration = Duration::from_secs(60);

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted<'a> {
    /// Calls of one source on the token and revocation endpoints.
    TokenSource(&'a str),
    /// Tokens of one client; a public client can be named by anyone, so it is counted per source.
    Client(&'a ClientId, Option<&'a str>),
    /// Checks of tokens: resources ask often.
    CheckSource(&'a str),
    /// Looks at clients' addresses that one source causes.
    DocumentSource(&'a str),
    /// Looks at clients' addresses of all sources.
    Documents,
    /// Looks at the keys of an issuer, because somebody came with an unknown one.
    IssuerKeys(&'a IssuerName),
    /// Codes of devices that one person tries.
    Guess(&'a str),
    /// Calls of one resource about its stream of events.
    Stream(&'a Id<Resource>),
    /// Pages of one source.
    PageSource(&'a str),
}

impl Counted<'_> {
    fn bucket(self, environment: &str) -> Bucket {
        match self {
            Self::TokenSource(source) => {
                Bucket::new(format!("token/{environment}/source/{source}"), 300, MINUTE)
            }
            Self::Client(client, None) => Bucket::new(
                format!("token/{environment}/client/{client}"),
                1_200,
                MINUTE,
            ),
            Self::Client(client, Some(source)) => Bucket::new(
                format!("token/{environment}/client/{client}/{source}"),
                120,
                MINUTE,
            ),
            Self::CheckSource(source) => Bucket::new(
                format!("check/{environment}/source/{source}"),
                12_000,
                MINUTE,
            ),
            Self::DocumentSource(source) => Bucket::new(
                format!("document/{environment}/source/{source}"),
                30,
                MINUTE,
            ),
            Self::Documents => Bucket::new(format!("document/{environment}"), 300, MINUTE),
            Self::IssuerKeys(issuer) => {
                Bucket::new(format!("issuer_keys/{environment}/{issuer}"), 1, MINUTE)
            }
            Self::Guess(member) => Bucket::new(
                format!("device/{environment}/person/{member}"),
                10,
                10 * MINUTE,
            ),
            Self::Stream(resource) => {
                Bucket::new(format!("stream/{environment}/{resource}"), 120, MINUTE)
            }
            Self::PageSource(source) => {
                Bucket::new(format!("page/{environment}/source/{source}"), 600, MINUTE)
            }
        }
    }
}

/// Takes one call, or says when the next may come.
pub(crate) async fn spend(
    token: &Token,
    place: &Place,
    counted: Counted<'_>,
    now: Timestamp,
) -> Result<(), TokenError> {
    let environment = place.environment.as_str();
    let mut buckets = vec![counted.bucket(environment)];
    // One tenant's crowd is never another's delay.
    if let Counted::TokenSource(_) = counted {
        buckets.push(Bucket::new(format!("token/{environment}"), 120_000, MINUTE));
    }
    let spent = match counted {
        // Machines come often: most of their calls are counted in memory.
        Counted::TokenSource(_) | Counted::Client(..) | Counted::CheckSource(_) => {
            let (budgets, leases) = (&token.budgets, &token.leases);
            budgets
                .spend_leased(leases, place.tenant, &buckets, now)
                .await
        }
        Counted::DocumentSource(_)
        | Counted::Documents
        | Counted::IssuerKeys(_)
        | Counted::Guess(_)
        | Counted::Stream(_)
        | Counted::PageSource(_) => token.budgets.spend(place.tenant, &buckets).await,
    };
    let answer = match spent {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "the token plane is limited in memory");
            token.fallback.spend(place.tenant, &buckets, now)
        }
    };
    match answer {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => Err(TokenError::Limited { retry_after }),
    }
}
