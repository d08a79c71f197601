-- What an owner demands of every client of an environment, and what its access tokens are signed with.
create table tenant.token_policy (
    tenant_id uuid not null,
    environment text not null,
    pushed_requests boolean not null,
    bound_tokens boolean not null,
    access_algorithm text not null check (access_algorithm in ('ES256', 'EdDSA', 'RS256')),
    changed_at timestamptz not null,
    primary key (tenant_id, environment),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table tenant.token_policy is 'What an environment demands of every client; without a row, nothing beyond what the client registered.';
comment on column tenant.token_policy.pushed_requests is 'No authorization request but a pushed one (RFC 9126).';
comment on column tenant.token_policy.bound_tokens is 'No access token without a proof of the client''s key (RFC 9449).';
call tenant.isolate('tenant.token_policy');
call tenant.admit_staff('tenant.token_policy');
grant select on tenant.token_policy to narthex_discovery, narthex_token;
grant select, insert, update (pushed_requests, bound_tokens, access_algorithm, changed_at) on tenant.token_policy to narthex_approval;
-- The token plane keeps it with the keys of the issuer.
create trigger tell_token_plane after insert or update or delete on tenant.token_policy
    for each row execute function registry.tell_of_environment('narthex_key');
