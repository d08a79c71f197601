//! Postgres schema `review`: cases and decisions. Column lists only; the constraints are in `migrations/`.
#![allow(
    missing_docs,
    reason = "the comments are in the migrations, beside the columns"
)]

diesel::table! {
    review.access_request (tenant_id, environment, request_id, version) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        integration_id -> Uuid,
        client_id -> Nullable<Text>,
        origin -> Text,
        state -> Text,
        metadata -> Jsonb,
        payload_hash -> Bytea,
        requested_by -> Nullable<Uuid>,
        risk_score -> Nullable<Int2>,
        created_at -> Timestamptz,
        submitted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review.approval (tenant_id, environment, approval_id) {
        tenant_id -> Uuid,
        environment -> Text,
        approval_id -> Uuid,
        integration_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        run_id -> Uuid,
        verdict -> Text,
        decision_id -> Uuid,
        offer_id -> Nullable<Uuid>,
        requested_by -> Nullable<Uuid>,
        decided_by -> Nullable<Uuid>,
        second_decision_id -> Nullable<Uuid>,
        second_by -> Nullable<Uuid>,
        at -> Timestamptz,
        expires_at -> Timestamptz,
        lifetime_minutes -> Nullable<Int2>,
    }
}

diesel::table! {
    review.approval_host (tenant_id, environment, approval_id, host) {
        tenant_id -> Uuid,
        environment -> Text,
        approval_id -> Uuid,
        host -> Text,
        proof_id -> Uuid,
    }
}

