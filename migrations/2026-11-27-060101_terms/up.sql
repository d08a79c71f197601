-- What is offered may be less in time too: a scope or a tool until a date, tokens for fewer minutes. What a line of the
-- ask becomes is said with the reviewer's reason. What is agreed is given exactly.
alter table review.offer add column lifetime_minutes smallint check (lifetime_minutes between 1 and 9);
comment on column review.offer.lifetime_minutes is 'How long an access token lives; null: as long as any.';
alter table review.offer_scope add column until timestamptz;
comment on column review.offer_scope.until is 'When it ends; null: with the approval.';
alter table review.offer_tool add column until timestamptz;
comment on column review.offer_tool.until is 'When it ends; null: with its scope.';
alter table review.approval add column lifetime_minutes smallint;
comment on column review.approval.lifetime_minutes is 'As the offer has it.';
alter table review.approval_tool add column until timestamptz;
comment on column review.approval_scope.expires_at is 'When it ends, as the offer has it; null: with the approval.';
comment on column review.approval_tool.until is 'When it ends, as the offer has it; null: with its scope.';
alter table registry.entitlement add column lifetime_minutes smallint;
comment on column registry.entitlement.lifetime_minutes is 'How long a token with this scope lives; null: as long as any.';
alter table registry.entitled_tool add column until timestamptz;
comment on column registry.entitled_tool.until is 'When it ends; null: with its scope.';

create table review.scope_remark (
    tenant_id uuid not null,
    environment text not null,
    offer_id uuid not null,
    request_id uuid not null,
    version integer not null,
    scope text not null,
    sandbox_only boolean not null,
    reason text not null check (char_length(reason) <= 500),
    primary key (tenant_id, environment, offer_id, scope),
    foreign key (tenant_id, environment, offer_id, request_id, version)
        references review.offer (tenant_id, environment, offer_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version, scope) references review.requested_scope,
    constraint sandbox_only_is_said_in_production check (not sandbox_only or environment = 'production')
);
comment on table review.scope_remark is 'Why a scope is not offered as it was asked for.';
comment on column review.scope_remark.sandbox_only is 'The tenant may have it in the sandbox, and not here.';
call tenant.isolate('review.scope_remark');
call tenant.admit_staff('review.scope_remark');
grant select, insert on review.scope_remark to narthex_approval;
create trigger only_before_the_answer before insert on review.scope_remark
    for each row execute function review.only_before_the_answer();

create table review.tool_remark (
    tenant_id uuid not null,
    environment text not null,
    offer_id uuid not null,
    request_id uuid not null,
    version integer not null,
    resource_id uuid not null,
    tool text not null,
    sandbox_only boolean not null,
    reason text not null check (char_length(reason) <= 500),
    primary key (tenant_id, environment, offer_id, resource_id, tool),
    foreign key (tenant_id, environment, offer_id, request_id, version)
        references review.offer (tenant_id, environment, offer_id, request_id, version),
    foreign key (tenant_id, environment, request_id, version, resource_id, tool) references review.requested_tool,
    constraint sandbox_only_is_said_in_production check (not sandbox_only or environment = 'production')
);
comment on table review.tool_remark is 'Why a tool is not offered as it was asked for.';
comment on column review.tool_remark.sandbox_only is 'The tenant may have it in the sandbox, and not here.';
call tenant.isolate('review.tool_remark');
call tenant.admit_staff('review.tool_remark');
grant select, insert on review.tool_remark to narthex_approval;
create trigger only_before_the_answer before insert on review.tool_remark
    for each row execute function review.only_before_the_answer();

-- What is for the sandbox alone is not offered in production in the same breath.
create function review.not_in_the_same_breath() returns trigger
    language plpgsql as $$
declare
    offered boolean := false;
begin
    if new.sandbox_only and tg_table_name = 'scope_remark' then
        offered := exists (select from review.offer_scope as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = new.offer_id
              and o.scope = new.scope);
    elsif new.sandbox_only then
        offered := exists (select from review.offer_tool as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = new.offer_id
              and o.resource_id = new.resource_id and o.tool = new.tool);
    end if;
    if offered then
        raise exception 'what is for the sandbox alone is not offered' using errcode = 'check_violation', constraint = 'sandbox_only';
    end if;
    return null;
end
$$;
create constraint trigger not_in_the_same_breath after insert on review.scope_remark
    deferrable initially deferred
    for each row execute function review.not_in_the_same_breath();
