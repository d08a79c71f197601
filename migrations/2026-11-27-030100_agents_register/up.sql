-- A client that may register others shows an access token of its own at the registration endpoint. What it brings rests on
-- a row here, as what an initial access token brings does; there is no secret, and the reach is that of the client.
alter table registry.scope add constraint only_one_scope_is_ours
    check (scope not like 'narthex:%' or (scope = 'narthex:register' and risk = 'admin' and not open));

alter table intake.initial_access_token
    add column standing boolean not null default false,
    alter column token_hash drop not null,
    drop constraint it_ends_soon,
    add constraint it_ends_soon check (expires_at > created_at and (standing or expires_at <= created_at + interval '90 days')),
    add constraint a_standing_one_has_no_secret check (standing = (token_hash is null)),
    add constraint a_client_stands_for_it check (not standing or parent_client_id is not null);
comment on column intake.initial_access_token.standing is 'The parent shows access tokens of its own; made with the approval that says narthex:register, and named by it.';
create unique index one_standing on intake.initial_access_token (tenant_id, environment, parent_client_id)
    where standing and revoked_at is null;
grant select (standing) on intake.initial_access_token to narthex_staff, narthex_approval, narthex_discovery;
grant insert (standing, held) on intake.initial_access_token to narthex_approval;
-- Whether an access token was ended before its time; whose it was, and why, stays where it is.
grant select (tenant_id, environment, jti) on issue.revocation to narthex_discovery;

-- An approval that says narthex:register lets its client register a thousand, if somebody answers for it and it is not the
-- last of its line. The approval that takes it away, or comes after, ends that.
create function registry.may_register() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        update intake.initial_access_token as t set revoked_at = now()
            where t.tenant_id = old.tenant_id and t.environment = old.environment and t.parent_client_id = old.client_id
              and t.standing and t.revoked_at is null;
    else
        insert into intake.initial_access_token (tenant_id, environment, initial_access_id, last4, label, sponsor_id,
                parent_client_id, uses_left, created_at, expires_at, held, standing)
            select c.tenant_id, c.environment, new.approval_id, '', left(i.name, 120), i.sponsor_id,
                c.client_id, 1000, c.changed_at, new.expires_at, c.state not in ('active', 'restricted'), true
            from registry.client as c
            join registry.integration as i on i.tenant_id = c.tenant_id and i.integration_id = c.integration_id
            where c.tenant_id = new.tenant_id and c.environment = new.environment and c.client_id = new.client_id
              and c.depth < 3 and i.sponsor_id is not null;
    end if;
    return null;
end
$$;
create trigger may_register after insert on registry.entitlement
    for each row when (new.scope = 'narthex:register') execute function registry.may_register();
create trigger may_register_no_more after delete on registry.entitlement
    for each row when (old.scope = 'narthex:register') execute function registry.may_register();

-- Nobody stands for a client that was not approved for it.
create function intake.only_with_its_scope() returns trigger
    language plpgsql as $$
begin
    if not exists (select from registry.entitlement as e
            where e.tenant_id = new.tenant_id and e.environment = new.environment and e.client_id = new.parent_client_id
              and e.scope = 'narthex:register' and e.approval_id = new.initial_access_id) then
        raise exception 'the client may not register others' using errcode = 'check_violation', constraint = 'standing_by_its_scope';
    end if;
    return new;
end
$$;
create trigger only_with_its_scope before insert on intake.initial_access_token
    for each row when (new.standing) execute function intake.only_with_its_scope();

-- What a client brought by itself has no ceiling but what that client has.
create or replace function review.within_the_ceiling() returns trigger
    language plpgsql as $$
declare
    brought_by uuid := (select q.initial_access_id from review.access_request as r
        join intake.quarantine as q on q.tenant_id = r.tenant_id and q.environment = r.environment and q.client_id = r.client_id
        where r.tenant_id = new.tenant_id and r.environment = new.environment
          and r.request_id = new.request_id and r.version = new.version);
begin
    if brought_by is not null and not exists (select from intake.initial_access_scope as s
            where s.tenant_id = new.tenant_id and s.environment = new.environment
              and s.initial_access_id = brought_by and s.scope = new.scope)
       and not exists (select from intake.initial_access_token as t
            join registry.entitlement as e on e.tenant_id = t.tenant_id and e.environment = t.environment
              and e.client_id = t.parent_client_id
            where t.tenant_id = new.tenant_id and t.environment = new.environment and t.initial_access_id = brought_by
              and t.standing and e.scope = new.scope) then
        raise exception 'the token reaches no further' using errcode = 'check_violation', constraint = 'token_ceiling';
    end if;
    return new;
end
$$;