diesel::table! {
    review.approval_scope (tenant_id, environment, approval_id, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        approval_id -> Uuid,
        integration_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        scope -> Text,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review.approval_tool (tenant_id, environment, approval_id, resource_id, tool) {
        tenant_id -> Uuid,
        environment -> Text,
        approval_id -> Uuid,
        integration_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        resource_id -> Uuid,
        tool -> Text,
        scope -> Text,
        schema_hash -> Bytea,
        until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review.assignment (tenant_id, environment, request_id, version) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        taker_tenant_id -> Uuid,
        taken_by -> Uuid,
        taken_at -> Timestamptz,
    }
}

diesel::table! {
    review.claim (tenant_id, environment, claim_id) {
        tenant_id -> Uuid,
        environment -> Text,
        claim_id -> Uuid,
        client_id -> Text,
        reason -> Text,
        invited_by -> Uuid,
        invited_by_name -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        state -> Text,
        answered_by -> Nullable<Uuid>,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Timestamptz>,
        request_id -> Nullable<Uuid>,
        version -> Nullable<Int4>,
    }
}

diesel::table! {
    review.trusted_domain (tenant_id, environment, trust_id) {
        tenant_id -> Uuid,
        environment -> Text,
        trust_id -> Uuid,
        domain -> Text,
        sponsor_id -> Uuid,
        reason -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
        proposal_id -> Nullable<Uuid>,
        ended_by_staff -> Nullable<Uuid>,
        ended_by_staff_name -> Nullable<Text>,
    }
}

diesel::table! {
    review.brand (tenant_id, name) {
        tenant_id -> Uuid,
        name -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    review.brand_host (tenant_id, name, host) {
        tenant_id -> Uuid,
        name -> Text,
        host -> Text,
    }
}

diesel::table! {
    review.decision (tenant_id, environment, decision_id) {
        tenant_id -> Uuid,
        environment -> Text,
        decision_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        kind -> Text,
        decider_tenant_id -> Nullable<Uuid>,
        decided_by -> Nullable<Uuid>,
        rule -> Nullable<Text>,
        reason -> Text,
        payload_hash -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    review.finding (tenant_id, environment, request_id, version, check_id) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        check_id -> Text,
        title -> Text,
        outcome -> Text,
        observed -> Text,
        required -> Text,
        fix -> Nullable<Text>,
        weight -> Int2,
        at -> Timestamptz,
    }
}

diesel::table! {
    review.mark (tenant_id, environment, request_id, version, kind, hash) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        kind -> Text,
        hash -> Bytea,
    }
}

diesel::table! {
    review.offer (tenant_id, environment, offer_id) {
        tenant_id -> Uuid,
        environment -> Text,
        offer_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        decision_id -> Uuid,
        state -> Text,
        accepted_as -> Nullable<Text>,
        answered_by -> Nullable<Uuid>,
        answered_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        lifetime_minutes -> Nullable<Int2>,
    }
}

diesel::table! {
    review.offer_scope (tenant_id, environment, offer_id, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        offer_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        scope -> Text,
        until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review.offer_tool (tenant_id, environment, offer_id, resource_id, tool) {
        tenant_id -> Uuid,
        environment -> Text,
        offer_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        resource_id -> Uuid,
        tool -> Text,
        until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review.policy_run (tenant_id, environment, run_id) {
        tenant_id -> Uuid,
        environment -> Text,
        run_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        verdict -> Text,
        policy_version -> Text,
        rules -> Array<Text>,
        at -> Timestamptz,
        facts -> Nullable<Jsonb>,
        platform_policy -> Nullable<Int4>,
        tenant_policy -> Nullable<Int4>,
    }
}

diesel::table! {
    review.promotion (tenant_id, environment, request_id) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        from_environment -> Text,
        from_client_id -> Text,
        readiness -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    review.proof (tenant_id, proof_id) {
        tenant_id -> Uuid,
        proof_id -> Uuid,
        domain_id -> Uuid,
        host -> Text,
        method -> Text,
        state -> Text,
        evidence -> Text,
        verified_at -> Timestamptz,
        expires_at -> Timestamptz,
        order_id -> Uuid,
    }
}

diesel::table! {
    review.proposal (tenant_id, proposal_id) {
        tenant_id -> Uuid,
        proposal_id -> Uuid,
        kind -> Text,
        object -> Text,
        change -> Jsonb,
        payload_hash -> Bytea,
        reason -> Text,
        state -> Text,
        proposed_by_tenant -> Uuid,
        proposed_by -> Uuid,
        proposed_by_name -> Text,
        proposed_at -> Timestamptz,
        expires_at -> Timestamptz,
        answered_by_tenant -> Nullable<Uuid>,
        answered_by -> Nullable<Uuid>,
        answered_by_name -> Nullable<Text>,
        answered_at -> Nullable<Timestamptz>,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    review.requested_scope (tenant_id, environment, request_id, version, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        scope -> Text,
        reason -> Text,
    }
}

diesel::table! {
    review.requested_tool (tenant_id, environment, request_id, version, resource_id, tool) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        resource_id -> Uuid,
        tool -> Text,
        scope -> Text,
        schema_hash -> Bytea,
    }
}

diesel::table! {
    review.scope_remark (tenant_id, environment, offer_id, scope) {
        tenant_id -> Uuid,
        environment -> Text,
        offer_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        scope -> Text,
        sandbox_only -> Bool,
        reason -> Text,
    }
}

diesel::table! {
    review.second_wanted (tenant_id, environment, request_id, version) {
        tenant_id -> Uuid,
        environment -> Text,
        request_id -> Uuid,
        version -> Int4,
        decision_id -> Uuid,
        offer_id -> Nullable<Uuid>,
        rules -> Array<Text>,
        since -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    review.tool_remark (tenant_id, environment, offer_id, resource_id, tool) {
        tenant_id -> Uuid,
        environment -> Text,
        offer_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        resource_id -> Uuid,
        tool -> Text,
        sandbox_only -> Bool,
        reason -> Text,
    }
}

diesel::table! {
    review.verified_name (tenant_id, environment, client_id, hash) {
        tenant_id -> Uuid,
        environment -> Text,
        client_id -> Text,
        hash -> Bytea,
    }
}

diesel::table! {
    review.warning (tenant_id, environment, decision_id) {
        tenant_id -> Uuid,
        environment -> Text,
        decision_id -> Uuid,
        request_id -> Uuid,
        version -> Int4,
        since -> Timestamptz,
        until -> Nullable<Timestamptz>,
        people -> Nullable<Int2>,
    }
}
