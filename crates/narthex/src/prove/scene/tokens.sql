-- Somebody signs in at the client and a token leaves; somebody else asks for the stranger. As narthex_token.
insert into tenant.session (tenant_id, session_id, token_hash, surface, member_id, created_at, seen_at, expires_at)
    values ($T, $T.user_session, sha256('user'), 'user', $T.user, now(), now(), now() + interval '1 hour');
insert into intake.ask (tenant_id, environment, ask_id, client_id, member_id, scope, reason, at)
    values ($T, 'production', $T.ask, $T.stranger, $T.user, $T.scope, 'I need it', now());
insert into intake.fetch_order (tenant_id, order_id, kind, environment, client_id, requested_at)
    values ($T, $T.look, 'document', 'production', 'https://app.example/client.json', now());
insert into issue.parked (tenant_id, environment, parked_id, client_id, member_id, request, created_at, expires_at)
    values ($T, 'production', $T.parked, $T.stranger, $T.user, '{}', now(), now() + interval '1 day');
insert into issue.pushed_request (tenant_id, environment, reference_hash, client_id, request, created_at, expires_at)
    values ($T, 'production', sha256('reference'), $T.client, '{}', now(), now() + interval '5 minutes');
insert into issue.device_code (tenant_id, environment, code_hash, user_code_hash, client_id, asked_from, state, created_at, expires_at)
    values ($T, 'production', sha256('device'), sha256('user code'), $T.client, '192.0.2.1', 'pending', now(), now() + interval '10 minutes');
insert into issue.signing_key (tenant_id, environment, kid, algorithm, sealed, state, created_at)
    values
        ($T, 'production', $T.key, 'ES256', sha256('sealed'), 'current', now()),
        ($T, 'production', $T.next_key, 'EdDSA', sha256('sealed'), 'next', now());
insert into issue.published_key (tenant_id, environment, kid, jwk, published_at)
    values ($T, 'production', $T.key, '{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}', now());
insert into issue.consent (tenant_id, environment, member_id, client_id, scope, at, expires_at)
    values ($T, 'production', $T.user, $T.client, $T.scope, now(), now() + interval '1 year');
insert into issue."grant" (tenant_id, environment, grant_id, client_id, member_id, scope, created_at, expires_at)
    values ($T, 'production', $T.consented, $T.client, $T.user, $T.scope, now(), now() + interval '1 day');
insert into issue.signed_out (tenant_id, environment, session_id, at, expires_at)
    values ($T, 'production', $T.user_session, now(), now() + interval '1 day');
insert into issue.logout_notice (tenant_id, environment, notice_id, client_id, uri, logout_token, created_at, expires_at)
    values ($T, 'production', $T.notice, $T.client, 'https://' || $T.host || '/logout', 'signed', now(), now() + interval '2 minutes');
insert into issue.authorization_code (tenant_id, environment, code_hash, grant_id, client_id, redirect_uri, code_challenge,
        auth_time, created_at, expires_at)
    values ($T, 'production', sha256('code'), $T.consented, $T.client, 'https://example.com', 'challenge', now(), now(),
        now() + interval '1 minute');
insert into issue.refresh_token (tenant_id, environment, token_hash, grant_id, generation, created_at, idle_expires_at, expires_at)
    values ($T, 'production', sha256('refresh'), $T.consented, 1, now(), now() + interval '1 day', now() + interval '1 day');
insert into issue.issuance (tenant_id, environment, at, jti, client_id, grant_type, subject, scope, audience, expires_at, request_id)
    values ($T, 'production', now(), $T.token, $T.client, 'authorization_code', $T.user, $T.scope, $T.resource,
        now() + interval '5 minutes', 'prove');
insert into issue.revocation (tenant_id, environment, jti, at, expires_at, why)
    values ($T, 'production', $T.token, now(), now() + interval '5 minutes', 'prove');
insert into issue.last_used (tenant_id, environment, client_id, credential_id, at)
    values ($T, 'production', $T.client, $T.credential, now());
insert into issue.replay (tenant_id, environment, client_id, jti_hash, expires_at)
    values ($T, 'production', $T.client, sha256('assertion'), now() + interval '5 minutes');
-- The server of the resource hears of what ends.
insert into issue.event_stream (tenant_id, environment, stream_id, resource_id, method, endpoint, kinds, created_at)
    values ($T, 'production', $T.stream, $T.resource, 'push', 'https://' || $T.host || '/events', '{session-revoked}', now());
insert into issue.security_event (tenant_id, environment, stream_id, event_id, kind)
    values ($T, 'production', $T.stream, $T.event, 'verification');
-- People came back to an address of the client.
insert into issue.tried_address (tenant_id, environment, client_id, redirect_uri, at)
    values ($T, 'production', $T.client, 'https://' || $T.host || '/callback', now());
