-- A client of the sandbox, and the case for production that promotes it. As narthex_approval.
insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin, state, metadata,
        payload_hash, requested_by, created_at, submitted_at)
    values ($T, 'sandbox', $T.sandbox_request, 1, $T.other_integration, 'portal', 'submitted', '{}', sha256('payload'),
        $T.owner, now(), now());
insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
    values ($T, 'sandbox', $T.sandbox_request, 1, $T.sandbox_scope);
insert into review.mark (tenant_id, environment, request_id, version, kind, hash)
    values ($T, 'sandbox', $T.sandbox_request, 1, 'key', sha256('sandbox key'));
update review.access_request set state = 'screening' where request_id = $T.sandbox_request;
insert into review.policy_run (tenant_id, environment, run_id, request_id, version, verdict, policy_version, rules, at)
    values ($T, 'sandbox', $T.sandbox_run, $T.sandbox_request, 1, 'needs_person', '1', '{first}', now());
update review.access_request set state = 'in_review' where request_id = $T.sandbox_request;
insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id, decided_by,
        reason, payload_hash, at)
    values ($T, 'sandbox', $T.sandbox_decision, $T.sandbox_request, 1, 'approve', $P, $T.staff, 'Good', sha256('payload'),
        now());
update review.access_request set state = 'approved' where request_id = $T.sandbox_request;
insert into review.approval (tenant_id, environment, approval_id, integration_id, request_id, version, run_id, verdict,
        decision_id, offer_id, at, expires_at)
    values ($T, 'sandbox', $T.sandbox_approval, $T.other_integration, $T.sandbox_request, 1, $T.sandbox_run, 'needs_person',
        $T.sandbox_decision, null, now(), now() + interval '1 year');
insert into review.approval_scope (tenant_id, environment, approval_id, integration_id, request_id, version, scope)
    values ($T, 'sandbox', $T.sandbox_approval, $T.other_integration, $T.sandbox_request, 1, $T.sandbox_scope);
set constraints all immediate;
set constraints all deferred;
insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version, approval_id, state,
        metadata, created_at, changed_at, expires_at)
    values ($T, 'sandbox', $T.sandbox_client, $T.other_integration, $T.sandbox_request, 1, $T.sandbox_approval, 'active',
        '{}', now(), now(), now() + interval '1 year');
insert into review.promotion (tenant_id, environment, request_id, from_client_id, readiness, at)
    values ($T, 'production', $T.draft_request, $T.sandbox_client, '[]', now());
-- Somebody is asked to answer for what another answers for now.
insert into registry.handover (tenant_id, handover_id, integration_id, to_member, reason, asked_by, asked_at, expires_at)
    values ($T, $T.handover, $T.integration, $T.user, 'She knows it', $T.owner, now(), now() + interval '14 days');
-- Somebody gave filters a name.
insert into tenant.saved_view (tenant_id, view_id, member_id, list, name, query, created_at)
    values ($T, $T.saved_view, $T.owner, 'inventory', 'Orphans', 'sponsor=none', now());
-- Somebody was told that an offer is about to lapse.
insert into review.reminder (tenant_id, kind, about, ends_at, days_before, at)
    values ($T, 'offer', 'one', now(), 7, now());
