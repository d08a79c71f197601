-- Where the policy wants two people, one decides and another confirms: what was agreed waits between them, and the
-- approval names both.
alter table review.policy_run drop constraint policy_run_verdict_check;
alter table review.policy_run add constraint policy_run_verdict_check
    check (verdict in ('allow', 'deny', 'needs_person', 'needs_two'));
alter table review.decision drop constraint decision_kind_check;
alter table review.decision add constraint decision_kind_check
    check (kind in ('approve', 'offer', 'ask_for_changes', 'reject', 'reject_and_block', 'confirm', 'refuse'));

create table review.second_wanted (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null,
    decision_id uuid not null,
    offer_id uuid,
    rules text[] not null check (cardinality(rules) > 0),
    since timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, request_id, version),
    foreign key (tenant_id, environment, decision_id, request_id, version)
        references review.decision (tenant_id, environment, decision_id, request_id, version),
    foreign key (tenant_id, environment, offer_id, request_id, version)
        references review.offer (tenant_id, environment, offer_id, request_id, version),
    constraint a_second_is_wanted_for_a_while check (expires_at > since and expires_at <= since + interval '72 hours')
);
comment on table review.second_wanted is 'What was decided and waits for a second person, by which rules and until when.';
comment on column review.second_wanted.decision_id is 'What the first person decided.';
comment on column review.second_wanted.offer_id is 'What the tenant accepted, when it is less than was asked for.';
call tenant.isolate('review.second_wanted');
call tenant.admit_staff('review.second_wanted');
grant select, insert on review.second_wanted to narthex_approval;

-- A new foreign key looks at the rows that are there, and nobody looks without a tenant.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table review.approval
    add column second_decision_id uuid,
    add column second_by uuid,
    add foreign key (tenant_id, environment, second_decision_id, request_id, version)
        references review.decision (tenant_id, environment, decision_id, request_id, version),
    add constraint two_people_where_policy_wants_two check (verdict <> 'needs_two' or second_by is not null),
    add constraint the_second_is_another check (second_by is null
        or (decided_by is not null and second_by <> decided_by and second_by is distinct from requested_by));
comment on column review.approval.second_by is 'Who confirmed it, copied from that decision.';

-- Who asked, who decided and who confirmed is copied from the request and the decisions, whatever the writer says.
create or replace function review.name_the_people() returns trigger
    language plpgsql as $$
begin
    select requested_by into new.requested_by from review.access_request as r
        where r.tenant_id = new.tenant_id and r.environment = new.environment
          and r.request_id = new.request_id and r.version = new.version;
    select decided_by into new.decided_by from review.decision as d
        where d.tenant_id = new.tenant_id and d.environment = new.environment and d.decision_id = new.decision_id;
    select decided_by into new.second_by from review.decision as d
        where d.tenant_id = new.tenant_id and d.environment = new.environment
          and d.decision_id = new.second_decision_id and d.kind = 'confirm';
    return new;
end
$$;

-- Whatever a policy says: nothing that deletes or administers goes to production on one person's word. Both people
-- decided on the same payload.
create function review.two_decided() returns trigger
    language plpgsql as $$
begin
    if new.environment = 'production' and new.second_by is null and exists (select from review.approval_scope as a
            join registry.scope as s on s.tenant_id = a.tenant_id and s.environment = a.environment and s.scope = a.scope
            where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id
              and s.risk in ('delete', 'admin')) then
        raise exception 'two people approve this' using errcode = 'check_violation', constraint = 'approval_second';
    end if;
    if new.second_by is not null and not exists (select from review.decision as one
            join review.decision as other on other.tenant_id = one.tenant_id and other.environment = one.environment
              and other.payload_hash = one.payload_hash
            where one.tenant_id = new.tenant_id and one.environment = new.environment
              and one.decision_id = new.decision_id and other.decision_id = new.second_decision_id) then
        raise exception 'two people approve the same' using errcode = 'check_violation', constraint = 'approval_second_payload';
    end if;
    return null;
end
$$;
create constraint trigger two_decided after insert on review.approval
    deferrable initially deferred
    for each row execute function review.two_decided();
