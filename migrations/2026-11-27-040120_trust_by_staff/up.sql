-- Two people of the platform can trust a domain for a tenant, with a person of the tenant who answers for it. One of the
-- platform can end any trust: taking away needs no second person.
alter table review.trusted_domain add column proposal_id uuid;
alter table review.trusted_domain add column ended_by_staff uuid;
alter table review.trusted_domain add column ended_by_staff_name text;
comment on column review.trusted_domain.proposal_id is 'The proposal by which two people of the platform trust it; null where the sponsor does.';
comment on column review.trusted_domain.ended_by_staff is 'The person of the platform who ended it.';
select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', true);
alter table review.trusted_domain add constraint trust_proposal foreign key (tenant_id, proposal_id) references review.proposal;
create unique index one_trust_of_a_proposal on review.trusted_domain (tenant_id, proposal_id);
alter table review.trusted_domain drop constraint an_end_is_somebodys;
alter table review.trusted_domain add constraint an_end_is_somebodys check (
    num_nonnulls(ended_by, ended_by_staff) = case when ended_at is null then 0 else 1 end
    and num_nulls(ended_by_staff, ended_by_staff_name) in (0, 2));
grant insert (proposal_id), update (ended_by_staff, ended_by_staff_name) on review.trusted_domain to narthex_approval;

-- What names a proposal is exactly what somebody else confirmed.
create function review.trusted_by_two() returns trigger
    language plpgsql as $$
begin
    if new.proposal_id is not null and not exists (
            select from review.proposal as p
            where p.tenant_id = new.tenant_id and p.proposal_id = new.proposal_id and p.kind = 'trust_domain'
              and p.state = 'confirmed' and p.change ->> 'environment' = new.environment
              and p.change ->> 'domain' = new.domain and (p.change ->> 'sponsor')::uuid = new.sponsor_id
              and (p.change ->> 'until')::timestamptz = new.expires_at) then
        raise exception 'staff trust a domain by two' using errcode = 'check_violation', constraint = 'trust_takes_two';
    end if;
    return new;
end
$$;
create trigger trusted_by_two before insert on review.trusted_domain
    for each row execute function review.trusted_by_two();
