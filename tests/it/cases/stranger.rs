//! What comes from outside, written as the planes that meet it write it: a registration in quarantine, and a person's
//! wish for it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, ambient, permission::Person, schema::intake};
use narthex_vocab::{ClientId, ClientMetadata, Environment, Fingerprint, Id, kind};
use serde_json::{Value, json};

use super::company::{Company, LOOPBACK};

#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_notify(
        channel: diesel::sql_types::Text,
        payload: diesel::sql_types::Text,
    ) -> diesel::sql_types::Text;
}

impl Company {
    /// A stranger registers, as the discovery plane writes it.
    pub(crate) async fn registered(
        &self,
        environment: Environment,
        name: &str,
        scope: &str,
    ) -> ClientId {
        let sent = json!({
            "client_name": name,
            "redirect_uris": [LOOPBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        });
        self.registered_as(environment, &sent, scope).await
    }

    /// The same, of what says this.
    pub(crate) async fn registered_as(
        &self,
        environment: Environment,
        sent: &Value,
        scope: &str,
    ) -> ClientId {
        let client_id = ClientId::generate(environment, &mut ambient::rng());
        let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
        let fingerprint = Fingerprint::of(&metadata).as_bytes().to_vec();
        let now = ambient::now();
        let database = self.place.discovery();
        let written: Result<(), StoreError> = database
            .tenant(self.tenant, async |tx| {
                use intake::{family as f, quarantine as q};
                let family = (
                    f::tenant_id.eq(tx.tenant_uuid()),
                    f::environment.eq(environment.as_str()),
                    f::fingerprint.eq(&fingerprint),
                    f::client_name.eq(sent["client_name"].as_str().unwrap_or_default()),
                    f::redirects.eq("this computer"),
                    f::first_seen.eq(now),
                    f::last_seen.eq(now),
                );
                diesel::insert_into(f::table)
                    .values(family)
                    .execute(tx.connection()?)
                    .await?;
                let waiting = (
                    q::tenant_id.eq(tx.tenant_uuid()),
                    q::environment.eq(environment.as_str()),
                    q::client_id.eq(client_id.as_str()),
                    q::fingerprint.eq(&fingerprint),
                    q::metadata.eq(Value::Object(metadata.to_json())),
                    q::scope.eq(scope),
                    q::created_at.eq(now),
                    q::expires_at.eq(now + chrono::Duration::hours(72)),
                );
                diesel::insert_into(q::table)
                    .values(waiting)
                    .execute(tx.connection()?)
                    .await?;
                let hint = format!("{} {environment}", tx.tenant_uuid());
                diesel::select(pg_notify("narthex_intake", hint))
                    .execute(tx.connection()?)
                    .await?;
                Ok(())
            })
            .await;
        written.unwrap();
        client_id
    }

    /// The fingerprint of a registration's family.
    pub(crate) async fn family_of(&self, client_id: &ClientId) -> String {
        let administrator = self.place.administrator().await;
        let query = "select encode(fingerprint, 'hex') from intake.quarantine where client_id = $1";
        let row = administrator.query_one(query, &[&client_id.as_str()]).await;
        row.unwrap().get(0)
    }

    /// A person wants the client, as the token plane writes it.
    pub(crate) async fn asks(&self, person: &Person, client_id: &ClientId, scope: &str) {
        let environment = client_id.environment().unwrap();
        let database = self.place.token();
        let written: Result<usize, StoreError> = database
            .tenant(self.tenant, async |tx| {
                use intake::ask as k;
                let ask = (
                    k::tenant_id.eq(tx.tenant_uuid()),
                    k::environment.eq(environment.as_str()),
                    k::ask_id
                        .eq(Id::<kind::Ask>::new(ambient::now(), &mut ambient::rng()).as_uuid()),
                    k::client_id.eq(client_id.as_str()),
                    k::member_id.eq(person.member.as_uuid()),
                    k::scope.eq(scope),
                    k::reason.eq("I keep my notes here."),
                    k::at.eq(ambient::now()),
                );
                Ok(diesel::insert_into(k::table)
                    .values(ask)
                    .execute(tx.connection()?)
                    .await?)
            })
            .await;
        written.unwrap();
    }
}
