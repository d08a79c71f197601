-- Who of the platform is looking at a case, so that two people do not do the same work. It keeps nobody from deciding.
create table review.assignment (
    tenant_id uuid not null,
    environment text not null,
    request_id uuid not null,
    version integer not null,
    taker_tenant_id uuid not null,
    taken_by uuid not null,
    taken_at timestamptz not null,
    primary key (tenant_id, environment, request_id, version),
    foreign key (tenant_id, environment, request_id, version) references review.access_request,
    foreign key (taker_tenant_id, taken_by) references tenant.member,
    constraint taken_by_the_platform check (taker_tenant_id = '00000000-0000-7000-8000-000000000001')
);
comment on table review.assignment is 'A person of the platform is looking at a case.';
call tenant.isolate('review.assignment');
call tenant.admit_staff('review.assignment');
grant select, insert, update (taken_by, taken_at), delete on review.assignment to narthex_approval;
