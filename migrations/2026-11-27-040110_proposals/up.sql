-- What takes two people of the platform: one proposes, another confirms, and nothing is in force before.
create table review.proposal (
    tenant_id uuid not null references tenant.tenant,
    proposal_id uuid not null,
    kind text not null check (kind ~ '^[a-z_]{3,40}$'),
    object text not null check (char_length(object) between 1 and 400),
    change jsonb not null,
    payload_hash bytea not null check (octet_length(payload_hash) = 32),
    reason text not null check (char_length(reason) between 1 and 2000),
    state text not null default 'proposed'
        check (state in ('proposed', 'confirmed', 'done', 'refused', 'withdrawn', 'lapsed', 'void')),
    proposed_by_tenant uuid not null,
    proposed_by uuid not null,
    proposed_by_name text not null,
    proposed_at timestamptz not null,
    expires_at timestamptz not null,
    answered_by_tenant uuid,
    answered_by uuid,
    answered_by_name text,
    answered_at timestamptz,
    answer text check (char_length(answer) between 1 and 2000),
    primary key (tenant_id, proposal_id),
    constraint by_the_platform_alone check (proposed_by_tenant = '00000000-0000-7000-8000-000000000001'
        and coalesce(answered_by_tenant, proposed_by_tenant) = proposed_by_tenant),
    constraint a_proposal_lapses check (expires_at > proposed_at and expires_at <= proposed_at + interval '72 hours'),
    constraint an_answer_is_whole check (num_nulls(answered_by_tenant, answered_by, answered_by_name, answered_at) in (0, 4)),
    constraint an_answer_is_somebodys check ((answered_by is not null) = (state in ('confirmed', 'done', 'refused', 'withdrawn'))),
    constraint another_person_answers check (state not in ('confirmed', 'done', 'refused') or answered_by <> proposed_by),
    constraint who_proposed_withdraws check (state <> 'withdrawn' or answered_by = proposed_by),
    constraint an_answer_is_in_time check (answered_at < expires_at)
);
comment on table review.proposal is 'What takes two people of the platform: who proposed what about which object, and who confirmed or refused it.';
comment on column review.proposal.object is 'What it is about, as its kind names it.';
comment on column review.proposal.payload_hash is 'SHA-256 over kind, object, change and the object as it was: confirming it is void once the object is another.';
create unique index one_proposal_at_a_time on review.proposal (tenant_id, kind, object) where state = 'proposed';
call tenant.isolate('review.proposal');
call tenant.admit_staff('review.proposal');
grant select, insert (tenant_id, proposal_id, kind, object, change, payload_hash, reason, proposed_by_tenant, proposed_by,
        proposed_by_name, proposed_at, expires_at),
    update (state, answered_by_tenant, answered_by, answered_by_name, answered_at, answer) on review.proposal to narthex_approval;
create trigger arrows before insert or update on review.proposal for each row execute function tenant.follow_arrows(
    '>proposed', 'proposed>confirmed', 'proposed>refused', 'proposed>withdrawn', 'proposed>lapsed', 'proposed>void', 'confirmed>done');

-- Lifting the platform's brake is one of them. What was proposed and lifted before is kept as a proposal that was done.
-- A new foreign key looks at the rows that are there, and nobody looks without a tenant.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table intake.brake add column lift_proposal_id uuid;
alter table intake.brake add constraint brake_lift_proposal foreign key (tenant_id, lift_proposal_id) references review.proposal;
comment on column intake.brake.lift_proposal_id is 'The proposal by which two people lifted the platform''s brake.';
insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason, proposed_by_tenant, proposed_by,
        proposed_by_name, proposed_at, expires_at)
    select tenant_id, brake_id, 'lift_brake', brake_id::text, '{}', sha256(brake_id::text::bytea), 'Lift the brake', proposed_by_tenant,
        proposed_by, proposed_by_name, proposed_at, proposed_at + interval '72 hours'
    from intake.brake where tenant_id = '00000000-0000-7000-8000-000000000001' and proposed_by is not null;
update review.proposal as p set state = 'confirmed', answered_by_tenant = b.lifted_by_tenant, answered_by = b.lifted_by,
        answered_by_name = b.lifted_by_name, answered_at = b.lifted_at
    from intake.brake as b where b.tenant_id = p.tenant_id and b.brake_id = p.proposal_id and b.lifted_at < p.expires_at;
update review.proposal set state = 'done' where state = 'confirmed';
update review.proposal set state = 'lapsed' where state = 'proposed';
alter table intake.brake disable trigger brakes_move_on;
update intake.brake as b set lift_proposal_id = p.proposal_id from review.proposal as p
    where p.tenant_id = b.tenant_id and p.proposal_id = b.brake_id and p.state = 'done';
alter table intake.brake enable trigger brakes_move_on;
alter table intake.brake drop constraint the_platforms_brake_takes_two;
alter table intake.brake drop constraint a_proposal_is_whole;
revoke update on intake.brake from narthex_approval;
alter table intake.brake drop column proposed_by_tenant, drop column proposed_by, drop column proposed_by_name, drop column proposed_at;
grant update (ends_at, lift_proposal_id, lifted_by_tenant, lifted_by, lifted_by_name, lifted_at) on intake.brake to narthex_approval;

-- The platform's brake is lifted by who confirmed what somebody else proposed about it.
create function intake.lifted_by_two() returns trigger
    language plpgsql as $$
begin
    if new.tenant_id = '00000000-0000-7000-8000-000000000001' and new.lifted_at is not null and not exists (
            select from review.proposal as p
            where p.tenant_id = new.tenant_id and p.proposal_id = new.lift_proposal_id and p.kind = 'lift_brake'
              and p.object = new.brake_id::text and p.state = 'confirmed' and p.answered_by = new.lifted_by) then
        raise exception 'the platform''s brake takes two' using errcode = 'check_violation', constraint = 'the_platforms_brake_takes_two';
    end if;
    return new;
end
$$;
create trigger lifted_by_two before insert or update of lifted_at on intake.brake
    for each row execute function intake.lifted_by_two();
