-- What the token plane needs beside its first tables: client assertions used once, and word of a new issuer.
create table issue.replay (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null check (char_length(client_id) <= 512),
    jti_hash bytea not null check (octet_length(jti_hash) = 32),
    expires_at timestamptz not null,
    primary key (tenant_id, environment, client_id, jti_hash),
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table issue.replay is 'Client assertions that were accepted (RFC 7523), by the hash of their jti; a second use is refused.';
comment on column issue.replay.expires_at is 'When the assertion itself is over; the row may go after that.';
call tenant.isolate('issue.replay');
grant select, insert, delete on issue.replay to narthex_token;

-- A new environment is a new issuer: the token plane makes its keys before anybody asks for a token.
create function tenant.tell_token_plane() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_environment', new.tenant_id || ' ' || new.environment);
    return null;
end
$$;
create trigger tell_token_plane after insert on tenant.environment
    for each row execute function tenant.tell_token_plane();
