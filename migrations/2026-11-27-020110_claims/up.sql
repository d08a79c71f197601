-- Staff ask a tenant whether a registration in quarantine is theirs. Whoever says so shows it: by proved hosts, or by a
-- software statement that the environment believes.
create table review.claim (
    tenant_id uuid not null,
    environment text not null,
    claim_id uuid not null,
    client_id text not null,
    reason text not null check (char_length(reason) between 1 and 2000),
    invited_by uuid not null,
    invited_by_name text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'claimed', 'disowned', 'lapsed')),
    answered_by uuid,
    answer text check (char_length(answer) <= 2000),
    answered_at timestamptz,
    request_id uuid,
    version integer,
    primary key (tenant_id, environment, claim_id),
    foreign key (tenant_id, environment, client_id) references intake.quarantine,
    foreign key (tenant_id, answered_by) references tenant.member,
    foreign key (tenant_id, environment, request_id, version) references review.access_request,
    constraint a_claim_ends check (expires_at > created_at and expires_at <= created_at + interval '7 days'),
    constraint an_answer_is_somebodys check ((state in ('claimed', 'disowned')) = (answered_by is not null)
        and (answered_by is null) = (answered_at is null)),
    constraint a_claim_is_a_case check ((state = 'claimed') = (request_id is not null) and (request_id is null) = (version is null))
);
comment on table review.claim is 'The tenant is asked whether a registration in quarantine is its own; answered once.';
comment on column review.claim.reason is 'Why staff think so; people of the tenant read it.';
comment on column review.claim.invited_by is 'A person of the platform.';
create unique index one_open_claim on review.claim (tenant_id, environment, client_id) where state = 'open';
call tenant.isolate('review.claim');
call tenant.admit_staff('review.claim');
grant select, insert (tenant_id, environment, claim_id, client_id, reason, invited_by, invited_by_name, created_at, expires_at),
    update (state, answered_by, answer, answered_at, request_id, version) on review.claim to narthex_approval;
create trigger arrows before insert or update on review.claim for each row execute function tenant.follow_arrows(
    '>open', 'open>claimed', 'open>disowned', 'open>lapsed');
