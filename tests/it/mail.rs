//! Mail as people get it: an owner's acts through the portal's whole `App`, a mail server of the outside world that takes or
//! refuses, and a worker whose clock the test has.

mod bounds;
mod delivery;
mod reminders;
mod reset;
mod told;

use actix_web::web::Data;
use chrono::Duration;
use narthex_approval::{Approval, mail_rounds};
use narthex_tenancy::ambient;
use narthex_tests::{MailServer, Place};
use narthex_vocab::Timestamp;

use crate::account::joined;
use crate::portal::browser::{Browser, Door, mailing};
use crate::portal::tenant;

/// A tenant with an owner, its portal, and where its mail goes.
struct Office {
    place: Place,
    server: MailServer,
    app: Door,
    state: Data<Approval>,
    owner: Browser,
    began: Timestamp,
}

impl Office {
    async fn new() -> Self {
        let place = Place::new().await;
        let (_, link) = tenant(&place, "acme").await;
        let server = MailServer::start().await;
        let (app, state) = mailing(&place, &server).await;
        let owner = joined(&app, &link).await;
        Self {
            place,
            server,
            app,
            state,
            owner,
            began: ambient::now(),
        }
    }

    /// The worker looks, so long after the beginning and a little.
    async fn round(&self, after: Duration) {
        let now = self.began + after + Duration::seconds(20);
        mail_rounds::round(&self.state, now).await;
    }

    /// The worker looks now.
    async fn look(&self) {
        mail_rounds::round(&self.state, ambient::now()).await;
    }

    /// Invites Ben.
    async fn invite(&self) -> String {
        self.owner.get("/t/acme/members").await;
        let typed = [("email", "ben@acme.example"), ("role", "developer")];
        self.owner.post("/t/acme/members", &typed).await.body
    }

    /// The columns of every mail as one line each, the oldest first.
    async fn rows(&self) -> Vec<String> {
        self.lines(
            "select concat_ws(' ', kind, state, tries, (content_sealed is null), (ended_at is null), failure)
             from tenant.mail order by created_at, mail_id",
        )
        .await
    }

    /// What a query answers, read past every policy.
    async fn lines(&self, query: &str) -> Vec<String> {
        let administrator = self.place.administrator().await;
        let rows = administrator.query(query, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// The path of an address of the portal.
fn path_of(link: &str) -> String {
    let path = link.strip_prefix("http://127.0.0.1:8402");
    path.unwrap_or_else(|| panic!("{link}")).to_owned()
}
