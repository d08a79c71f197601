-- Devices that wait for a person who answers elsewhere (RFC 8628), by the keyed hashes of their two codes.
create table issue.device_code (
    tenant_id uuid not null,
    environment text not null,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    user_code_hash bytea check (octet_length(user_code_hash) = 32),
    client_id text not null,
    scope text,
    resource text,
    asked_from text not null check (char_length(asked_from) <= 64),
    state text not null check (state in ('pending', 'allowed', 'denied', 'redeemed')),
    wait_seconds integer not null default 5 check (wait_seconds between 5 and 60),
    polled_at timestamptz,
    grant_id uuid,
    auth_time timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, code_hash),
    unique (tenant_id, environment, user_code_hash),
    foreign key (tenant_id, environment, client_id) references registry.client,
    foreign key (tenant_id, environment, grant_id, client_id)
        references issue."grant" (tenant_id, environment, grant_id, client_id),
    constraint a_device_waits_shortly check (expires_at > created_at and expires_at <= created_at + interval '15 minutes'),
    constraint what_was_answered_is_not_found_again check ((state = 'pending') = (user_code_hash is not null)),
    constraint a_person_allowed_it check ((state in ('allowed', 'redeemed')) = (grant_id is not null and auth_time is not null))
);
comment on table issue.device_code is 'Devices that wait for a person who answers elsewhere (RFC 8628); kept after use so that a replay is seen.';
comment on column issue.device_code.user_code_hash is 'What the person types; gone with the answer, so that nobody answers twice.';
comment on column issue.device_code.asked_from is 'The network address that asked, for the person to compare.';
comment on column issue.device_code.wait_seconds is 'How long the device waits between two questions; longer for good when it asks too early.';
create index device_code_client on issue.device_code (tenant_id, environment, client_id, expires_at);
create unique index device_code_grant on issue.device_code (tenant_id, environment, grant_id) where grant_id is not null;
call tenant.isolate('issue.device_code');
grant select, insert, update (user_code_hash, state, wait_seconds, polled_at, grant_id, auth_time), delete on issue.device_code to narthex_token;
create trigger arrows before insert or update on issue.device_code for each row execute function tenant.follow_arrows(
    '>pending', 'pending>allowed', 'pending>denied', 'allowed>redeemed');
