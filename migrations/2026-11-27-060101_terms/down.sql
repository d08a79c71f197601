drop trigger as_long_as_agreed on registry.entitled_tool;
drop function registry.as_long_as_agreed();
create or replace function registry.not_beyond_its_approval() returns trigger
    language plpgsql as $$
begin
    if exists (select from review.approval as a
            join review.approval_scope as s on s.tenant_id = a.tenant_id and s.environment = a.environment
              and s.approval_id = a.approval_id and s.scope = new.scope
            where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id
              and new.expires_at > least(a.expires_at, s.expires_at)) then
        raise exception 'reach ends with its approval' using errcode = 'check_violation', constraint = 'entitlement_expires';
    end if;
    return new;
end
$$;
drop trigger gives_what_was_offered on review.approval;
drop function review.gives_what_was_offered();
drop trigger as_the_offer_has_it on review.approval;
drop function review.as_the_offer_has_it();
create or replace function review.was_agreed() returns trigger
    language plpgsql as $$
declare
    offer uuid := (select offer_id from review.approval as a
        where a.tenant_id = new.tenant_id and a.environment = new.environment and a.approval_id = new.approval_id);
    agreed boolean := offer is null;
begin
    if offer is not null and tg_table_name = 'approval_scope' then
        agreed := exists (select from review.offer_scope as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = offer
              and o.scope = new.scope);
    elsif offer is not null then
        agreed := exists (select from review.offer_tool as o
            where o.tenant_id = new.tenant_id and o.environment = new.environment and o.offer_id = offer
              and o.resource_id = new.resource_id and o.tool = new.tool);
    end if;
    if not agreed then
        raise exception 'an approval gives only what was agreed' using errcode = 'check_violation', constraint = 'approval_agreed';
    end if;
    return new;
end
$$;
drop table review.tool_remark;
drop table review.scope_remark;
drop function review.not_in_the_same_breath();
alter table registry.entitled_tool drop column until;
alter table registry.entitlement drop column lifetime_minutes;
alter table review.approval_tool drop column until;
alter table review.approval drop column lifetime_minutes;
alter table review.offer_tool drop column until;
alter table review.offer_scope drop column until;
alter table review.offer drop column lifetime_minutes;
comment on column review.approval_scope.expires_at is null;
