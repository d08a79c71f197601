-- A stranger registers; a host is looked at. As narthex_discovery.
insert into intake.attempt (tenant_id, environment, at, attempt_id, outcome, source, fingerprint, reason, request_id)
    values ($T, 'production', now(), $T.attempt, 'quarantined', '192.0.2.0/32', sha256('family'), 'accepted', 'prove');
insert into intake.tally (tenant_id, environment, minute, outcome, error, fingerprint, network, calls)
    values ($T, 'production', date_trunc('minute', now()), 'joined', '', sha256('family'), '192.0.2.0/24', 2);
update intake.tally set calls = calls + 1;
insert into intake.family (tenant_id, environment, fingerprint, client_name, redirects, first_seen, last_seen)
    values
        ($T, 'production', sha256('family'), 'Stranger', 'this computer', now(), now()),
        ($T, 'production', sha256('address'), 'App', 'app.example', now(), now());
update intake.family set attempts = attempts + 1, last_seen = now();
insert into intake.quarantine (tenant_id, environment, client_id, fingerprint, metadata, created_at, expires_at)
    values ($T, 'production', $T.stranger, sha256('family'), '{"redirect_uris": ["http://127.0.0.1/callback"]}', now(),
        now() + interval '72 hours');
insert into intake.document (tenant_id, environment, client_id, content_hash, body, fetched_at, fresh_until, looked_at)
    values ($T, 'production', 'https://app.example/client.json', sha256('document'), '{}', now(), now(), now());
insert into intake.key_set (tenant_id, environment, client_id, url, keys, fetched_at, looked_at)
    values ($T, 'production', 'https://app.example/client.json', 'https://app.example/keys', '{}', now(), now());
insert into intake.quarantine (tenant_id, environment, client_id, fingerprint, metadata, created_at, expires_at)
    values ($T, 'production', 'https://app.example/client.json', sha256('address'),
        '{"redirect_uris": ["https://app.example/callback"]}', now(), now() + interval '72 hours');
insert into intake.deferral (tenant_id, environment, deferral_id, code_hash, verification_hash, sealing_key, fingerprint, metadata,
    created_at, expires_at)
    values ($T, 'production', $T.deferral, sha256('code'), sha256('verification'), sha256('key'), sha256('family'),
        '{"redirect_uris": ["http://127.0.0.1/callback"]}', now(), now() + interval '72 hours');
update intake.initial_access_token set uses_left = uses_left - 1, used_at = now();
update intake.fetch_order set claimed_at = now();
update intake.fetch_order set answered_at = now(), seen = '["narthex-verify"]';
