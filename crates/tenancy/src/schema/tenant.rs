//! Postgres schema `tenant`: tenants, environments and people. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    tenant.registration_limits (tenant_id, environment) {
        tenant_id -> Uuid,
        environment -> Text,
        calls_per_minute -> Nullable<Int4>,
        new_per_minute -> Nullable<Int4>,
        most_waiting -> Nullable<Int4>,
        waits_hours -> Nullable<Int4>,
        most_children -> Nullable<Int4>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.token_policy (tenant_id, environment) {
        tenant_id -> Uuid,
        environment -> Text,
        pushed_requests -> Bool,
        bound_tokens -> Bool,
        access_algorithm -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.allowed_name (tenant_id, environment, list, name) {
        tenant_id -> Uuid,
        environment -> Text,
        list -> Text,
        name -> Text,
    }
}

diesel::table! {
    tenant.change_rule (tenant_id, environment, change) {
        tenant_id -> Uuid,
        environment -> Text,
        change -> Text,
        meanwhile -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    #[sql_name = "environment"]
    tenant.environments (tenant_id, environment) {
        tenant_id -> Uuid,
        environment -> Text,
        registration_mode -> Text,
        client_documents -> Bool,
        refusal_text -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.identity_provider (tenant_id, provider_id) {
        tenant_id -> Uuid,
        provider_id -> Uuid,
        name -> Text,
        issuer -> Text,
        client_id -> Text,
        client_secret_sealed -> Bytea,
        joins_as -> Nullable<Text>,
        created_at -> Timestamptz,
        tested_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant.linked_identity (tenant_id, issuer, subject) {
        tenant_id -> Uuid,
        issuer -> Text,
        subject -> Text,
        member_id -> Uuid,
        provider_id -> Uuid,
        linked_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.provider_answer (tenant_id, state_hash) {
        tenant_id -> Uuid,
        state_hash -> Bytea,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.invitation (tenant_id, invitation_id) {
        tenant_id -> Uuid,
        invitation_id -> Uuid,
        token_hash -> Bytea,
        email -> Text,
        role -> Nullable<Text>,
        invited_by -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        asked_again_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant.mail (tenant_id, mail_id) {
        tenant_id -> Uuid,
        mail_id -> Uuid,
        kind -> Text,
        recipient -> Text,
        content_sealed -> Nullable<Bytea>,
        state -> Text,
        tries -> Int2,
        created_at -> Timestamptz,
        due_at -> Timestamptz,
        until -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        failure -> Text,
    }
}

diesel::table! {
    tenant.password_reset (tenant_id, reset_id) {
        tenant_id -> Uuid,
        reset_id -> Uuid,
        email -> Nullable<Text>,
        token_hash -> Nullable<Bytea>,
        member_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant.member (tenant_id, member_id) {
        tenant_id -> Uuid,
        member_id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        totp_sealed -> Nullable<Bytea>,
        totp_last_step -> Nullable<Int8>,
        state -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.membership (tenant_id, member_id) {
        tenant_id -> Uuid,
        member_id -> Uuid,
        role -> Text,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.api_token (tenant_id, token_id) {
        tenant_id -> Uuid,
        token_id -> Uuid,
        token_hash -> Bytea,
        member_id -> Uuid,
        name -> Text,
        may -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        second_factor_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant.recovery_code (tenant_id, member_id, code_hash) {
        tenant_id -> Uuid,
        member_id -> Uuid,
        code_hash -> Bytea,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant.api_answer (tenant_id, member_id, key) {
        tenant_id -> Uuid,
        member_id -> Uuid,
        key -> Text,
        asked -> Bytea,
        status -> Nullable<Int2>,
        body -> Nullable<Jsonb>,
        at -> Timestamptz,
    }
}

diesel::table! {
    tenant.metadata_rules (tenant_id, environment) {
        tenant_id -> Uuid,
        environment -> Text,
        hosts -> Text,
        loopback -> Bool,
        app_schemes -> Text,
        contacts -> Text,
    }
}

diesel::table! {
    tenant.saved_view (tenant_id, view_id) {
        tenant_id -> Uuid,
        view_id -> Uuid,
        member_id -> Uuid,
        list -> Text,
        name -> Text,
        query -> Text,
        standard -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.session (tenant_id, session_id) {
        tenant_id -> Uuid,
        session_id -> Uuid,
        token_hash -> Bytea,
        surface -> Text,
        member_id -> Uuid,
        created_at -> Timestamptz,
        seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        second_factor_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        source -> Text,
        agent -> Text,
        provider_id -> Nullable<Uuid>,
        confirmed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant.sign_in_rule (tenant_id) {
        tenant_id -> Uuid,
        providers_only -> Bool,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    tenant.statement_issuer (tenant_id, environment, issuer) {
        tenant_id -> Uuid,
        environment -> Text,
        issuer -> Text,
        jwks -> Nullable<Jsonb>,
        jwks_uri -> Nullable<Text>,
        changed_at -> Timestamptz,
        counts_for -> Array<Text>,
    }
}

diesel::table! {
    #[sql_name = "tenant"]
    tenant.tenants (tenant_id) {
        tenant_id -> Uuid,
        slug -> Text,
        name -> Text,
        state -> Text,
        created_at -> Timestamptz,
        frozen_because -> Nullable<Text>,
    }
}
