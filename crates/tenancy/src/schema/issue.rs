//! Postgres schema `issue`: what the token plane issues and remembers. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    issue.authorization_code (tenant_id, environment, code_hash) {
        tenant_id -> Uuid,
        environment -> Text,
        code_hash -> Bytea,
        grant_id -> Uuid,
        client_id -> Text,
        redirect_uri -> Text,
        code_challenge -> Text,
        nonce -> Nullable<Text>,
        auth_time -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        redeemed_at -> Nullable<Timestamptz>,
        dpop_jkt -> Nullable<Text>,
    }
}

diesel::table! {
    issue.consent (tenant_id, environment, member_id, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        member_id -> Uuid,
        client_id -> Text,
        scope -> Text,
        at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        approval_id -> Nullable<Uuid>,
        claims -> Nullable<Jsonb>,
    }
}

diesel::table! {
    issue.device_code (tenant_id, environment, code_hash) {
        tenant_id -> Uuid,
        environment -> Text,
        code_hash -> Bytea,
        user_code_hash -> Nullable<Bytea>,
        client_id -> Text,
        scope -> Nullable<Text>,
        resource -> Nullable<Text>,
        asked_from -> Text,
        state -> Text,
        wait_seconds -> Int4,
        polled_at -> Nullable<Timestamptz>,
        grant_id -> Nullable<Uuid>,
        auth_time -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    issue.event_stream (tenant_id, environment, stream_id) {
        tenant_id -> Uuid,
        environment -> Text,
        stream_id -> Uuid,
        resource_id -> Uuid,
        method -> Text,
        endpoint -> Nullable<Text>,
        kinds -> Array<Text>,
        description -> Nullable<Text>,
        status -> Text,
        status_reason -> Nullable<Text>,
        failures -> Int4,
        last_error -> Nullable<Text>,
        delivered_at -> Nullable<Timestamptz>,
        verification_at -> Nullable<Timestamptz>,
        lost -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    issue.grant (tenant_id, environment, grant_id) {
        tenant_id -> Uuid,
        environment -> Text,
        grant_id -> Uuid,
        client_id -> Text,
        member_id -> Uuid,
        scope -> Text,
        resource -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_why -> Nullable<Text>,
        session_id -> Nullable<Uuid>,
        claims -> Nullable<Jsonb>,
        asserted_by -> Nullable<Text>,
        asserted_subject -> Nullable<Text>,
    }
}

diesel::table! {
    issue.logout_notice (tenant_id, environment, notice_id) {
        tenant_id -> Uuid,
        environment -> Text,
        notice_id -> Uuid,
        client_id -> Text,
        uri -> Text,
        logout_token -> Nullable<Text>,
        state -> Text,
        tries -> Int4,
        outcome -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    issue.signed_out (tenant_id, environment, session_id) {
        tenant_id -> Uuid,
        environment -> Text,
        session_id -> Uuid,
        at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    issue.issuance (tenant_id, environment, at, jti) {
        tenant_id -> Uuid,
        environment -> Text,
        at -> Timestamptz,
        jti -> Uuid,
        client_id -> Text,
        grant_type -> Text,
        subject -> Text,
        scope -> Text,
        audience -> Text,
        grant_id -> Nullable<Uuid>,
        expires_at -> Timestamptz,
        request_id -> Text,
    }
}

diesel::table! {
    issue.last_used (tenant_id, environment, client_id, credential_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        credential_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    issue.parked (tenant_id, environment, parked_id) {
        tenant_id -> Uuid,
        environment -> Text,
        parked_id -> Uuid,
        client_id -> Text,
        member_id -> Uuid,
        request -> Jsonb,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        resumed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    issue.published_key (tenant_id, environment, kid) {
        tenant_id -> Uuid,
        environment -> Text,
        kid -> Text,
        jwk -> Jsonb,
        published_at -> Timestamptz,
        withdraw_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    issue.pushed_request (tenant_id, environment, reference_hash) {
        tenant_id -> Uuid,
        environment -> Text,
        reference_hash -> Bytea,
        client_id -> Text,
        request -> Jsonb,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    issue.refresh_token (tenant_id, environment, token_hash) {
        tenant_id -> Uuid,
        environment -> Text,
        token_hash -> Bytea,
        grant_id -> Uuid,
        generation -> Int4,
        created_at -> Timestamptz,
        idle_expires_at -> Timestamptz,
        expires_at -> Timestamptz,
        rotated_at -> Nullable<Timestamptz>,
        dpop_jkt -> Nullable<Text>,
    }
}

diesel::table! {
    issue.replay (tenant_id, environment, client_id, jti_hash) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        jti_hash -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    issue.revocation (tenant_id, environment, jti) {
        tenant_id -> Uuid,
        environment -> Text,
        jti -> Uuid,
        at -> Timestamptz,
        expires_at -> Timestamptz,
        why -> Text,
    }
}

diesel::table! {
    issue.security_event (tenant_id, environment, stream_id, event_id) {
        tenant_id -> Uuid,
        environment -> Text,
        stream_id -> Uuid,
        event_id -> Uuid,
        kind -> Text,
        client_id -> Nullable<Text>,
        member_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        detail -> Nullable<Text>,
        cause -> Nullable<Text>,
        initiator -> Nullable<Text>,
        at -> Timestamptz,
        state -> Text,
        signed -> Nullable<Text>,
        tries -> Int4,
        next_at -> Timestamptz,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    issue.signing_key (tenant_id, environment, kid) {
        tenant_id -> Uuid,
        environment -> Text,
        kid -> Text,
        algorithm -> Text,
        sealed -> Bytea,
        state -> Text,
        created_at -> Timestamptz,
        current_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    issue.tried_address (tenant_id, environment, client_id, redirect_uri) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        redirect_uri -> Text,
        at -> Timestamptz,
    }
}