create constraint trigger not_in_the_same_breath after insert on review.tool_remark
    deferrable initially deferred
    for each row execute function review.not_in_the_same_breath();

-- An approval on an offer gives what was offered, for as long as that; one without an offer ends nothing early.
create or replace function review.was_agreed() returns trigger
    language plpgsql as $$
declare
    offer uuid := (select offer_id from review.approval as a
        where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id);
    agreed boolean;
begin
    if tg_table_name = 'approval_scope' then
        agreed := case when offer is null then new.expires_at is null else exists (select from review.offer_scope as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = offer
              and o.scope = new.scope and o.until is not distinct from new.expires_at) end;
    else
        agreed := case when offer is null then new.until is null else exists (select from review.offer_tool as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = offer
              and o.resource_id = new.resource_id and o.tool = new.tool and o.until is not distinct from new.until) end;
    end if;
    if not agreed then
        raise exception 'an approval gives only what was agreed' using errcode = 'check_violation', constraint = 'approval_agreed';
    end if;
    return new;
end
$$;

-- How long its tokens live is copied from the offer, whatever the writer says.
create function review.as_the_offer_has_it() returns trigger
    language plpgsql as $$
begin
    new.lifetime_minutes := (select o.lifetime_minutes from review.offer as o
        where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = new.offer_id);
    return new;
end
$$;
create trigger as_the_offer_has_it before insert on review.approval
    for each row execute function review.as_the_offer_has_it();

-- At commit an approval on an offer gives all that was offered.
create function review.gives_what_was_offered() returns trigger
    language plpgsql as $$
begin
    if exists (select from review.offer_scope as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = new.offer_id
              and not exists (select from review.approval_scope as s
                where s.tenant_id = new.tenant_id and s.environment = new.environment
                  and s.approval_id = new.approval_id and s.scope = o.scope))
        or exists (select from review.offer_tool as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = new.offer_id
              and not exists (select from review.approval_tool as t
                where t.tenant_id = new.tenant_id and t.environment = new.environment
                  and t.approval_id = new.approval_id and t.resource_id = o.resource_id and t.tool = o.tool)) then
        raise exception 'an approval gives all that was offered' using errcode = 'check_violation', constraint = 'approval_offered';
    end if;
    return null;
end
$$;
create constraint trigger gives_what_was_offered after insert on review.approval
    deferrable initially deferred
    for each row when (new.offer_id is not null) execute function review.gives_what_was_offered();

-- Reach lasts as long as was agreed, and its tokens live as long: neither more nor less. Below another client it ends
-- when that one's reach does.
create or replace function registry.not_beyond_its_approval() returns trigger
    language plpgsql as $$
begin
    if exists (select from review.approval as a
            join review.approval_scope as s on s.tenant_id = a.tenant_id and s.environment = a.environment
              and s.approval_id = a.approval_id and s.scope = new.scope
            left join registry.client as c on c.tenant_id = a.tenant_id and c.environment = a.environment
              and c.client_id = new.client_id
            left join registry.entitlement as p on p.tenant_id = c.tenant_id and p.environment = c.environment
              and p.client_id = c.parent_client_id and p.scope = new.scope
            where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id
              and (new.expires_at <> least(a.expires_at, s.expires_at, p.expires_at)
                or new.lifetime_minutes is distinct from least(a.lifetime_minutes, p.lifetime_minutes))) then
        raise exception 'reach lasts as long as was agreed' using errcode = 'check_violation', constraint = 'entitlement_expires';
    end if;
    return new;
end
$$;

create function registry.as_long_as_agreed() returns trigger
    language plpgsql as $$
begin
    if exists (select from review.approval_tool as t
            left join registry.client as c on c.tenant_id = t.tenant_id and c.environment = t.environment
              and c.client_id = new.client_id
            left join registry.entitled_tool as p on p.tenant_id = c.tenant_id and p.environment = c.environment
              and p.client_id = c.parent_client_id and p.resource_id = new.resource_id and p.tool = new.tool
            where t.tenant_id = new.tenant_id and t.environment = new.environment and t.approval_id = new.approval_id
              and t.resource_id = new.resource_id and t.tool = new.tool
              and new.until is distinct from least(t.until, p.until)) then
        raise exception 'a tool lasts as long as was agreed' using errcode = 'check_violation', constraint = 'entitled_tool_until';
    end if;
    return new;
end
$$;
create trigger as_long_as_agreed before insert on registry.entitled_tool
    for each row execute function registry.as_long_as_agreed();
