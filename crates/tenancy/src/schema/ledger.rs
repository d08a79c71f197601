//! Postgres schema `ledger`: the hash-chained record of administrative acts. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    ledger.entry (tenant_id, seq) {
        tenant_id -> Uuid,
        seq -> Int8,
        at -> Timestamptz,
        actor_kind -> Text,
        actor -> Text,
        action -> Text,
        object -> Text,
        environment -> Nullable<Text>,
        reason -> Text,
        detail -> Json,
        request_id -> Text,
        previous_hash -> Bytea,
        hash -> Bytea,
    }
}

diesel::table! {
    ledger.head (tenant_id) {
        tenant_id -> Uuid,
        seq -> Int8,
        hash -> Bytea,
    }
}
