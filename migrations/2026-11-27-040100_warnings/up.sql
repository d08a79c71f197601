-- A client whose identifier is an address may be approved with a warning: for a time, or for the first people who allow
-- it, the consent page says so. It is part of the decision that the approval names, and ends by itself.
create table review.warning (
    tenant_id uuid not null,
    environment text not null,
    decision_id uuid not null,
    request_id uuid not null,
    version integer not null,
    since timestamptz not null,
    until timestamptz,
    people smallint check (people between 1 and 10000),
    primary key (tenant_id, environment, decision_id),
    foreign key (tenant_id, environment, decision_id, request_id, version)
        references review.decision (tenant_id, environment, decision_id, request_id, version),
    constraint a_warning_ends check (until is not null or people is not null),
    constraint a_warning_lasts_a_year_at_most check (until > since and until <= since + interval '366 days')
);
comment on table review.warning is 'What people before a client read for a while: that it was approved with a warning.';
comment on column review.warning.since is 'When it was decided, copied from the decision.';
comment on column review.warning.until is 'It ends then, at the latest.';
comment on column review.warning.people is 'It ends when this many people have allowed the client since its approval, if that is earlier.';
call tenant.isolate('review.warning');
call tenant.admit_staff('review.warning');
grant select, insert (tenant_id, environment, decision_id, request_id, version, until, people) on review.warning to narthex_approval;
grant select on review.warning to narthex_token;
-- From a client to its warning, by the decision that its approval names.
grant select (tenant_id, environment, approval_id, decision_id, at) on review.approval to narthex_token;

-- A person warns when they decide, and of nothing but an address; since when is copied from the decision.
create function review.warns_of_an_address() returns trigger
    language plpgsql as $$
declare
    decided review.decision;
begin
    select * into decided from review.decision as d
        where d.tenant_id = new.tenant_id and d.environment = new.environment and d.decision_id = new.decision_id
          and d.xmin = pg_current_xact_id()::xid;
    if not found then
        raise exception 'a decision is complete once it is made' using errcode = 'check_violation', constraint = 'decision_complete';
    end if;
    if decided.decided_by is null or decided.kind not in ('approve', 'offer') or not exists (
            select from review.access_request as r
            where r.tenant_id = decided.tenant_id and r.environment = decided.environment
              and r.request_id = decided.request_id and r.version = decided.version and r.client_id like 'https://%') then
        raise exception 'a person warns of what they give to an address' using errcode = 'check_violation', constraint = 'warning_of_an_address';
    end if;
    new.since := decided.at;
    return new;
end
$$;
create trigger warns_of_an_address before insert on review.warning
    for each row execute function review.warns_of_an_address();

-- How many people a client has, for staff: a number, and never who they are. The one door through the policy.
create index grants_of_a_client on issue."grant" (tenant_id, environment, client_id, created_at);
create policy directory on issue."grant" for select to narthex_directory using (true);
grant usage on schema issue to narthex_directory;
grant select (tenant_id, environment, client_id, member_id, created_at, expires_at, ended_at) on issue."grant" to narthex_directory;
create function issue.connected(whose uuid, place text, client text, at timestamptz) returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select count(distinct member_id) from issue."grant"
        where tenant_id = whose and environment = place and client_id = client and ended_at is null and expires_at > at $$;
comment on function issue.connected is 'How many people have a permission for the client that is in force.';
create function issue.allowed(whose uuid, place text, client text, since timestamptz) returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select count(distinct member_id) from issue."grant"
        where tenant_id = whose and environment = place and client_id = client and created_at >= since $$;
comment on function issue.allowed is 'How many people have allowed the client since then, whatever became of it.';
grant create on schema issue to narthex_directory;
alter function issue.connected(uuid, text, text, timestamptz) owner to narthex_directory;
alter function issue.allowed(uuid, text, text, timestamptz) owner to narthex_directory;
revoke create on schema issue from narthex_directory;
grant execute on function issue.connected(uuid, text, text, timestamptz) to narthex_staff;
grant execute on function issue.allowed(uuid, text, text, timestamptz) to narthex_staff;
