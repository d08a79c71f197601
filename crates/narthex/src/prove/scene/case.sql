-- Four cases: one that was asked, offered, accepted and made a client; one that was approved and made a client that is
-- limited now; one that was approved and has made none yet; one that stands before its decision. And one of an address,
-- approved with a warning.
-- As narthex_approval.
insert into intake.family_split (tenant_id, environment, fingerprint, network, split_fingerprint, reason, created_at, expires_at)
    values ($T, 'production', sha256('family'), '192.0.2.0/24', sha256('apart'), 'another', now(), now() + interval '30 days');
insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
    values ($T, $T.proof, $T.domain, $T.host, 'dns_txt', 'seen', now(), now() + interval '90 days', $T.order);
update intake.fetch_order set settled_at = now();
update registry.domain set state = 'verified' where domain_id = $T.domain;
insert into intake.fetch_order (tenant_id, order_id, kind, domain_id, host, requested_at)
    values ($T, $T.open_order, 'domain_proof', $T.domain, $T.host, now());
insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin, state, metadata,
        payload_hash, requested_by, created_at, submitted_at)
    select $T, 'production', request_id, 1, $T.integration, 'portal', 'draft',
        jsonb_build_object('redirect_uris', jsonb_build_array('https://' || $T.host || '/callback')), sha256('payload'),
        $T.owner, now(), now()
    from unnest(array[$T.request, $T.fresh_request, $T.spare_request, $T.limited_request]::uuid[]) as request_id;
insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
    select $T, 'production', request_id, 1, scope
    from unnest(array[$T.request, $T.fresh_request]::uuid[]) as request_id
    cross join unnest(array[$T.scope, $T.unagreed_scope]) as scope;
insert into review.requested_tool (tenant_id, environment, request_id, version, resource_id, tool, scope, schema_hash)
    select $T, 'production', request_id, 1, $T.resource, tool, $T.scope, sha256('schema')
    from unnest(array[$T.request, $T.fresh_request]::uuid[]) as request_id
    cross join unnest(array[$T.tool, $T.unagreed_tool]) as tool;
insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
    values ($T, 'production', $T.spare_request, 1, $T.scope), ($T, 'production', $T.limited_request, 1, $T.scope),
    ($T, 'production', $T.fresh_request, 1, $T.grave_scope);
insert into review.mark (tenant_id, environment, request_id, version, kind, hash)
    values ($T, 'production', $T.request, 1, 'key', sha256($T.host::bytea));
insert into review.brand (tenant_id, name, changed_at) values ($T, 'Prove', now());
insert into review.brand_host (tenant_id, name, host) values ($T, 'Prove', $T.host);
update review.access_request set state = 'submitted';
update review.access_request set state = 'screening';
insert into review.finding (tenant_id, environment, request_id, version, check_id, title, outcome, observed, required, weight, at)
    values ($T, 'production', $T.request, 1, 'hosts', 'Hosts', 'pass', 'proved', 'proved', 0, now());
insert into review.policy_run (tenant_id, environment, run_id, request_id, version, verdict, policy_version, rules, at) values
    ($T, 'production', $T.run, $T.request, 1, 'needs_person', '1', '{first}', now()),
    ($T, 'production', $T.fresh_run, $T.fresh_request, 1, 'needs_person', '1', '{first}', now()),
    ($T, 'production', $T.spare_run, $T.spare_request, 1, 'needs_person', '1', '{first}', now()),
    ($T, 'production', $T.limited_run, $T.limited_request, 1, 'needs_person', '1', '{first}', now());
update review.access_request set state = 'in_review';

insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id, decided_by,
        reason, payload_hash, at)
    values ($T, 'production', $T.decision, $T.request, 1, 'offer', $P, $T.staff, 'Less', sha256('payload'), now());
insert into review.offer (tenant_id, environment, offer_id, request_id, version, decision_id, created_at, expires_at)
    values ($T, 'production', $T.offer, $T.request, 1, $T.decision, now(), now() + interval '14 days');
insert into review.offer_scope (tenant_id, environment, offer_id, request_id, version, scope)
    values ($T, 'production', $T.offer, $T.request, 1, $T.scope);
insert into review.offer_tool (tenant_id, environment, offer_id, request_id, version, resource_id, tool)
    values ($T, 'production', $T.offer, $T.request, 1, $T.resource, $T.tool);
update review.access_request set state = 'offered' where request_id = $T.request;
update review.offer set state = 'accepted', accepted_as = 'tenant', answered_by = $T.owner, answered_at = now();
update review.access_request set state = 'approved' where request_id = $T.request;

insert into review.approval (tenant_id, environment, approval_id, integration_id, request_id, version, run_id, verdict,
        decision_id, offer_id, at, expires_at)
    values ($T, 'production', $T.approval, $T.integration, $T.request, 1, $T.run, 'needs_person', $T.decision, $T.offer,
        now(), now() + interval '1 year');
insert into review.approval_scope (tenant_id, environment, approval_id, integration_id, request_id, version, scope)
    values ($T, 'production', $T.approval, $T.integration, $T.request, 1, $T.scope);
