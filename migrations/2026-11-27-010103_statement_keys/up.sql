-- An issuer of software statements may be trusted with the address of its keys, where the public plane reads them.
alter table tenant.statement_issuer
    alter column jwks drop not null,
    add column jwks_uri text check (jwks_uri ~* '^https://' and char_length(jwks_uri) <= 2048),
    add constraint keys_or_their_address check ((jwks is null) <> (jwks_uri is null));
comment on column tenant.statement_issuer.jwks is 'Its public keys, pinned; null where they are read at jwks_uri.';
comment on column tenant.statement_issuer.jwks_uri is 'Where its public keys are, as the owner entered it; null where they are pinned.';
grant update (jwks_uri) on tenant.statement_issuer to narthex_approval;

create table intake.statement_keys (
    tenant_id uuid not null,
    environment text not null,
    issuer text not null,
    url text not null check (url ~* '^https://' and char_length(url) <= 2048),
    keys jsonb check (octet_length(keys::text) <= 131072),
    fetched_at timestamptz,
    looked_at timestamptz not null,
    refusal text check (char_length(refusal) <= 500),
    primary key (tenant_id, environment, issuer, url),
    foreign key (tenant_id, environment, issuer) references tenant.statement_issuer on delete cascade,
    constraint keys_are_whole check ((keys is null) = (fetched_at is null)),
    constraint a_look_has_an_end check (keys is not null or refusal is not null)
);
comment on table intake.statement_keys is 'The public keys at the address that an issuer of software statements is trusted with, as discovery found them; by address, so that another address has none yet.';
comment on column intake.statement_keys.looked_at is 'When the last look began; another one begins a minute later at the earliest.';
comment on column intake.statement_keys.refusal is 'Why the last look found no keys; null when it found some.';
call tenant.isolate('intake.statement_keys');
call tenant.admit_staff('intake.statement_keys');
grant select, insert, update (keys, fetched_at, looked_at, refusal) on intake.statement_keys to narthex_discovery;
grant select on intake.statement_keys to narthex_approval;

create function tenant.tell_of_statement_issuer() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_statement', new.tenant_id || ' ' || new.environment);
    return null;
end
$$;
create trigger tell_discovery after insert or update of jwks_uri on tenant.statement_issuer
    for each row when (new.jwks_uri is not null) execute function tenant.tell_of_statement_issuer();

-- A registration that waits for a decision keeps who vouched for it, and the statement, which its answer gives back.
alter table intake.deferral
    add column vouched_by text check (char_length(vouched_by) <= 2048),
    add column statement text check (octet_length(statement) <= 16384),
    add constraint a_statement_has_an_issuer check ((vouched_by is null) = (statement is null));
comment on column intake.deferral.vouched_by is 'The issuer that signed what it says, if one did.';
grant insert (vouched_by, statement) on intake.deferral to narthex_discovery;
grant select (vouched_by, statement) on intake.deferral to narthex_approval;
