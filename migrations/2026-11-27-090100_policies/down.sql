select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table review.proposal drop constraint by_the_platform_alone;
alter table review.proposal add constraint by_the_platform_alone check (proposed_by_tenant = '00000000-0000-7000-8000-000000000001'
        and coalesce(answered_by_tenant, proposed_by_tenant) = proposed_by_tenant);
drop index review.runs_by_time;
alter table review.policy_run drop column facts, drop column platform_policy, drop column tenant_policy;
drop table review.simulation;
drop table review.policy_version;
drop function review.policy_moves();