insert into review.approval_tool (tenant_id, environment, approval_id, integration_id, request_id, version, resource_id,
        tool, scope, schema_hash)
    values ($T, 'production', $T.approval, $T.integration, $T.request, 1, $T.resource, $T.tool, $T.scope, sha256('schema'));
insert into review.approval_host (tenant_id, environment, approval_id, host, proof_id)
    values ($T, 'production', $T.approval, $T.host, $T.proof);
insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id, decided_by,
        reason, payload_hash, at)
    select $T, 'production', decision_id, request_id, 1, 'approve', $P, $T.staff, 'Good', sha256('payload'), now()
    from unnest(array[$T.spare_decision, $T.limited_decision]::uuid[], array[$T.spare_request, $T.limited_request]::uuid[])
        as approved (decision_id, request_id);
update review.access_request set state = 'approved' where request_id in ($T.spare_request, $T.limited_request);
insert into review.approval (tenant_id, environment, approval_id, integration_id, request_id, version, run_id, verdict,
        decision_id, offer_id, at, expires_at)
    values
    ($T, 'production', $T.spare_approval, $T.integration, $T.spare_request, 1, $T.spare_run, 'needs_person',
        $T.spare_decision, null, now(), now() + interval '1 year'),
    ($T, 'production', $T.limited_approval, $T.integration, $T.limited_request, 1, $T.limited_run, 'needs_person',
        $T.limited_decision, null, now(), now() + interval '1 year');
insert into review.approval_scope (tenant_id, environment, approval_id, integration_id, request_id, version, scope)
    values ($T, 'production', $T.spare_approval, $T.integration, $T.spare_request, 1, $T.scope),
    ($T, 'production', $T.limited_approval, $T.integration, $T.limited_request, 1, $T.scope);
insert into review.approval_host (tenant_id, environment, approval_id, host, proof_id)
    values ($T, 'production', $T.spare_approval, $T.host, $T.proof), ($T, 'production', $T.limited_approval, $T.host, $T.proof);
set constraints all immediate;
set constraints all deferred;

insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version, approval_id, metadata,
        created_at, changed_at, expires_at)
    values ($T, 'production', $T.client, $T.integration, $T.request, 1, $T.approval,
        jsonb_build_object('redirect_uris', jsonb_build_array('https://' || $T.host || '/callback')), now(), now(),
        now() + interval '1 year');
insert into registry.pinned_document (tenant_id, environment, client_id, content_hash, scope, seen_hash, drifted, compared_at)
    values ($T, 'production', $T.client, sha256('document'), '', sha256('document'), false, now());
insert into review.verified_name (tenant_id, environment, client_id, hash)
    values ($T, 'production', $T.client, sha256('name'));
insert into registry.entitlement (tenant_id, environment, client_id, scope, approval_id, expires_at)
    values ($T, 'production', $T.client, $T.scope, $T.approval, now() + interval '1 year');
insert into registry.entitled_tool (tenant_id, environment, client_id, resource_id, tool, scope, approval_id, schema_hash)
    values ($T, 'production', $T.client, $T.resource, $T.tool, $T.scope, $T.approval, sha256('schema'));
insert into registry.credential (tenant_id, environment, client_id, credential_id, kind, secret_hash, last4, created_by,
        created_at, expires_at)
    values ($T, 'production', $T.client, $T.credential, 'secret', sha256('secret'), 'last', $T.owner, now(),
        now() + interval '90 days');
insert into intake.registration_access (tenant_id, environment, client_id, token_hash, information, created_at)
    values ($T, 'production', $T.client, sha256('registration access'), '{}', now());
update registry.client set state = 'active', changed_at = now();
insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version, approval_id, state,
        metadata, created_at, changed_at, expires_at)
    values ($T, 'production', $T.limited_client, $T.integration, $T.limited_request, 1, $T.limited_approval, 'active', '{}',
        now(), now(), now() + interval '1 year');
insert into registry.restriction (tenant_id, environment, client_id, cause, about, reason, since)
    values ($T, 'production', $T.limited_client, 'proof', $T.host, 'The proof has lapsed', now());
update registry.client set state = 'restricted', changed_at = now() where client_id = $T.limited_client;
insert into registry.asked_anew (tenant_id, environment, client_id, at, change, about, approval_id)
    values ($T, 'production', $T.limited_client, now(), 'proof', $T.host, $T.limited_approval);
insert into ledger.entry (tenant_id, at, actor_kind, actor, action, object, reason, detail, request_id)
    values ($T, now(), 'system', 'prove', 'client.activate', $T.client, '', '{}', 'prove');
insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin, metadata,
        payload_hash, requested_by, created_at)
    values ($T, 'production', $T.draft_request, 1, $T.other_integration, 'portal', '{}', sha256('payload'), $T.owner, now());
insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id, decided_by,
        reason, payload_hash, at)
    values ($T, 'production', $T.open_decision, $T.fresh_request, 1, 'offer', $P, $T.staff, 'Less', sha256('payload'), now());
