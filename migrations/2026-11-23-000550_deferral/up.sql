-- A registration that answers only after a decision (draft-dellaert-oauth-approval-based-dcr). Both codes are keyed
-- hashes; the answer is sealed to a key that the registration code alone leads to, and is there until it is fetched.
create table intake.deferral (
    tenant_id uuid not null,
    environment text not null,
    deferral_id uuid not null,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    verification_hash bytea not null check (octet_length(verification_hash) = 32),
    sealing_key bytea not null check (octet_length(sealing_key) = 32),
    fingerprint bytea not null,
    metadata jsonb not null,
    scope text not null default '',
    state text not null default 'pending' check (state in ('pending', 'confirmed', 'activated', 'answered', 'consumed',
        'rejected', 'cancelled', 'expired')),
    poll_interval integer not null default 5 check (poll_interval between 5 and 3600),
    polled_at timestamptz,
    approver uuid,
    request_id uuid,
    version integer,
    client_id text,
    answer bytea check (octet_length(answer) <= 262144),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, deferral_id),
    unique (tenant_id, environment, code_hash),
    foreign key (tenant_id, environment, fingerprint) references intake.family,
    foreign key (tenant_id, approver) references tenant.member,
    -- The case is named before it is written, in one transaction.
    foreign key (tenant_id, environment, request_id, version) references review.access_request deferrable initially deferred,
    foreign key (tenant_id, environment, client_id) references registry.client,
    constraint a_case_has_a_person check ((request_id is null) = (version is null) and (request_id is null or approver is not null)),
    constraint a_person_before_a_client check (state not in ('confirmed', 'activated', 'answered', 'consumed') or request_id is not null),
    constraint a_client_before_an_answer check (state not in ('activated', 'answered', 'consumed') or client_id is not null),
    constraint an_answer_waits_to_be_fetched check ((state = 'answered') = (answer is not null))
);
comment on table intake.deferral is 'A registration that is answered after a decision: its codes as keyed hashes, its sealed answer until it is fetched.';
comment on column intake.deferral.scope is 'What it asked for, in its own words; nothing follows from it.';
comment on column intake.deferral.sealing_key is 'The public X25519 key that the answer is sealed to; the private half comes with the registration code.';
comment on column intake.deferral.poll_interval is 'Seconds between two polls; polling faster raises it for good.';
comment on column intake.deferral.approver is 'The person of the tenant who entered the verification code and vouched for it, or refused it.';
create unique index one_deferral_per_verification_code on intake.deferral (tenant_id, environment, verification_hash)
    where state = 'pending';
create index pending_deferrals on intake.deferral (tenant_id, environment, created_at) where state = 'pending';
create index deferral_case on intake.deferral (tenant_id, environment, request_id) where request_id is not null;
create index deferrals_end on intake.deferral (expires_at) where state in ('pending', 'confirmed', 'activated', 'answered');
call tenant.isolate('intake.deferral');
call tenant.admit_staff('intake.deferral');
revoke select on intake.deferral from narthex_staff;
grant select (tenant_id, environment, deferral_id, state, approver, request_id, version, client_id, created_at, expires_at)
    on intake.deferral to narthex_staff;
grant select (tenant_id, environment, deferral_id, code_hash, state, poll_interval, polled_at, answer, created_at, expires_at),
    insert (tenant_id, environment, deferral_id, code_hash, verification_hash, sealing_key, fingerprint, metadata, scope,
    created_at, expires_at), update (state, poll_interval, polled_at, answer) on intake.deferral to narthex_discovery;
grant select (tenant_id, environment, deferral_id, verification_hash, sealing_key, fingerprint, metadata, scope, state, approver,
    request_id, version, client_id, created_at, expires_at), update (state, approver, request_id, version, client_id, answer)
    on intake.deferral to narthex_approval;
create trigger arrows before insert or update on intake.deferral for each row execute function tenant.follow_arrows(
    '>pending', 'pending>confirmed', 'pending>rejected', 'pending>cancelled', 'pending>expired',
    'confirmed>activated', 'confirmed>rejected', 'confirmed>cancelled', 'confirmed>expired',
    'activated>answered', 'activated>cancelled', 'activated>expired',
    'answered>consumed', 'answered>cancelled', 'answered>expired');

create function intake.tell_of_deferral() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_deferral', new.tenant_id || ' ' || new.environment || ' ' || new.deferral_id);
    return null;
end
$$;
create trigger tell_approval after update of state on intake.deferral
    for each row when (new.state in ('activated', 'cancelled')) execute function intake.tell_of_deferral();
