//! Mail on its way: written in the transaction of the act that it tells of, sealed, and taken from there by who delivers it.
//! It opens no connection and knows no mail server; a content that was delivered or given up is gone.

use chrono::Duration;
use diesel::{
    prelude::*,
    sql_types::{BigInt, Timestamptz, Uuid},
};
use diesel_async::RunQueryDsl;
use narthex_vocab::{Email, Id, Timestamp, kind};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{StoreError, TenantTx, schema::tenant::mail as m, sealing::SealingKey};

/// How long after each try the next one may begin; after the last of them nobody tries again.
const PAUSES: [Duration; 9] = [
    Duration::seconds(30),
    Duration::minutes(2),
    Duration::minutes(10),
    Duration::minutes(30),
    Duration::hours(1),
    Duration::hours(3),
    Duration::hours(6),
    Duration::hours(12),
    Duration::hours(24),
];

/// To whom a mail went, and when, is kept so long after its end.
const KEPT: Duration = Duration::days(30);

/// The most mails of one look.
const MOST: i64 = 100;

/// The most characters that are kept of what a mail server said.
const FAILURE: usize = 200;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// The part without markup.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A mail to be written.
#[derive(Debug)]
pub struct Letter {
    /// Its kind, as `invitation`.
    pub kind: &'static str,
    /// To whom.
    pub to: Email,
    /// What it says.
    pub content: Content,
    /// After this it is worth nothing, and nobody tries to deliver it; at most eight days ahead.
    pub until: Timestamp,
}

/// A mail in the hand of who delivers it: the next one who looks leaves it alone for a while.
#[derive(Debug)]
pub struct Taken {
    /// Its identity, in every try the same.
    pub id: Id<kind::Mail>,
    /// To whom.
    pub to: String,
    /// What it says.
    pub content: Content,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether this is the last try.
    pub last: bool,
}

/// Under which key mail waits.
#[derive(Debug)]
pub struct Outbox(SealingKey);

impl Outbox {
    /// Mail that waits is sealed under `key`.
    #[must_use]
    pub const fn new(key: SealingKey) -> Self {
        Self(key)
    }

    /// Writes a mail. It leaves after the transaction has committed, or never.
    pub async fn post(
        &self,
        tx: &mut TenantTx,
        letter: &Letter,
        (now, rng): (Timestamp, &mut dyn CryptoRng),
    ) -> Result<Id<kind::Mail>, StoreError> {
        let id = Id::new(now, rng);
        let plain = serde_json::to_vec(&letter.content)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let sealed = self
            .0
            .seal(&plain, &place(tx, id), rng)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let tenant_id = tx.tenant_uuid();
        diesel::insert_into(m::table)
            .values((
                m::tenant_id.eq(tenant_id),
                m::mail_id.eq(id.as_uuid()),
                m::kind.eq(letter.kind),
                m::recipient.eq(letter.to.as_str()),
                m::content_sealed.eq(sealed),
                m::created_at.eq(now),
                m::due_at.eq(now),
                m::until.eq(letter.until),
            ))
            .execute(tx.connection()?)
            .await?;
        Ok(id)
    }

    /// Takes a mail that is due, for one try. `None` when somebody else took it, or it is over. One that came too late is
    /// given up here.
    pub async fn take(
        &self,
        tx: &mut TenantTx,
        id: Id<kind::Mail>,
        now: Timestamp,
    ) -> Result<Option<Taken>, StoreError> {
        let row: Option<Row> = m::table
            .find((tx.tenant_uuid(), id.as_uuid()))
            .filter(m::state.eq("waiting").and(m::due_at.le(now)))
            .select(Row::as_select())
            .for_update()
            .skip_locked()
            .first(tx.connection()?)
            .await
            .optional()?;
        let Some(row) = row else {
            return Ok(None);
        };
        let done = usize::try_from(row.tries).unwrap_or(usize::MAX);
        let Some(pause) = PAUSES.get(done).filter(|_| row.until > now) else {
            give_up(tx, id, "it came too late", now).await?;
            return Ok(None);
        };
        let next = now + *pause;
        diesel::update(m::table.find((tx.tenant_uuid(), id.as_uuid())))
            .set((m::tries.eq(row.tries + 1), m::due_at.eq(next)))
            .execute(tx.connection()?)
            .await?;
        let Some(content) = self.open(tx, id, &row) else {
            give_up(tx, id, "it does not open: sealed under another key", now).await?;
            return Ok(None);
        };
        Ok(Some(Taken {
            id,
            to: row.recipient,
            content,
            created_at: row.created_at,
            last: done + 1 >= PAUSES.len() || row.until <= next,
        }))
    }