insert into review.offer (tenant_id, environment, offer_id, request_id, version, decision_id, created_at, expires_at)
    values ($T, 'production', $T.open_offer, $T.fresh_request, 1, $T.open_decision, now(), now() + interval '14 days');
insert into review.scope_remark (tenant_id, environment, offer_id, request_id, version, scope, sandbox_only, reason)
    values ($T, 'production', $T.open_offer, $T.fresh_request, 1, $T.unagreed_scope, true, 'Try it there first');
insert into review.tool_remark (tenant_id, environment, offer_id, request_id, version, resource_id, tool, sandbox_only, reason)
    values ($T, 'production', $T.open_offer, $T.fresh_request, 1, $T.resource, $T.unagreed_tool, false, 'Not needed');
insert into review.assignment (tenant_id, environment, request_id, version, taker_tenant_id, taken_by, taken_at)
    values ($T, 'production', $T.fresh_request, 1, $P, $T.staff, now());
insert into review.second_wanted (tenant_id, environment, request_id, version, decision_id, rules, since, expires_at)
    values ($T, 'production', $T.fresh_request, 1, $T.open_decision, '{R-46}', now(), now() + interval '72 hours');
update intake.quarantine set expires_at = expires_at + interval '1 hour' where client_id = $T.stranger;
insert into review.claim (tenant_id, environment, claim_id, client_id, reason, invited_by, invited_by_name, created_at, expires_at)
    values ($T, 'production', $T.claim, $T.stranger, 'It may be theirs', $T.staff, 'Staff', now(), now() + interval '72 hours');
insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at, expires_at)
    values ($T, 'production', $T.trust, 'app.example', $T.owner, 'We know them', now(), now() + interval '90 days');
insert into review.access_request (tenant_id, environment, request_id, version, integration_id, client_id, origin, state,
        metadata, payload_hash, requested_by, created_at, submitted_at)
    values ($T, 'production', $T.address_request, 1, $T.other_integration, 'https://app.example/client.json', 'quarantine',
        'submitted', '{"redirect_uris": ["https://app.example/callback"]}', sha256('payload'), $T.owner, now(), now());
update review.access_request set state = 'screening' where request_id = $T.address_request;
insert into review.policy_run (tenant_id, environment, run_id, request_id, version, verdict, policy_version, rules, at)
    values ($T, 'production', $T.address_run, $T.address_request, 1, 'needs_person', '1', '{first}', now());
update review.access_request set state = 'in_review' where request_id = $T.address_request;
insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id, decided_by,
        reason, payload_hash, at)
    values ($T, 'production', $T.address_decision, $T.address_request, 1, 'approve', $P, $T.staff, 'Good', sha256('payload'),
        now());
insert into review.warning (tenant_id, environment, decision_id, request_id, version, until, people)
    values ($T, 'production', $T.address_decision, $T.address_request, 1, now() + interval '90 days', 100);
update review.access_request set state = 'approved' where request_id = $T.address_request;
insert into review.approval (tenant_id, environment, approval_id, integration_id, request_id, version, run_id, verdict,
        decision_id, offer_id, at, expires_at)
    values ($T, 'production', $T.address_approval, $T.other_integration, $T.address_request, 1, $T.address_run,
        'needs_person', $T.address_decision, null, now(), now() + interval '1 year');
set constraints all immediate;
set constraints all deferred;
insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason, proposed_by_tenant, proposed_by,
        proposed_by_name, proposed_at, expires_at)
    values ($T, $T.proposal, 'trust_domain', 'production proposed.example',
        jsonb_build_object('environment', 'production', 'domain', 'proposed.example', 'sponsor', $T.owner,
            'until', now() + interval '90 days'),
        sha256('proposal'), 'We know them', $P, $T.staff, 'Prove', now(), now() + interval '72 hours');
-- A policy of the tenant's own was written, tried, proposed, and confirmed by somebody else; it is not in force yet.
insert into review.policy_version (tenant_id, number, source, note, author_id, author_name, created_at, changed_at)
    values ($T, 1, '// nothing', 'To begin with', $T.owner, 'Owner', now(), now());
insert into review.simulation (tenant_id, number, hash, since, requests, clients, unjudged, counts, changes, run_by, run_by_name, at)
    values ($T, 1, sha256('// nothing'), now() - interval '30 days', 0, 0, 0, '[]', '[]', $T.owner, 'Owner', now());
insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason, proposed_by_tenant, proposed_by,
        proposed_by_name, proposed_at, expires_at)
    values ($T, $T.policy_proposal, 'publish_policy', '1',
        jsonb_build_object('number', 1, 'hash', encode(sha256('// nothing'), 'hex')), sha256('policy'), 'To begin with',
        $T, $T.owner, 'Owner', now(), now() + interval '72 hours');
update review.proposal set state = 'confirmed', answered_by_tenant = $T, answered_by = $T.user, answered_by_name = 'User',
        answered_at = now(), answer = 'Fine'
    where proposal_id = $T.policy_proposal;
