//! What the public plane does by itself: it carries out orders of the other planes, tells clients of sign-outs and receivers of
//! security events, and reads keys of issuers of software statements, a few at once. A lost notice is sent again by the approval plane. It holds no key and no secret.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use narthex_tenancy::{
    StoreError, ambient,
    listen::{Hint, listen},
};
use narthex_vocab::{Glimpse, Id, kind};
use tokio::task::JoinSet;

use crate::{
    Discovery, client_document,
    fetch_orders::{self, Job, OrderRef},
    logo,
    logout_notice::{self, NoticeRef},
    places::Places,
    push::{self, StreamRef},
    statement_keys::{self, Issuers},
};

/// Orders that are carried out at once.
const AT_ONCE: usize = 16;
/// Of these for one tenant.
const AT_ONCE_PER_TENANT: usize = 4;
const ORDERS: &str = "narthex_order";
const STATEMENT_KEYS: &str = "narthex_statement";
const LOGOUT: &str = "narthex_logout";
const EVENTS: &str = "narthex_signed";
const CHANNELS: &[&str] = &[STATEMENT_KEYS, LOGOUT, EVENTS, ORDERS];

/// Works until the process ends. `listen_url` is a connection of `narthex_discovery` that no pooler sits before.
pub async fn run(discovery: Data<Discovery>, listen_url: String) {
    let mut hints = listen(listen_url, CHANNELS);
    let places = Arc::new(Places::new(AT_ONCE, AT_ONCE_PER_TENANT));
    // Of their own: who is told of a sign-out may have to be told again, which takes a while.
    let telling = Arc::new(Places::new(AT_ONCE, AT_ONCE_PER_TENANT));
    let pushing = Arc::new(Places::new(AT_ONCE, AT_ONCE_PER_TENANT));
    // Dropped with this future: work that is not done then is ordered again.
    let mut working = JoinSet::new();
    while let Some(hint) = hints.recv().await {
        while working.try_join_next().is_some() {}
        let Hint::Notice { channel, payload } = hint else {
            continue;
        };
        let Some(work) = Work::of(&channel, &payload) else {
            continue;
        };
        let places = match work {
            Work::Logout(_) => Arc::clone(&telling),
            Work::Push(_) => Arc::clone(&pushing),
            Work::Order(_) | Work::StatementKeys(_) => Arc::clone(&places),
        };
        let discovery = discovery.clone();
        working.spawn(async move {
            loop {
                let Some(place) = places.take(work.tenant()).await else {
                    return;
                };
                let again = work.clone().done(&discovery).await;
                // Who waits has no place.
                drop(place);
                match again {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return,
                }
            }
        });
    }
}

/// What a notice asks for.
#[derive(Debug, Clone)]
enum Work {
    Order(OrderRef),
    StatementKeys(Issuers),
    Logout(NoticeRef),
    Push(StreamRef),
}

impl Work {
    fn of(channel: &str, payload: &str) -> Option<Self> {
        match channel {
            STATEMENT_KEYS => Issuers::parse(payload).map(Self::StatementKeys),
            LOGOUT => NoticeRef::parse(payload).map(Self::Logout),
            EVENTS => StreamRef::parse(payload).map(Self::Push),
            _ => OrderRef::parse(payload).map(Self::Order),
        }
    }

    const fn tenant(&self) -> Id<kind::Tenant> {
        match self {
            Self::Order(order) => order.tenant,
            Self::StatementKeys(issuers) => issuers.tenant,
            Self::Logout(notice) => notice.tenant,
            Self::Push(stream) => stream.tenant,
        }
    }

    /// Does it. When to do it again, where it did not succeed and that is soon.
    async fn done(self, discovery: &Discovery) -> Option<Duration> {
        match self {
            Self::Push(stream) => {
                let pushed = push::push(discovery, stream).await;
                let pushed = pushed.inspect_err(|error| {
                    tracing::warn!(tenant = %stream.tenant, %error, "a security event was not pushed");
                });
                return pushed.unwrap_or_default();
            }
            Self::Order(order) => {
                if let Err(error) = carry_out(discovery, order).await {
                    tracing::warn!(order = %order.id, %error, "an order was not carried out");
                }
            }
            Self::Logout(notice) => {
                if let Err(error) = logout_notice::tell(discovery, notice).await {
                    tracing::warn!(tenant = %notice.tenant, %error, "a client was not told of a sign-out");
                }
            }
            Self::StatementKeys(issuers) => {
                match statement_keys::look(discovery, &issuers, ambient::now()).await {
                    Ok(found) => {
                        tracing::info!(tenant = %issuers.tenant, found, "read keys of issuers");
                    }
                    Err(error) => {
                        tracing::warn!(tenant = %issuers.tenant, %error, "no keys of issuers were read");
                    }
                }
            }
        }
        None
    }
}

async fn carry_out(discovery: &Discovery, order: OrderRef) -> Result<(), StoreError> {
    match fetch_orders::claim(discovery, order, ambient::now()).await? {
        Some(Job::Host(host)) => {
            let seen = fetch_orders::look(&discovery.guard, &host).await;
            let answered = fetch_orders::answer(discovery, order, &seen, ambient::now()).await?;
            tracing::info!(order = %order.id, %host, answered, "looked at a host");
        }
        Some(Job::Document(at)) => {
            let now = ambient::now();
            let looked = client_document::look(discovery, order.tenant, &at.url, now).await?;
            let now = ambient::now();
            let kept = client_document::keep(discovery, order, (&at, &looked), now).await?;
            let (host, refusal) = (
                at.url.host(),
                looked.as_ref().err().map(ToString::to_string),
            );
            tracing::info!(order = %order.id, %host, kept, refusal, "looked at the document of a client");
        }
        Some(Job::Logo(at)) => {
            let now = ambient::now();
            let looked = logo::look(discovery, order.tenant, &at.url, now).await?;
            let kept = logo::keep(discovery, order, (&at, &looked), ambient::now()).await?;
            let (host, refusal) = (at.url.host(), looked.as_ref().err().map(Glimpse::as_str));
            tracing::info!(order = %order.id, %host, kept, refusal, "looked at a logo");
        }
        None => {}
    }
    Ok(())
}
