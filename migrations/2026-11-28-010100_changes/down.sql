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
                and g.grant_id = i.grant_id and g.ended_at is null and g.expires_at > moment))
        into live from issue.issuance as i
        where i.tenant_id = whose and i.environment = place and i.jti = token and i.client_id = client and i.expires_at > moment
          -- No token lives for a day: older partitions are not looked at.
          and i.at > moment - interval '1 day';
    return coalesce(live, false);
end
$$;
comment on function issue.is_live(uuid, text, uuid, text, timestamptz) is 'Whether a token was issued to this client, and neither it nor its grant nor the client was ended.';
drop table registry.asked_anew;
drop trigger a_cause_stays on registry.restriction;
drop function registry.a_cause_stays();
drop trigger limited_for_a_cause on registry.restriction;
create constraint trigger limited_for_a_cause after insert or delete on registry.restriction
    deferrable initially deferred for each row execute function registry.limited_for_a_cause();
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
        where r.tenant_id = whose and r.environment = place and r.client_id = this;
    if (stands = 'active' and causes > 0) or (stands = 'restricted' and causes = 0) then
        raise exception 'a client is limited for a cause, and while it is there' using errcode = 'check_violation', constraint = 'client_limited';
    end if;
    return null;
end
$$;
revoke update (effect, reason) on registry.restriction from narthex_approval;
alter table registry.restriction
    drop constraint no_less_than_the_platform,
    drop column effect,
    drop constraint restriction_cause_check,
    add constraint restriction_cause_check check (cause in ('document', 'silence', 'blocked', 'proof', 'sponsor')),
    drop constraint it_says_what_it_is_about,
    add constraint it_says_what_it_is_about check ((cause in ('proof', 'sponsor')) = (about <> ''));
comment on table registry.restriction is 'What keeps a client from new grants until it is gone: its document says something else than was approved, cannot be read or is at a host that is blocked, or a host is no longer proved.';
comment on column registry.restriction.about is 'The host, where the cause is a proof; the integration that nobody answers for, where it is a sponsor.';
drop table tenant.change_rule;
