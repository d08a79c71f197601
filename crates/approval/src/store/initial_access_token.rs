//! `intake.initial_access_token` as the approval plane has it: it makes and revokes them, and cannot read a hash. Those
//! that a client stands for are made by the database, with the approval that says so.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{initial_access_scope as s, initial_access_token as t},
        tenant::member as m,
    },
};
use narthex_vocab::{
    ClientId, Environment, Id, InitialAccess, Label, Scope, ScopeSet, SecretHash, Timestamp, kind,
};

const TABLE: &str = "intake.initial_access_token";

/// A token as it is kept.
pub(crate) struct NewToken<'a> {
    pub(crate) id: Id<InitialAccess>,
    pub(crate) environment: Environment,
    pub(crate) hash: SecretHash,
    pub(crate) last4: &'a str,
    pub(crate) label: &'a Label,
    pub(crate) sponsor: Id<kind::Member>,
    pub(crate) parent: Option<&'a ClientId>,
    pub(crate) ceiling: &'a ScopeSet,
    pub(crate) uses: i32,
    pub(crate) expires_at: Timestamp,
}

/// A token as people may see it.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) id: Id<InitialAccess>,
    pub(crate) label: Label,
    pub(crate) last4: String,
    pub(crate) sponsor: Id<kind::Member>,
    pub(crate) sponsor_name: String,
    pub(crate) parent: Option<ClientId>,
    pub(crate) ceiling: ScopeSet,
    pub(crate) uses_left: i32,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) held: bool,
    pub(crate) revoked_at: Option<Timestamp>,
    /// Whether there is no secret: the parent shows access tokens of its own.
    pub(crate) standing: bool,
}

/// Keeps a token with its ceiling.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    token: &NewToken<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tenant_id, environment) = (tx.tenant_uuid(), token.environment.as_str());
    diesel::insert_into(t::table)
        .values((
            t::tenant_id.eq(tenant_id),
            t::environment.eq(environment),
            t::initial_access_id.eq(token.id.as_uuid()),
            t::token_hash.eq(token.hash.as_bytes().to_vec()),
            t::last4.eq(token.last4),
            t::label.eq(token.label.as_str()),
            t::sponsor_id.eq(token.sponsor.as_uuid()),
            t::parent_client_id.eq(token.parent.map(ClientId::as_str)),
            t::uses_left.eq(token.uses),
            t::created_at.eq(now),
            t::expires_at.eq(token.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    let ceiling: Vec<_> = token
        .ceiling
        .iter()
        .map(|scope| {
            (
                s::tenant_id.eq(tenant_id),
                s::environment.eq(environment),
                s::initial_access_id.eq(token.id.as_uuid()),
                s::scope.eq(scope.as_str()),
            )
        })
        .collect();
    diesel::insert_into(s::table)
        .values(ceiling)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Ends a token; false when there is none that is not revoked.
pub(crate) async fn revoke(
    tx: &mut TenantTx,
    environment: Environment,
    token: Id<InitialAccess>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let revoked = diesel::update(t::table)
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(
            t::initial_access_id
                .eq(token.as_uuid())
                .and(t::revoked_at.is_null()),
        )
        .set(t::revoked_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(revoked == 1)
}

/// The tokens of an environment, newest first.
pub(crate) async fn list(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Vec<Token>, StoreError> {
    let rows: Vec<(Row, String)> = t::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(t::tenant_id)
                .and(m::member_id.eq(t::sponsor_id))),
        )
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .order(t::initial_access_id.desc())
        .select((Row::as_select(), m::name))
        .load(tx.connection()?)
        .await?;
    let mut tokens = Vec::with_capacity(rows.len());
    for (row, sponsor_name) in rows {
        let ceiling = ceiling(tx, environment, Id::from_uuid(row.initial_access_id)).await?;
        tokens.push(row.into_token(sponsor_name, ceiling)?);
    }
    Ok(tokens)
}

/// One token.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    token: Id<InitialAccess>,
) -> Result<Token, StoreError> {
    let all = list(tx, environment).await?;
    all.into_iter()
        .find(|one| one.id == token)
        .ok_or(StoreError::NotFound)
}

/// What a token allows to ask for; for what a client stands for itself, all that this client has.
pub(crate) async fn ceiling(
    tx: &mut TenantTx,
    environment: Environment,
    token: Id<InitialAccess>,
) -> Result<ScopeSet, StoreError> {
    let stands: Option<String> = t::table
        .find((tx.tenant_uuid(), environment.as_str(), token.as_uuid()))
        .filter(t::standing)
        .select(t::parent_client_id.assume_not_null())
        .first(tx.connection()?)
        .await
        .optional()?;
    if let Some(parent) = stands {
        let parent =
            ClientId::parse(&parent).map_err(StoreError::corrupt(TABLE, "parent_client_id"))?;
        return Ok(super::lineage::load(tx, environment, &parent).await?.scopes);
    }
    let scopes: Vec<String> = s::table
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .filter(s::initial_access_id.eq(token.as_uuid()))
        .select(s::scope)
        .load(tx.connection()?)
        .await?;
    let read = |scope: &String| {
        Scope::parse(scope).map_err(StoreError::corrupt("intake.initial_access_scope", "scope"))
    };
    scopes.iter().map(read).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Row {
    initial_access_id: uuid::Uuid,
    last4: String,
    label: String,
    sponsor_id: uuid::Uuid,
    parent_client_id: Option<String>,
    uses_left: i32,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    held: bool,
    revoked_at: Option<Timestamp>,
    standing: bool,
}

impl Row {
    fn into_token(self, sponsor_name: String, ceiling: ScopeSet) -> Result<Token, StoreError> {
        let parent = self.parent_client_id.as_deref().map(ClientId::parse);
        Ok(Token {
            id: Id::from_uuid(self.initial_access_id),
            label: Label::parse(&self.label).map_err(StoreError::corrupt(TABLE, "label"))?,
            last4: self.last4,
            sponsor: Id::from_uuid(self.sponsor_id),
            sponsor_name,
            parent: parent
                .transpose()
                .map_err(StoreError::corrupt(TABLE, "parent_client_id"))?,
            ceiling,
            uses_left: self.uses_left,
            expires_at: self.expires_at,
            used_at: self.used_at,
            held: self.held,
            revoked_at: self.revoked_at,
            standing: self.standing,
        })
    }
}
