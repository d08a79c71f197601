//! Postgres schema `intake`: what strangers bring. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    intake.ask (tenant_id, environment, ask_id) {
        tenant_id -> Uuid,
        environment -> Text,
        ask_id -> Uuid,
        client_id -> Text,
        member_id -> Uuid,
        scope -> Text,
        reason -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    intake.attempt (tenant_id, environment, at, attempt_id) {
        tenant_id -> Uuid,
        environment -> Text,
        at -> Timestamptz,
        attempt_id -> Uuid,
        outcome -> Text,
        source -> Cidr,
        fingerprint -> Nullable<Bytea>,
        client_id -> Nullable<Text>,
        client_name -> Nullable<Text>,
        error -> Nullable<Text>,
        reason -> Text,
        request_id -> Text,
        sent -> Nullable<Jsonb>,
    }
}

diesel::table! {
    intake.deferral (tenant_id, environment, deferral_id) {
        tenant_id -> Uuid,
        environment -> Text,
        deferral_id -> Uuid,
        code_hash -> Bytea,
        verification_hash -> Bytea,
        sealing_key -> Bytea,
        fingerprint -> Bytea,
        metadata -> Jsonb,
        scope -> Text,
        state -> Text,
        poll_interval -> Int4,
        polled_at -> Nullable<Timestamptz>,
        approver -> Nullable<Uuid>,
        request_id -> Nullable<Uuid>,
        version -> Nullable<Int4>,
        client_id -> Nullable<Text>,
        answer -> Nullable<Bytea>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        vouched_by -> Nullable<Text>,
        statement -> Nullable<Text>,
        network -> Nullable<Cidr>,
    }
}

