-- What an owner lowers of the budgets that strangers have at an environment's registration endpoint; never more than
-- the platform gives.
create table tenant.registration_limits (
    tenant_id uuid not null,
    environment text not null,
    calls_per_minute integer check (calls_per_minute between 1 and 120000),
    new_per_minute integer check (new_per_minute between 1 and 600),
    most_waiting integer check (most_waiting between 1 and 1000),
    waits_hours integer check (waits_hours between 1 and 72),
    changed_at timestamptz not null,
    primary key (tenant_id, environment),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table tenant.registration_limits is 'Budgets of an environment''s registration endpoint that its owner lowered; null is what the platform gives.';
call tenant.isolate('tenant.registration_limits');
call tenant.admit_staff('tenant.registration_limits');
grant select on tenant.registration_limits to narthex_discovery;
grant select, insert, update (calls_per_minute, new_per_minute, most_waiting, waits_hours, changed_at)
    on tenant.registration_limits to narthex_approval;
