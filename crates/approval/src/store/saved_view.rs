//! `tenant.saved_view`: how a person likes to look at a list. Each sees their own alone.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::saved_view as v};
use narthex_vocab::{Id, Timestamp, kind};

/// A view of a person.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) id: Id<kind::SavedView>,
    pub(crate) name: String,
    pub(crate) query: String,
    pub(crate) standard: bool,
}

/// The views of a person of the transaction's tenant, by name.
pub(crate) async fn of(
    tx: &mut TenantTx,
    (member, list): (Id<kind::Member>, &str),
) -> Result<Vec<View>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String, bool)> = v::table
        .filter(
            v::tenant_id
                .eq(tx.tenant_uuid())
                .and(v::member_id.eq(member.as_uuid())),
        )
        .filter(v::list.eq(list))
        .order(v::name)
        .select((v::view_id, v::name, v::query, v::standard))
        .load(tx.connection()?)
        .await?;
    let view = |(id, name, query, standard)| View {
        id: Id::from_uuid(id),
        name,
        query,
        standard,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Keeps a view; one of this name is replaced, and a standard one takes the place of the one before.
pub(crate) async fn put(
    tx: &mut TenantTx,
    (member, list): (Id<kind::Member>, &str),
    view: &View,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    if view.standard {
        diesel::update(v::table)
            .filter(
                v::tenant_id
                    .eq(tenant_id)
                    .and(v::member_id.eq(member.as_uuid())),
            )
            .filter(v::list.eq(list).and(v::standard.eq(true)))
            .set(v::standard.eq(false))
            .execute(tx.connection()?)
            .await?;
    }
    diesel::insert_into(v::table)
        .values((
            v::tenant_id.eq(tenant_id),
            v::view_id.eq(view.id.as_uuid()),
            v::member_id.eq(member.as_uuid()),
            v::list.eq(list),
            v::name.eq(&view.name),
            v::query.eq(&view.query),
            v::standard.eq(view.standard),
            v::created_at.eq(now),
        ))
        .on_conflict((v::tenant_id, v::member_id, v::list, v::name))
        .do_update()
        .set((v::query.eq(&view.query), v::standard.eq(view.standard)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Forgets a view of this person; false when they have none such.
pub(crate) async fn delete(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    id: Id<kind::SavedView>,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(v::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(v::member_id.eq(member.as_uuid()))
        .execute(tx.connection()?)
        .await?;
    Ok(gone == 1)
}
