-- Who answers for an integration may leave: then its clients, and what they registered, get no new grants until somebody
-- else has said yes to answering for it.
alter table registry.restriction drop constraint restriction_cause_check;
alter table registry.restriction add constraint restriction_cause_check
    check (cause in ('document', 'silence', 'blocked', 'proof', 'sponsor'));
alter table registry.restriction drop constraint a_proof_is_of_a_host;
alter table registry.restriction add constraint it_says_what_it_is_about check ((cause in ('proof', 'sponsor')) = (about <> ''));
comment on column registry.restriction.about is 'The host, where the cause is a proof; the integration that nobody answers for, where it is a sponsor.';

create table registry.handover (
    tenant_id uuid not null,
    handover_id uuid not null,
    integration_id uuid not null,
    to_member uuid not null,
    state text not null default 'asked' check (state in ('asked', 'accepted', 'declined', 'withdrawn')),
    reason text not null check (char_length(reason) between 1 and 2000),
    asked_by uuid not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz,
    primary key (tenant_id, handover_id),
    foreign key (tenant_id, integration_id) references registry.integration,
    foreign key (tenant_id, to_member) references tenant.member,
    foreign key (tenant_id, asked_by) references tenant.member,
    constraint an_answer_has_a_time check ((state = 'asked') = (answered_at is null))
);
comment on table registry.handover is 'A person is asked to answer for an integration, and what they said.';
create unique index one_open_handover on registry.handover (tenant_id, integration_id) where state = 'asked';
call tenant.isolate('registry.handover');
call tenant.admit_staff('registry.handover');
grant select, insert, update (state, answered_at) on registry.handover to narthex_approval;
create trigger arrows before insert or update on registry.handover for each row execute function tenant.follow_arrows(
    '>asked', 'asked>accepted', 'asked>declined', 'asked>withdrawn');

-- Nobody answers for anything who has not said so: another sponsor is the one who last accepted, and is still there.
create function registry.a_sponsor_accepts() returns trigger
    language plpgsql as $$
begin
    if new.sponsor_id is distinct from (select h.to_member from registry.handover as h
            join tenant.member as m on m.tenant_id = h.tenant_id and m.member_id = h.to_member and m.state = 'active'
            where h.tenant_id = new.tenant_id and h.integration_id = new.integration_id and h.state = 'accepted'
            order by h.answered_at desc, h.handover_id desc limit 1) then
        raise exception 'nobody accepted to answer for it' using errcode = 'check_violation', constraint = 'a_sponsor_accepts';
    end if;
    return null;
end
$$;
create trigger a_sponsor_accepts after update of sponsor_id on registry.integration
    for each row when (old.sponsor_id is distinct from new.sponsor_id) execute function registry.a_sponsor_accepts();
create index integration_of_sponsor on registry.integration (tenant_id, sponsor_id);
