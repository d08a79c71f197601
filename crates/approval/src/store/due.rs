//! Where work is due, over all tenants: which registrations of open sandboxes wait, and which tenants have something
//! that is over. Read in the staff role by the workers; it names rows and never shows their content.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{deferral as d, quarantine as q, registration_access as g},
        registry::{client as c, credential as k},
        review::{access_request as r, claim as cl, offer as o, trusted_domain as td},
        tenant::{environments as e, registration_limits as rl},
    },
};
use narthex_vocab::{
    ClientId, ClientState, DeferralState, Environment, Id, QuarantineState, RegistrationMode,
    RequestState, Timestamp, kind,
};

use super::deferral::DeferralRef;
use crate::end_registration::EndRegistration;

/// The most registrations of one look.
const MOST: i64 = 500;

/// Registrations that wait in open sandboxes, the longest waiting first.
pub(crate) async fn open_registrations(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, ClientId)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String)> = q::table
        .inner_join(
            e::table.on(e::tenant_id
                .eq(q::tenant_id)
                .and(e::environment.eq(q::environment))),
        )
        .filter(q::environment.eq(Environment::Sandbox.as_str()))
        .filter(e::registration_mode.eq(RegistrationMode::Open.as_str()))
        .filter(q::initial_access_id.is_null())
        .filter(
            q::state
                .eq(QuarantineState::Quarantined.as_str())
                .and(q::expires_at.gt(now)),
        )
        .order(q::created_at)
        .limit(MOST)
        .select((q::tenant_id, q::client_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, client)| {
            let client = ClientId::parse(&client)
                .map_err(StoreError::corrupt("intake.quarantine", "client_id"))?;
            Ok((Id::from_uuid(tenant), client))
        })
        .collect()
}

/// Registrations whose client is there and whose answer is not, and those that were given up while a case or a client
/// of theirs goes on.
pub(crate) async fn deferrals(
    tx: &mut TenantTx,
) -> Result<Vec<(Id<kind::Tenant>, DeferralRef)>, StoreError> {
    let open_case = r::table
        .filter(
            r::tenant_id
                .eq(d::tenant_id)
                .and(r::environment.eq(d::environment)),
        )
        .filter(
            r::request_id
                .nullable()
                .eq(d::request_id)
                .and(r::state.eq_any(super::request::OPEN.map(RequestState::as_str))),
        );
    let live_client = c::table
        .filter(
            c::tenant_id
                .eq(d::tenant_id)
                .and(c::environment.eq(d::environment)),
        )
        .filter(
            c::client_id
                .nullable()
                .eq(d::client_id)
                .and(c::state.ne(ClientState::Revoked.as_str())),
        );
    let goes_on = diesel::dsl::exists(open_case).or(diesel::dsl::exists(live_client));
    let given_up = d::state.eq(DeferralState::Cancelled.as_str()).and(goes_on);
    let rows: Vec<(uuid::Uuid, String, uuid::Uuid)> = d::table
        .filter(d::state.eq(DeferralState::Activated.as_str()).or(given_up))
        .order(d::created_at)
        .limit(MOST)
        .select((d::tenant_id, d::environment, d::deferral_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, environment, id)| {
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt("intake.deferral", "environment"))?;
            let id = Id::from_uuid(id);
            Ok((Id::from_uuid(tenant), DeferralRef { environment, id }))
        })
        .collect()
}

/// Clients that deleted their registration and have not ended.
pub(crate) async fn deletions(
    tx: &mut TenantTx,
) -> Result<Vec<(Id<kind::Tenant>, EndRegistration)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = g::table
        .inner_join(
            c::table.on(c::tenant_id
                .eq(g::tenant_id)
                .and(c::environment.eq(g::environment))
                .and(c::client_id.eq(g::client_id))),
        )
        .filter(diesel::dsl::not(g::live))
        .filter(
            c::state.ne_all([ClientState::Revoked, ClientState::Expired].map(ClientState::as_str)),
        )
        .limit(MOST)
        .select((g::tenant_id, g::environment, g::client_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, environment, client)| {
            let command = EndRegistration {
                environment: environment.parse().map_err(StoreError::corrupt(
                    "intake.registration_access",
                    "environment",
                ))?,
                client_id: ClientId::parse(&client).map_err(StoreError::corrupt(
                    "intake.registration_access",
                    "client_id",
                ))?,
            };
            Ok((Id::from_uuid(tenant), command))
        })
        .collect()
}

