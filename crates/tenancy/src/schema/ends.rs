//! Postgres schema `review`, what ends by itself: which steps before it people were told of. Column lists only; the constraints are in
//! `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    review.deadline (tenant_id, kind, about, ends_at) {
        tenant_id -> Uuid,
        kind -> Text,
        about -> Text,
        environment -> Nullable<Text>,
        object -> Uuid,
        began_at -> Timestamptz,
        ends_at -> Timestamptz,
        over -> Nullable<Bool>,
    }
}

diesel::table! {
    review.reminder (tenant_id, kind, about, ends_at, days_before) {
        tenant_id -> Uuid,
        kind -> Text,
        about -> Text,
        ends_at -> Timestamptz,
        days_before -> Int2,
        at -> Timestamptz,
    }
}
