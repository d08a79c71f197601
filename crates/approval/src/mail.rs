//! How the plane writes mail and hands it over: the outbox, the mail server, and where links lead. Links come from the
//! configuration and from nothing that a caller sent.

use narthex_tenancy::outbox::{Outbox, Taken};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, Timestamp, kind};
use rand_core::CryptoRng;
use url::Url;

use crate::letter::Letter;
use crate::mailer::{MailError, Mailer, Outgoing};

/// Mail of one installation.
#[derive(Debug)]
pub struct Mail {
    outbox: Outbox,
    mailer: Mailer,
    portal: Url,
    staff: Url,
}

impl Mail {
    /// Mail that waits in `outbox`, leaves by `mailer`, and leads to these origins.
    #[must_use]
    pub fn new(outbox: Outbox, mailer: Mailer, [portal, staff]: [Url; 2]) -> Self {
        Self {
            outbox,
            mailer,
            portal,
            staff,
        }
    }

    /// An address of the portal; `path` starts with a slash.
    pub(crate) fn portal(&self, path: &str) -> String {
        address(&self.portal, path)
    }

    /// An address of the dashboard; `path` starts with a slash.
    pub(crate) fn staff(&self, path: &str) -> String {
        address(&self.staff, path)
    }

    /// Writes a mail in the transaction of what it tells of.
    pub(crate) async fn post(
        &self,
        tx: &mut TenantTx,
        letter: &Letter,
        (now, rng): (Timestamp, &mut dyn CryptoRng),
    ) -> Result<(), StoreError> {
        let written = letter.write(now).map_err(|error| {
            // A template that does not render is a defect of ours, and no reason to lose the act.
            StoreError::Unavailable(error.to_string())
        })?;
        self.outbox.post(tx, &written, (now, rng)).await.map(drop)
    }

    /// Takes a mail for one try.
    pub(crate) async fn take(
        &self,
        tx: &mut TenantTx,
        id: Id<kind::Mail>,
        now: Timestamp,
    ) -> Result<Option<Taken>, StoreError> {
        self.outbox.take(tx, id, now).await
    }

    /// Hands it to the mail server.
    pub(crate) async fn hand_over(&self, taken: &Taken) -> Result<(), MailError> {
        let mail = Outgoing {
            id: taken.id.to_string(),
            to: &taken.to,
            subject: &taken.content.subject,
            text: &taken.content.text,
            html: &taken.content.html,
            at: taken.created_at,
        };
        self.mailer.send(&mail).await
    }
}

fn address(origin: &Url, path: &str) -> String {
    format!("{}{path}", origin.as_str().trim_end_matches('/'))
}
