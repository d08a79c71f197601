-- Tokens by which a person uses the management API, and the answers it gave, for those who ask twice.

create table tenant.api_token (
    tenant_id uuid not null,
    token_id uuid not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    member_id uuid not null,
    name text not null check (char_length(name) between 1 and 120),
    may text not null check (may in ('read', 'act')),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    second_factor_at timestamptz,
    ended_at timestamptz,
    primary key (tenant_id, token_id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id, member_id) references tenant.member,
    constraint a_token_ends check (expires_at > created_at and expires_at <= created_at + interval '90 days')
);
comment on table tenant.api_token is 'A token of the management API, bound to a person: it may what the person''s role may, and no more than it says. Stored as a keyed hash.';
comment on column tenant.api_token.may is 'read: look; act: look and act.';
comment on column tenant.api_token.second_factor_at is 'When its person last gave a one-time code with it; acting needs a fresh one.';
create index api_token_of_member on tenant.api_token (tenant_id, member_id);
call tenant.isolate('tenant.api_token');
grant select, insert, update (used_at, second_factor_at, ended_at) on tenant.api_token to narthex_approval;

create table tenant.api_answer (
    tenant_id uuid not null references tenant.tenant,
    member_id uuid not null,
    key text not null check (char_length(key) between 1 and 255),
    asked bytea not null check (octet_length(asked) = 32),
    status smallint,
    body jsonb,
    at timestamptz not null,
    primary key (tenant_id, member_id, key)
);
comment on table tenant.api_answer is 'What the management API answered to an act that carried an Idempotency-Key, written in the transaction of the act; kept for a day.';
comment on column tenant.api_answer.tenant_id is 'Whose transaction it was; the person may be of the platform.';
comment on column tenant.api_answer.asked is 'SHA-256 over method, path and body, so that a key is not used for something else.';
comment on column tenant.api_answer.status is 'Null until the act is done, which nobody else ever sees.';
create index api_answer_by_age on tenant.api_answer (tenant_id, at);
call tenant.isolate('tenant.api_answer');
grant select, insert, update (status, body), delete on tenant.api_answer to narthex_approval;