    fn open(&self, tx: &TenantTx, id: Id<kind::Mail>, row: &Row) -> Option<Content> {
        let sealed = row.content_sealed.as_deref()?;
        let plain = self.0.open(sealed, &place(tx, id)).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = m)]
struct Row {
    recipient: String,
    content_sealed: Option<Vec<u8>>,
    tries: i16,
    created_at: Timestamp,
    until: Timestamp,
}

/// The mail server has it: its content goes.
pub async fn delivered(
    tx: &mut TenantTx,
    id: Id<kind::Mail>,
    now: Timestamp,
) -> Result<(), StoreError> {
    end(tx, id, ("sent", ""), now).await
}

/// Nobody will deliver it: its content goes.
pub async fn give_up(
    tx: &mut TenantTx,
    id: Id<kind::Mail>,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    end(tx, id, ("given_up", why), now).await
}

/// It was not delivered this time, and waits for the next try.
pub async fn put_off(tx: &mut TenantTx, id: Id<kind::Mail>, why: &str) -> Result<(), StoreError> {
    diesel::update(m::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(m::state.eq("waiting"))
        .set(m::failure.eq(short(why)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The mail that is due, one of every tenant before the second of any: whoever writes a lot keeps nobody waiting. For the
/// staff role, which reads no content.
#[expect(
    clippy::disallowed_methods,
    reason = "the query builder has no window within a query"
)]
pub async fn due(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Id<kind::Mail>)>, StoreError> {
    let rows: Vec<Due> = diesel::sql_query(
        "select tenant_id, mail_id from (
            select tenant_id, mail_id, due_at,
                row_number() over (partition by tenant_id order by due_at, mail_id) as turn
            from tenant.mail where state = 'waiting' and due_at <= $1) as due
        order by turn, due_at limit $2",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(MOST)
    .load(tx.connection()?)
    .await?;
    let ids = |row: Due| (Id::from_uuid(row.tenant_id), Id::from_uuid(row.mail_id));
    Ok(rows.into_iter().map(ids).collect())
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Uuid)]
    tenant_id: uuid::Uuid,
    #[diesel(sql_type = Uuid)]
    mail_id: uuid::Uuid,
}

/// The tenants with mail that ended long ago; for the staff role.
pub async fn forgettable(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    let tenants: Vec<uuid::Uuid> = m::table
        .filter(m::ended_at.lt(now - KEPT))
        .select(m::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    Ok(tenants.into_iter().map(Id::from_uuid).collect())
}

/// Deletes what is left of mail that ended long ago: to whom it went, and when; how many.
pub async fn forget(tx: &mut TenantTx, now: Timestamp) -> Result<usize, StoreError> {
    let over = m::table.filter(
        m::tenant_id
            .eq(tx.tenant_uuid())
            .and(m::ended_at.lt(now - KEPT)),
    );
    Ok(diesel::delete(over).execute(tx.connection()?).await?)
}

async fn end(
    tx: &mut TenantTx,
    id: Id<kind::Mail>,
    (state, why): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(m::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(m::state.eq("waiting"))
        .set((
            m::state.eq(state),
            m::content_sealed.eq(None::<Vec<u8>>),
            m::ended_at.eq(now),
            m::failure.eq(short(why)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

fn short(why: &str) -> String {
    let kept = why.chars().filter(|one| !one.is_control());
    kept.take(FAILURE).collect()
}

fn place(tx: &TenantTx, id: Id<kind::Mail>) -> String {
    format!("tenant.mail/{}/{id}", tx.tenant())
}
