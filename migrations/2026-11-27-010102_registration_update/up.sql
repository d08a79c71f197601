-- A new foreign key reads the rows that are there, as some tenant: none of them has a value in the new columns.
set local app.tenant = '00000000-0000-7000-8000-000000000001';

-- A client may show the secret that came with its registration (RFC 7592 section 2.2): known by a hash under the key of
-- the public plane, for as long as that secret works.
alter table intake.registration_access
    add column secret_hash bytea check (octet_length(secret_hash) = 32),
    add column credential_id uuid,
    add foreign key (tenant_id, environment, client_id, credential_id) references registry.credential,
    add constraint a_secret_has_a_credential check (secret_hash is null or credential_id is not null);
comment on column intake.registration_access.secret_hash is 'The secret that came with the registration, as a keyed hash; null when there was none or it works no more.';
comment on column intake.registration_access.credential_id is 'The credential that this secret is.';
grant select (credential_id), insert (secret_hash, credential_id), update (information, secret_hash)
    on intake.registration_access to narthex_approval;

-- Whoever ends a secret ends what it can be shown for.
create function registry.forget_registered_secret() returns trigger
    language plpgsql as $$
begin
    update intake.registration_access set secret_hash = null
        where tenant_id = new.tenant_id and environment = new.environment and client_id = new.client_id
          and credential_id = new.credential_id;
    return null;
end
$$;
create trigger forget_registered_secret after update of state on registry.credential
    for each row when (new.state in ('retired', 'revoked', 'expired'))
    execute function registry.forget_registered_secret();

-- What a client wants its registration to say instead: the newest wish, which is nothing until somebody approves the
-- version of the client's case that it opened.
create table intake.registration_update (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    metadata jsonb not null check (octet_length(metadata::text) <= 131072),
    vouched_by text check (char_length(vouched_by) <= 2048),
    statement text check (octet_length(statement) <= 16384),
    content_hash bytea not null check (octet_length(content_hash) = 32),
    sent_at timestamptz not null,
    seen_hash bytea check (octet_length(seen_hash) = 32),
    request_id uuid,
    version integer,
    primary key (tenant_id, environment, client_id),
    foreign key (tenant_id, environment, client_id) references intake.registration_access,
    -- The version is named before it is written, in one transaction.
    foreign key (tenant_id, environment, request_id, version) references review.access_request deferrable initially deferred,
    constraint a_version_is_whole check ((request_id is null) = (version is null)),
    constraint a_statement_has_an_issuer check ((vouched_by is null) = (statement is null))
);
comment on table intake.registration_update is 'What a client sent to replace its registration with (RFC 7592 section 2.2), the newest alone; it changes no client.';
comment on column intake.registration_update.content_hash is 'The fingerprint of what was sent: the same again is the same wish.';
comment on column intake.registration_update.seen_hash is 'The wish that the approval plane looked at last.';
comment on column intake.registration_update.version is 'The version of the client''s case that it opened.';
create index unseen_updates on intake.registration_update (tenant_id, environment, client_id)
    where seen_hash is distinct from content_hash;
call tenant.isolate('intake.registration_update');
call tenant.admit_staff('intake.registration_update');
grant select (tenant_id, environment, client_id, metadata, vouched_by, statement, content_hash, sent_at),
    insert (tenant_id, environment, client_id, metadata, vouched_by, statement, content_hash, sent_at),
    update (metadata, vouched_by, statement, content_hash, sent_at) on intake.registration_update to narthex_discovery;
grant select, update (seen_hash, request_id, version) on intake.registration_update to narthex_approval;

create function intake.tell_of_update() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_update', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_approval after insert or update of content_hash on intake.registration_update
    for each row when (new.seen_hash is distinct from new.content_hash) execute function intake.tell_of_update();
