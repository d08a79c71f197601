-- Domains whose clients with documents a tenant trusts: in the sandbox they are let in by a named rule, in production
-- they become a case that says so. A person decides production all the same.
create table review.trusted_domain (
    tenant_id uuid not null,
    environment text not null,
    trust_id uuid not null,
    domain text not null check (domain ~ '^[a-z0-9.-]{3,253}$'),
    sponsor_id uuid not null,
    reason text not null check (char_length(reason) <= 2000),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_by uuid,
    ended_at timestamptz,
    primary key (tenant_id, environment, trust_id),
    foreign key (tenant_id, environment) references tenant.environment,
    foreign key (tenant_id, sponsor_id) references tenant.member,
    foreign key (tenant_id, ended_by) references tenant.member,
    constraint trust_ends check (expires_at > created_at and expires_at <= created_at + interval '366 days'),
    constraint production_says_why check (environment <> 'production' or char_length(reason) > 0),
    constraint an_end_is_somebodys check ((ended_by is null) = (ended_at is null))
);
comment on table review.trusted_domain is 'A registrable domain whose clients with documents a tenant trusts, until when, and who answers for them.';
create unique index one_trust_per_domain on review.trusted_domain (tenant_id, environment, domain) where ended_at is null;
call tenant.isolate('review.trusted_domain');
call tenant.admit_staff('review.trusted_domain');
grant select, insert (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at, expires_at),
    update (ended_by, ended_at) on review.trusted_domain to narthex_approval;

alter table review.access_request drop constraint access_request_origin_check;
alter table review.access_request add constraint access_request_origin_check
    check (origin in ('portal', 'quarantine', 'approval', 'token', 'open', 'trust'));
alter table registry.integration drop constraint integration_origin_check;
alter table registry.integration add constraint integration_origin_check
    check (origin in ('portal', 'quarantine', 'approval', 'token', 'open', 'trust'));
