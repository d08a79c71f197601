-- The client wants its registration to say something else. As narthex_discovery.
insert into intake.registration_update (tenant_id, environment, client_id, metadata, content_hash, sent_at)
    values ($T, 'production', $T.client, '{}', sha256('wish'), now());
