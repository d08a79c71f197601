-- What the token plane issues, and what it remembers of it.
create schema issue;
grant usage on schema issue to narthex_discovery, narthex_approval, narthex_staff, narthex_token;

create table issue.signing_key (
    tenant_id uuid not null,
    environment text not null,
    kid text not null,
    algorithm text not null check (algorithm in ('ES256', 'EdDSA', 'RS256')),
    sealed bytea not null,
    state text not null check (state in ('next', 'current', 'retired')),
    created_at timestamptz not null,
    primary key (tenant_id, environment, kid),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table issue.signing_key is 'Private signing keys of one issuer, sealed under the key-encryption key that only the token process has.';
create unique index one_current_key on issue.signing_key (tenant_id, environment, algorithm) where state = 'current';
call tenant.isolate('issue.signing_key');
grant select, insert, update (state) on issue.signing_key to narthex_token;
create trigger arrows before insert or update on issue.signing_key for each row execute function tenant.follow_arrows(
    '>next', '>current', 'next>current', 'current>retired', 'next>retired');

create table issue.published_key (
    tenant_id uuid not null,
    environment text not null,
    kid text not null,
    jwk jsonb not null,
    published_at timestamptz not null,
    withdraw_at timestamptz,
    primary key (tenant_id, environment, kid),
    foreign key (tenant_id, environment, kid) references issue.signing_key,
    constraint only_public_keys check (
        coalesce(jwk ->> 'kty', '') in ('EC', 'RSA', 'OKP') and not (jwk ?| array['d', 'p', 'q', 'k']))
);
comment on table issue.published_key is 'The public half: what the key set of the issuer shows.';
call tenant.isolate('issue.published_key');
grant select, insert, update (withdraw_at) on issue.published_key to narthex_token;
grant select on issue.published_key to narthex_discovery;

create table issue."grant" (
    tenant_id uuid not null,
    environment text not null,
    grant_id uuid not null,
    client_id text not null,
    member_id uuid not null,
    scope text not null,
    resource text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    ended_why text,
    primary key (tenant_id, environment, grant_id),
    unique (tenant_id, environment, grant_id, client_id),
    foreign key (tenant_id, environment, client_id) references registry.client,
    foreign key (tenant_id, member_id) references tenant.member
);
comment on table issue."grant" is 'One end user''s authorization of one client, from code to last refresh token; ending it ends them all.';
call tenant.isolate('issue."grant"');
grant select, insert, update (ended_at, ended_why) on issue."grant" to narthex_token;
grant select on issue."grant" to narthex_approval;

create table issue.authorization_code (
    tenant_id uuid not null,
    environment text not null,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    grant_id uuid not null,
    client_id text not null,
    redirect_uri text not null,
    code_challenge text not null,
    nonce text,
    auth_time timestamptz not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    redeemed_at timestamptz,
    primary key (tenant_id, environment, code_hash),
    foreign key (tenant_id, environment, grant_id, client_id)
        references issue."grant" (tenant_id, environment, grant_id, client_id)
);
comment on table issue.authorization_code is 'Single-use codes, by keyed hash; kept after use so that a replay is seen.';
call tenant.isolate('issue.authorization_code');
grant select, insert, update (redeemed_at), delete on issue.authorization_code to narthex_token;

create table issue.refresh_token (
    tenant_id uuid not null,
    environment text not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    grant_id uuid not null,
    generation integer not null check (generation > 0),
    created_at timestamptz not null,
    idle_expires_at timestamptz not null,
    expires_at timestamptz not null,
    rotated_at timestamptz,
    primary key (tenant_id, environment, token_hash),
    unique (tenant_id, environment, grant_id, generation),
    foreign key (tenant_id, environment, grant_id) references issue."grant"
);
comment on table issue.refresh_token is 'Rotating refresh tokens, by keyed hash; using a rotated one ends the grant.';
call tenant.isolate('issue.refresh_token');
grant select, insert, update (rotated_at), delete on issue.refresh_token to narthex_token;

create table issue.consent (
    tenant_id uuid not null,
    environment text not null,
    member_id uuid not null,
    client_id text not null,
    scope text not null,
    at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    primary key (tenant_id, environment, member_id, client_id),
    foreign key (tenant_id, member_id) references tenant.member,
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table issue.consent is 'What an end user last allowed a client.';
call tenant.isolate('issue.consent');
grant select, insert, update (scope, at, expires_at, ended_at) on issue.consent to narthex_token;

create table issue.parked (
    tenant_id uuid not null,
    environment text not null,
    parked_id uuid not null,
    client_id text not null,
    member_id uuid not null,
    request jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    resumed_at timestamptz,
    primary key (tenant_id, environment, parked_id),
    foreign key (tenant_id, member_id) references tenant.member
);
comment on table issue.parked is 'A sign-in that waits for a decision about its client; it goes on by itself when the client is approved.';
call tenant.isolate('issue.parked');
grant select, insert, update (resumed_at), delete on issue.parked to narthex_token;

create table issue.issuance (
    tenant_id uuid not null,
    environment text not null,
    at timestamptz not null,
    jti uuid not null,
    client_id text not null,
    grant_type text not null,
    subject text not null,
    scope text not null,
    audience text not null,
    grant_id uuid,
    expires_at timestamptz not null,
    request_id text not null,
    primary key (tenant_id, environment, at, jti),
    foreign key (tenant_id, environment) references tenant.environment
) partition by range (at);
comment on table issue.issuance is 'Every access token that left, written before it left; append only, partitioned by day.';
create index issuance_jti on issue.issuance (tenant_id, environment, jti);
call tenant.isolate('issue.issuance');
call tenant.admit_staff('issue.issuance');
grant select, insert on issue.issuance to narthex_token;
grant select on issue.issuance to narthex_approval;
create table issue.issuance_default partition of issue.issuance default;
call tenant.isolate('issue.issuance_default');

create table issue.revocation (
    tenant_id uuid not null,
    environment text not null,
    jti uuid not null,
    at timestamptz not null,
    expires_at timestamptz not null,
    why text not null,
    primary key (tenant_id, environment, jti),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table issue.revocation is 'Access tokens that ended before their time.';
call tenant.isolate('issue.revocation');
grant select, insert on issue.revocation to narthex_token;
grant insert on issue.revocation to narthex_approval;

create table issue.last_used (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    credential_id uuid not null,
    at timestamptz not null,
    primary key (tenant_id, environment, client_id, credential_id),
    foreign key (tenant_id, environment, client_id, credential_id) references registry.credential
);
comment on table issue.last_used is 'When a credential was last accepted.';
call tenant.isolate('issue.last_used');
grant select, insert, update (at) on issue.last_used to narthex_token;
grant select on issue.last_used to narthex_approval;
