//! Postgres schema `review`: policies on top of the baseline. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    review.policy_version (tenant_id, number) {
        tenant_id -> Uuid,
        number -> Int4,
        state -> Text,
        source -> Text,
        hash -> Bytea,
        note -> Text,
        author_id -> Uuid,
        author_name -> Text,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        proposal_id -> Nullable<Uuid>,
        published_at -> Nullable<Timestamptz>,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review.published_policy (tenant_id, number) {
        tenant_id -> Uuid,
        number -> Int4,
        source -> Text,
    }
}

diesel::table! {
    review.simulation (tenant_id, number) {
        tenant_id -> Uuid,
        number -> Int4,
        hash -> Bytea,
        since -> Timestamptz,
        requests -> Int4,
        clients -> Int4,
        unjudged -> Int4,
        counts -> Jsonb,
        changes -> Jsonb,
        run_by -> Uuid,
        run_by_name -> Text,
        at -> Timestamptz,
    }
}
