drop trigger lifted_by_two on intake.brake;
drop function intake.lifted_by_two();
revoke update on intake.brake from narthex_approval;
alter table intake.brake add column proposed_by_tenant uuid, add column proposed_by uuid, add column proposed_by_name text,
    add column proposed_at timestamptz;
comment on column intake.brake.proposed_by is 'Who wants to lift the platform''s brake; somebody else has to.';
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table intake.brake disable trigger brakes_move_on;
update intake.brake as b set proposed_by_tenant = p.proposed_by_tenant, proposed_by = p.proposed_by,
        proposed_by_name = p.proposed_by_name, proposed_at = p.proposed_at
    from review.proposal as p where p.tenant_id = b.tenant_id and p.proposal_id = b.lift_proposal_id;
alter table intake.brake enable trigger brakes_move_on;
alter table intake.brake drop constraint brake_lift_proposal;
alter table intake.brake drop column lift_proposal_id;
grant update (ends_at, proposed_by_tenant, proposed_by, proposed_by_name, proposed_at,
    lifted_by_tenant, lifted_by, lifted_by_name, lifted_at) on intake.brake to narthex_approval;
alter table intake.brake add constraint a_proposal_is_whole
    check (num_nulls(proposed_by_tenant, proposed_by, proposed_by_name, proposed_at) in (0, 4));
alter table intake.brake add constraint the_platforms_brake_takes_two check (
    tenant_id <> '00000000-0000-7000-8000-000000000001' or lifted_at is null
    or (proposed_by is not null and proposed_by <> lifted_by));
drop table review.proposal;
