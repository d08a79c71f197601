-- What happens when an approved client changes: what an owner chose for an environment, what that does to a client while
-- nobody has agreed to the change, and from when on the people who use it have to allow it anew.
create table tenant.change_rule (
    tenant_id uuid not null,
    environment text not null,
    change text not null check (change in ('redirects', 'keys', 'authentication', 'scopes', 'terms', 'silence', 'proof', 'owner', 'tool')),
    meanwhile text not null check (meanwhile in ('goes_on', 'asked_again', 'pauses')),
    changed_at timestamptz not null,
    primary key (tenant_id, environment, change),
    foreign key (tenant_id, environment) references tenant.environment,
    constraint no_less_than_the_platform check (environment <> 'production' or change in ('scopes', 'tool') or meanwhile = 'pauses'
        or (meanwhile = 'asked_again' and change <> 'owner'))
);
comment on table tenant.change_rule is 'What an owner chose to happen on a change of an approved client; without a row, what is standard.';
call tenant.isolate('tenant.change_rule');
call tenant.admit_staff('tenant.change_rule');
grant select, insert, update (meanwhile, changed_at) on tenant.change_rule to narthex_approval;

-- A cause no longer always limits its client.
alter table registry.restriction
    drop constraint restriction_cause_check,
    add constraint restriction_cause_check check (cause in ('document', 'silence', 'blocked', 'proof', 'sponsor', 'tool')),
    drop constraint it_says_what_it_is_about,
    add constraint it_says_what_it_is_about check ((cause in ('proof', 'sponsor', 'tool')) = (about <> '')),
    add column effect text not null default 'pauses' check (effect in ('goes_on', 'asked_again', 'pauses')),
    add constraint no_less_than_the_platform check (effect = 'pauses' or (cause <> 'blocked' and (environment <> 'production'
        or cause in ('document', 'tool') or (effect = 'asked_again' and cause in ('silence', 'proof')))));
comment on table registry.restriction is 'What changed under an approved client and was not agreed to: its document says something else, cannot be read or is at a host that is blocked, a host is no longer proved, nobody answers for it, or a tool has another schema; and what that does meanwhile.';
comment on column registry.restriction.about is 'The host, where the cause is a proof; the integration that nobody answers for, where it is a sponsor; resource and name, where it is a tool.';
comment on column registry.restriction.effect is 'Whether everything goes on, people are asked again, or nothing new begins.';
grant update (effect, reason) on registry.restriction to narthex_approval;

-- At commit a client is limited if and only if there is a cause that pauses it; a suspended one keeps its causes.
create or replace function registry.limited_for_a_cause() returns trigger
    language plpgsql as $$
declare
    whose uuid := coalesce(new.tenant_id, old.tenant_id);
    this text := coalesce(new.client_id, old.client_id);
    place text := coalesce(new.environment, old.environment);
    stands text;
    causes bigint;
begin
    select c.state into stands from registry.client as c
        where c.tenant_id = whose and c.environment = place and c.client_id = this;
    select count(*) into causes from registry.restriction as r
        where r.tenant_id = whose and r.environment = place and r.client_id = this and r.effect = 'pauses';
    if (stands = 'active' and causes > 0) or (stands = 'restricted' and causes = 0) then
        raise exception 'a client is limited for a cause, and while it is there' using errcode = 'check_violation', constraint = 'client_limited';
    end if;
    return null;
end
$$;
drop trigger limited_for_a_cause on registry.restriction;
create constraint trigger limited_for_a_cause after insert or delete or update of effect on registry.restriction
    deferrable initially deferred for each row execute function registry.limited_for_a_cause();

-- A cause is never loosened while it is there.
create function registry.a_cause_stays() returns trigger
    language plpgsql as $$
begin
    if array_position(array['goes_on', 'asked_again', 'pauses'], new.effect) < array_position(array['goes_on', 'asked_again', 'pauses'], old.effect) then
        raise exception 'what a change does is not loosened while it is there' using errcode = 'check_violation', constraint = 'a_cause_stays';
    end if;
    return new;
end
$$;
create trigger a_cause_stays before update of effect on registry.restriction
    for each row execute function registry.a_cause_stays();

create table registry.asked_anew (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    at timestamptz not null,
    change text not null check (change in ('redirects', 'keys', 'authentication', 'scopes', 'terms', 'silence', 'proof', 'owner', 'tool')),
    about text not null check (char_length(about) <= 255),
    approval_id uuid not null,
    approved jsonb,
    found jsonb,
    primary key (tenant_id, environment, client_id, at, change, about),
    foreign key (tenant_id, environment, client_id) references registry.client
);
comment on table registry.asked_anew is 'From when on people have to allow a client anew, and what changed: what was allowed until then counts no more, for good. Only added to.';
comment on column registry.asked_anew.about is 'The member of its metadata, host, or tool that changed; empty where the change says it.';
comment on column registry.asked_anew.approval_id is 'The approval that did not know the change.';
call tenant.isolate('registry.asked_anew');
call tenant.admit_staff('registry.asked_anew');
grant select, insert on registry.asked_anew to narthex_approval;
grant select on registry.asked_anew to narthex_token;

-- A token of a person counts no more once the person has to be asked anew.
create or replace function issue.is_live(whose uuid, place text, token uuid, client text, moment timestamptz) returns boolean
    language plpgsql as $$
declare
    live boolean;
begin
    perform set_config('app.tenant', whose::text, true);
    select not exists (select from issue.revocation as v where v.tenant_id = whose and v.environment = place and v.jti = token)
            and exists (select from registry.client as c where c.tenant_id = whose and c.environment = place and c.client_id = client
                and c.state in ('active', 'restricted') and c.expires_at > moment)
            and (i.grant_id is null or exists (select from issue."grant" as g where g.tenant_id = whose and g.environment = place
                and g.grant_id = i.grant_id and g.ended_at is null and g.expires_at > moment
                and not exists (select from registry.asked_anew as a where a.tenant_id = whose and a.environment = place
                    and a.client_id = client and a.at >= g.created_at)))
        into live from issue.issuance as i
        where i.tenant_id = whose and i.environment = place and i.jti = token and i.client_id = client and i.expires_at > moment
          -- No token lives for a day: older partitions are not looked at.
          and i.at > moment - interval '1 day';
    return coalesce(live, false);
end
$$;
comment on function issue.is_live(uuid, text, uuid, text, timestamptz) is 'Whether a token was issued to this client, neither it nor its grant nor the client was ended, and nobody has to be asked anew.';