/// Registrations that tokens brought and nobody took up, the longest waiting first.
pub(crate) async fn sponsored_registrations(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Environment, ClientId)>, StoreError> {
    const TABLE: &str = "intake.quarantine";
    let rows: Vec<(uuid::Uuid, String, String)> = q::table
        .filter(q::initial_access_id.is_not_null())
        .filter(
            q::state
                .eq(QuarantineState::Quarantined.as_str())
                .and(q::expires_at.gt(now)),
        )
        .order(q::created_at)
        .limit(MOST)
        .select((q::tenant_id, q::environment, q::client_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, environment, client)| {
            Ok((
                Id::from_uuid(tenant),
                environment
                    .parse()
                    .map_err(StoreError::corrupt(TABLE, "environment"))?,
                ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
            ))
        })
        .collect()
}

/// Addresses that wait where domains are trusted, the longest waiting first.
pub(crate) async fn addresses_where_domains_are_trusted(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Environment, ClientId)>, StoreError> {
    let trusted = td::table
        .filter(td::tenant_id.eq(q::tenant_id))
        .filter(td::environment.eq(q::environment))
        .filter(td::ended_at.is_null().and(td::expires_at.gt(now)));
    let rows: Vec<(uuid::Uuid, String, String)> = q::table
        .filter(q::client_id.like("https://%"))
        .filter(
            q::state
                .eq(QuarantineState::Quarantined.as_str())
                .and(q::expires_at.gt(now)),
        )
        .filter(diesel::dsl::exists(trusted))
        .order(q::created_at)
        .limit(MOST)
        .select((q::tenant_id, q::environment, q::client_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(place).collect()
}

fn place(
    (tenant, environment, client): (uuid::Uuid, String, String),
) -> Result<(Id<kind::Tenant>, Environment, ClientId), StoreError> {
    const TABLE: &str = "intake.quarantine";
    Ok((
        Id::from_uuid(tenant),
        environment
            .parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))?,
        ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
    ))
}

/// Environments in which more wait than `most`, or than their owner wants; and how many may.
pub(crate) async fn crowded(
    tx: &mut TenantTx,
    most: i64,
) -> Result<Vec<(Id<kind::Tenant>, Environment, i64)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, i64)> = q::table
        .filter(q::state.eq(QuarantineState::Quarantined.as_str()))
        .group_by((q::tenant_id, q::environment))
        .select((q::tenant_id, q::environment, diesel::dsl::count_star()))
        .load(tx.connection()?)
        .await?;
    let lowered: Vec<(uuid::Uuid, String, Option<i32>)> = rl::table
        .filter(rl::most_waiting.is_not_null())
        .select((rl::tenant_id, rl::environment, rl::most_waiting))
        .load(tx.connection()?)
        .await?;
    let lowered: HashMap<(uuid::Uuid, String), i64> = lowered
        .into_iter()
        .filter_map(|(tenant, environment, most)| Some(((tenant, environment), i64::from(most?))))
        .collect();
    let crowded = |(tenant, environment, waiting): (uuid::Uuid, String, i64)| {
        let at = (tenant, environment);
        let most = lowered.get(&at).map_or(most, |own| most.min(*own));
        (waiting > most).then_some((at, most))
    };
    rows.into_iter()
        .filter_map(crowded)
        .map(|((tenant, environment), most)| {
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt("intake.quarantine", "environment"))?;
            Ok((Id::from_uuid(tenant), environment, most))
        })
        .collect()
}

/// Tenants that did not say in time whether a registration is their own.
async fn with_claims(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<uuid::Uuid>, StoreError> {
    Ok(cl::table
        .filter(cl::state.eq("open").and(cl::expires_at.le(now)))
        .select(cl::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?)
}

/// Tenants that have something whose time is over.
pub(crate) async fn tenants(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    let mut tenants: Vec<uuid::Uuid> = q::table
        .filter(
            q::state
                .eq_any(["quarantined", "linked"])
                .and(q::expires_at.le(now)),
        )
        .select(q::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let offers: Vec<uuid::Uuid> = o::table
        .filter(o::state.eq("offered").and(o::expires_at.le(now)))
        .select(o::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let deferrals: Vec<uuid::Uuid> = d::table
        .filter(
            d::state
                .eq_any(["pending", "confirmed", "activated", "answered"])
                .and(d::expires_at.le(now)),
        )
        .select(d::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let clients: Vec<uuid::Uuid> = c::table
        .filter(
            c::state
                .eq_any(super::client::ending())
                .and(c::expires_at.le(now)),
        )
        .select(c::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let credentials: Vec<uuid::Uuid> = k::table
        .filter(
            k::state
                .eq_any(["active", "retiring"])
                .and(k::expires_at.le(now)),
        )
        .select(k::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let claims = with_claims(tx, now).await?;
    tenants.extend(
        offers
            .into_iter()
            .chain(claims)
            .chain(deferrals)
            .chain(clients)
            .chain(credentials),
    );
    tenants.sort_unstable();
    tenants.dedup();
    Ok(tenants.into_iter().map(Id::from_uuid).collect())
}