diesel::table! {
    intake.statement_keys (tenant_id, environment, issuer, url) {
        tenant_id -> Uuid,
        environment -> Text,
        issuer -> Text,
        url -> Text,
        keys -> Nullable<Jsonb>,
        fetched_at -> Nullable<Timestamptz>,
        looked_at -> Timestamptz,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    intake.document (tenant_id, environment, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        content_hash -> Nullable<Bytea>,
        body -> Nullable<Jsonb>,
        fetched_at -> Nullable<Timestamptz>,
        fresh_until -> Nullable<Timestamptz>,
        looked_at -> Timestamptz,
        refusal -> Nullable<Text>,
        failing_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    intake.tally (tenant_id, environment, minute, outcome, error, fingerprint, network) {
        tenant_id -> Uuid,
        environment -> Text,
        minute -> Timestamptz,
        outcome -> Text,
        error -> Text,
        fingerprint -> Bytea,
        network -> Cidr,
        calls -> Int8,
    }
}

diesel::table! {
    intake.brake (tenant_id, brake_id) {
        tenant_id -> Uuid,
        brake_id -> Uuid,
        reason -> Text,
        set_by_tenant -> Uuid,
        set_by -> Uuid,
        set_by_name -> Text,
        set_at -> Timestamptz,
        ends_at -> Timestamptz,
        lift_proposal_id -> Nullable<Uuid>,
        lifted_by_tenant -> Nullable<Uuid>,
        lifted_by -> Nullable<Uuid>,
        lifted_by_name -> Nullable<Text>,
        lifted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    #[sql_name = "log"]
    intake.attempt_log (log_id) {
        tenant_id -> Uuid,
        environment -> Text,
        at -> Timestamptz,
        log_id -> Uuid,
        outcome -> Text,
        source -> Cidr,
        fingerprint -> Nullable<Bytea>,
        client_id -> Nullable<Text>,
        client_name -> Nullable<Text>,
        error -> Nullable<Text>,
        reason -> Text,
        request_id -> Text,
        calls -> Int8,
    }
}

diesel::table! {
    intake.listing (tenant_id, listing_id) {
        tenant_id -> Uuid,
        listing_id -> Uuid,
        effect -> Text,
        per_minute -> Nullable<Int4>,
        fingerprint -> Nullable<Bytea>,
        host -> Nullable<Text>,
        network -> Nullable<Cidr>,
        reason -> Text,
        author_tenant -> Uuid,
        author -> Uuid,
        author_name -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_by_tenant -> Nullable<Uuid>,
        ended_by -> Nullable<Uuid>,
        ended_by_name -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    intake.family (tenant_id, environment, fingerprint) {
        tenant_id -> Uuid,
        environment -> Text,
        fingerprint -> Bytea,
        client_name -> Text,
        redirects -> Text,
        first_seen -> Timestamptz,
        last_seen -> Timestamptz,
        attempts -> Int8,
    }
}

diesel::table! {
    intake.family_split (tenant_id, environment, fingerprint, network) {
        tenant_id -> Uuid,
        environment -> Text,
        fingerprint -> Bytea,
        network -> Cidr,
        split_fingerprint -> Bytea,
        reason -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    intake.family_line (tenant_id, environment, fingerprint) {
        tenant_id -> Uuid,
        environment -> Text,
        fingerprint -> Bytea,
        client_name -> Text,
        redirects -> Text,
        first_seen -> Timestamptz,
        last_seen -> Timestamptz,
        attempts -> Int8,
        state -> Nullable<Text>,
        registrations -> Int8,
        ends_at -> Nullable<Timestamptz>,
        client_id -> Nullable<Text>,
        metadata -> Nullable<Jsonb>,
        asks -> Int8,
        networks -> Int8,
    }
}

diesel::table! {
    intake.family_day (tenant_id, environment, fingerprint, day, outcome) {
        tenant_id -> Uuid,
        environment -> Text,
        fingerprint -> Bytea,
        day -> Timestamptz,
        outcome -> Text,
        calls -> Int8,
    }
}

diesel::table! {
    intake.family_network (tenant_id, environment, fingerprint, network) {
        tenant_id -> Uuid,
        environment -> Text,
        fingerprint -> Bytea,
        network -> Cidr,
        calls -> Int8,
        last_seen -> Timestamptz,
    }
}

diesel::table! {
    intake.key_set (tenant_id, environment, client_id, url) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        url -> Text,
        keys -> Nullable<Jsonb>,
        fetched_at -> Nullable<Timestamptz>,
        looked_at -> Timestamptz,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    intake.initial_access_token (tenant_id, environment, initial_access_id) {
        tenant_id -> Uuid,
        environment -> Text,
        initial_access_id -> Uuid,
        token_hash -> Nullable<Bytea>,
        last4 -> Text,
        label -> Text,
        sponsor_id -> Uuid,
        parent_client_id -> Nullable<Text>,
        uses_left -> Int4,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        held -> Bool,
        revoked_at -> Nullable<Timestamptz>,
        standing -> Bool,
    }
}

diesel::table! {
    intake.initial_access_scope (tenant_id, environment, initial_access_id, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        initial_access_id -> Uuid,
        scope -> Text,
    }
}

diesel::table! {
    intake.quarantine (tenant_id, environment, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        fingerprint -> Bytea,
        metadata -> Jsonb,
        scope -> Text,
        state -> Text,
        answer -> Nullable<Jsonb>,
        vouched_by -> Nullable<Text>,
        initial_access_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        introduced_by -> Nullable<Cidr>,
        apart -> Bool,
    }
}

diesel::table! {
    intake.registration_access (tenant_id, environment, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        token_hash -> Bytea,
        information -> Jsonb,
        live -> Bool,
        created_at -> Timestamptz,
        secret_hash -> Nullable<Bytea>,
        credential_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    intake.registration_update (tenant_id, environment, client_id) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        metadata -> Jsonb,
        vouched_by -> Nullable<Text>,
        statement -> Nullable<Text>,
        content_hash -> Bytea,
        sent_at -> Timestamptz,
        seen_hash -> Nullable<Bytea>,
        request_id -> Nullable<Uuid>,
        version -> Nullable<Int4>,
    }
}

diesel::table! {
    intake.fetch_order (tenant_id, order_id) {
        tenant_id -> Uuid,
        order_id -> Uuid,
        kind -> Text,
        domain_id -> Nullable<Uuid>,
        host -> Nullable<Text>,
        environment -> Nullable<Text>,
        client_id -> Nullable<Text>,
        url -> Nullable<Text>,
        requested_at -> Timestamptz,
        reminded_at -> Nullable<Timestamptz>,
        claimed_at -> Nullable<Timestamptz>,
        answered_at -> Nullable<Timestamptz>,
        seen -> Nullable<Jsonb>,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    intake.logo (tenant_id, environment, url) {
        tenant_id -> Uuid,
        environment -> Text,
        url -> Text,
        image -> Nullable<Bytea>,
        image_hash -> Nullable<Bytea>,
        shape -> Nullable<Bytea>,
        fetched_at -> Nullable<Timestamptz>,
        changed_at -> Nullable<Timestamptz>,
        looked_at -> Timestamptz,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    intake.wanted_logo (tenant_id, environment, url) {
        tenant_id -> Uuid,
        environment -> Text,
        url -> Text,
    }
}
