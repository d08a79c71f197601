//! Tells a client that somebody signed out (OpenID Connect Back-Channel Logout 1.0 section 2.5): the token that the token plane
//! signed goes to the address that was approved, through the guard, again while it counts. It can sign nothing.

use std::time::Duration;

use narthex_tenancy::{StoreError, ambient};
use narthex_vocab::{Id, Timestamp, WebUri, kind};
use uuid::Uuid;

use crate::{Discovery, fetch_orders::said, store::logout_notice as store};

/// How long is waited before each next try.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(40),
];

/// A notice, by what the database says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoticeRef {
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) id: Uuid,
}

impl NoticeRef {
    /// Reads the payload: tenant and notice, as UUIDs, with a blank between.
    pub(crate) fn parse(payload: &str) -> Option<Self> {
        let (tenant, id) = payload.split_once(' ')?;
        Some(Self {
            tenant: Uuid::try_parse(tenant).map(Id::from_uuid).ok()?,
            id: Uuid::try_parse(id).ok()?,
        })
    }
}

/// What is to be told.
pub(crate) struct Notice {
    pub(crate) uri: WebUri,
    pub(crate) logout_token: String,
    pub(crate) expires_at: Timestamp,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Delivered,
    /// It may be tried again.
    Failed,
    /// The client says that it cannot be done: 400 (section 2.8).
    Refused,
    /// It was tried for the last time.
    Lapsed,
}

/// Tells it, as often as it takes and as long as the token counts. A notice that somebody else tells is left alone.
pub(crate) async fn tell(discovery: &Discovery, at: NoticeRef) -> Result<(), StoreError> {
    let claim = async |tx: &mut _| store::claim(tx, at.id).await;
    let Some(notice) = discovery.database.tenant(at.tenant, claim).await? else {
        return Ok(());
    };
    let mut pauses = PAUSES.into_iter();
    loop {
        let (told, outcome) = once(discovery, &notice).await;
        let pause = pauses.next();
        let told = match (told, pause) {
            (Told::Failed, Some(pause)) if ambient::now() + pause < notice.expires_at => {
                Told::Failed
            }
            (Told::Failed, _) => Told::Lapsed,
            (told, _) => told,
        };
        let note = async |tx: &mut _| store::note(tx, at.id, (told, &outcome)).await;
        discovery.database.tenant(at.tenant, note).await?;
        let host = notice.uri.host();
        tracing::info!(tenant = %at.tenant, %host, ?told, outcome, "told a client of a sign-out");
        match (told, pause) {
            (Told::Failed, Some(pause)) => tokio::time::sleep(pause).await,
            _ => return Ok(()),
        }
    }
}

async fn once(discovery: &Discovery, notice: &Notice) -> (Told, String) {
    let form = format!("logout_token={}", notice.logout_token);
    let form = ("application/x-www-form-urlencoded", form);
    let Ok(url) = notice.uri.as_str().parse() else {
        return (Told::Refused, "the address cannot be used".to_owned());
    };
    match discovery.guard.post(url, form).await {
        Ok(()) => (Told::Delivered, "taken".to_owned()),
        Err(error) => {
            let told = match error {
                narthex_egress::FetchError::Status { status: 400 } => Told::Refused,
                _ => Told::Failed,
            };
            (told, said(&error).as_str().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_two_ids() {
        let (tenant, id) = (
            "00000000-0000-7000-8000-000000000002",
            "00000000-0000-7000-8000-000000000003",
        );
        assert!(NoticeRef::parse(&format!("{tenant} {id}")).is_some());
        for payload in [
            "",
            tenant,
            &format!("{tenant} x"),
            &format!("{tenant} {id} more"),
        ] {
            assert_eq!(NoticeRef::parse(payload), None, "{payload}");
        }
    }
}
