-- The client wants its registration to say something else. As narthex_discovery.
insert into intake.registration_update (tenant_id, environment, client_id, metadata, content_hash, sent_at)
    values ($T, 'production', $T.client, '{}', sha256('wish'), now());
-- Keys of an issuer were looked for at the address that its owner entered.
insert into intake.statement_keys (tenant_id, environment, issuer, url, looked_at, refusal)
    values ($T, 'production', 'https://keys.example/', 'https://keys.example/jwks', now(), 'silent');
