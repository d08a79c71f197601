-- Why a client is limited. It may be for more than one cause, and goes on when the last of them is gone.
create table registry.restriction (
    tenant_id uuid not null,
    environment text not null,
    client_id text not null,
    cause text not null check (cause in ('document', 'silence', 'proof')),
    about text not null default '' check (char_length(about) <= 255),
    reason text not null check (char_length(reason) between 1 and 1000),
    since timestamptz not null,
    primary key (tenant_id, environment, client_id, cause, about),
    foreign key (tenant_id, environment, client_id) references registry.client,
    constraint a_proof_is_of_a_host check ((cause = 'proof') = (about <> ''))
);
comment on table registry.restriction is 'What keeps a client from new grants until it is gone: its document says something else than was approved or cannot be read, or a host is no longer proved.';
comment on column registry.restriction.about is 'The host, where the cause is a proof.';
call tenant.isolate('registry.restriction');
call tenant.admit_staff('registry.restriction');
grant select, insert, delete on registry.restriction to narthex_approval;

-- At commit a client is limited if and only if there is a cause; a suspended one keeps its causes for when it goes on.
create function registry.limited_for_a_cause() returns trigger
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
create constraint trigger limited_for_a_cause after insert or update of state on registry.client
    deferrable initially deferred for each row execute function registry.limited_for_a_cause();
create constraint trigger limited_for_a_cause after insert or delete on registry.restriction
    deferrable initially deferred for each row execute function registry.limited_for_a_cause();
