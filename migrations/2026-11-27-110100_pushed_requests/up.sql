-- Authorization requests that a client pushed beforehand (RFC 9126), by the keyed hash of their reference.
create table issue.pushed_request (
    tenant_id uuid not null,
    environment text not null,
    reference_hash bytea not null check (octet_length(reference_hash) = 32),
    client_id text not null,
    request jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz,
    primary key (tenant_id, environment, reference_hash),
    foreign key (tenant_id, environment, client_id) references registry.client,
    constraint a_reference_is_short_lived check (expires_at > created_at and expires_at <= created_at + interval '10 minutes')
);
comment on table issue.pushed_request is 'Authorization requests that wait for their person (RFC 9126), by keyed hash of the reference; answered once.';
create index pushed_request_client on issue.pushed_request (tenant_id, environment, client_id, expires_at);
call tenant.isolate('issue.pushed_request');
grant select, insert, update (answered_at), delete on issue.pushed_request to narthex_token;
