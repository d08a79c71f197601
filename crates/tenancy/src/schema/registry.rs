//! Postgres schema `registry`: what is protected and what is onboarded. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    registry.asked_anew (tenant_id, environment, client_id, at, change, about) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        at -> Timestamptz,
        change -> Text,
        about -> Text,
        approval_id -> Uuid,
        approved -> Nullable<Jsonb>,
        found -> Nullable<Jsonb>,
    }
}

diesel::table! {
    registry.client (tenant_id, environment, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        integration_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        approval_id -> Uuid,
        state -> Text,
        state_reason -> Nullable<Text>,
        held_by_staff -> Bool,
        metadata -> Jsonb,
        parent_client_id -> Nullable<Text>,
        depth -> Int2,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    registry.credential (tenant_id, environment, client_id, credential_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        credential_id -> Uuid,
        kind -> Text,
        secret_hash -> Nullable<Bytea>,
        public_jwk -> Nullable<Jsonb>,
        last4 -> Text,
        state -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    registry.domain (tenant_id, domain_id) {
        tenant_id -> Uuid,
        domain_id -> Uuid,
        host -> Text,
        challenge -> Text,
        state -> Text,
        last_seen -> Nullable<Text>,
        created_at -> Timestamptz,
        checked_at -> Nullable<Timestamptz>,
        next_check_at -> Nullable<Timestamptz>,
        failing_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        resource_id -> Uuid,
        tool -> Text,
        scope -> Text,
        approval_id -> Uuid,
        schema_hash -> Bytea,
        until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    registry.entitlement (tenant_id, environment, client_id, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        scope -> Text,
        approval_id -> Uuid,
        expires_at -> Timestamptz,
        lifetime_minutes -> Nullable<Int2>,
    }
}

diesel::table! {
    registry.handover (tenant_id, handover_id) {
        tenant_id -> Uuid,
        handover_id -> Uuid,
        integration_id -> Uuid,
        to_member -> Uuid,
        state -> Text,
        reason -> Text,
        asked_by -> Uuid,
        asked_at -> Timestamptz,
        expires_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    registry.integration (tenant_id, integration_id) {
        tenant_id -> Uuid,
        integration_id -> Uuid,
        name -> Text,
        purpose -> Text,
        operator -> Text,
        origin -> Text,
        sponsor_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    registry.inventory (tenant_id, integration_id, line) {
        tenant_id -> Uuid,
        slug -> Text,
        tenant -> Text,
        integration_id -> Uuid,
        name -> Text,
        operator -> Text,
        since -> Timestamptz,
        sponsor_id -> Nullable<Uuid>,
        sponsor -> Nullable<Text>,
        answered -> Bool,
        environment -> Nullable<Text>,
        client_id -> Nullable<Text>,
        state -> Nullable<Text>,
        created_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        line -> Text,
        addresses -> Text,
        auth_method -> Text,
        live -> Nullable<Int8>,
        oldest -> Nullable<Timestamptz>,
        used -> Nullable<Timestamptz>,
        scopes -> Nullable<Text>,
        tools -> Int8,
    }
}

diesel::table! {
    registry.pinned_document (tenant_id, environment, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        content_hash -> Bytea,
        scope -> Text,
        seen_hash -> Bytea,
        drifted -> Bool,
        compared_at -> Timestamptz,
    }
}

diesel::table! {
    registry.resource (tenant_id, environment, resource_id) {
        tenant_id -> Uuid,
        environment -> Text,
        resource_id -> Uuid,
        identifier -> Text,
        name -> Text,
        kind -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    registry.resource_credential (tenant_id, environment, resource_id, credential_id) {
        tenant_id -> Uuid,
        environment -> Text,
        resource_id -> Uuid,
        credential_id -> Uuid,
        secret_hash -> Bytea,
        last4 -> Text,
        state -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    registry.restriction (tenant_id, environment, client_id, cause, about) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        cause -> Text,
        about -> Text,
        reason -> Text,
        since -> Timestamptz,
        effect -> Text,
    }
}

diesel::table! {
    #[sql_name = "scope"]
    registry.scopes (tenant_id, environment, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        scope -> Text,
        resource_id -> Uuid,
        description -> Text,
        risk -> Text,
        open -> Bool,
    }
}

diesel::table! {
    #[sql_name = "tool"]
    registry.tools (tenant_id, environment, resource_id, tool) {
        tenant_id -> Uuid,
        environment -> Text,
        resource_id -> Uuid,
        tool -> Text,
        scope -> Text,
        description -> Text,
        schema_hash -> Bytea,
    }
}
