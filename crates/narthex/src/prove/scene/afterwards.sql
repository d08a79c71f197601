-- The client wants its registration to say something else. As narthex_discovery.
insert into intake.registration_update (tenant_id, environment, client_id, metadata, content_hash, sent_at)
    values ($T, 'production', $T.client, '{}', sha256('wish'), now());
-- A logo was looked at, drawn, and became another one.
insert into intake.logo (tenant_id, environment, url, image, image_hash, shape, fetched_at, looked_at)
    values ($T, 'production', 'https://app.example/logo.png', 'one', sha256('one'), sha256('shape'), now(), now());
update intake.logo set image = 'two', image_hash = sha256('two'), fetched_at = now();
-- Keys of an issuer were looked for at the address that its owner entered.
insert into intake.statement_keys (tenant_id, environment, issuer, url, looked_at, refusal)
    values ($T, 'production', 'https://keys.example/', 'https://keys.example/jwks', now(), 'silent');
