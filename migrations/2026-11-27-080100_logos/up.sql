-- Logos: the pictures at the addresses that cases and clients name, fetched by discovery when approval orders it, drawn
-- anew and shown from our own origin. One that became another picture is not shown to people before the client is
-- approved again.
alter table intake.fetch_order
    add column url text check (url ~* '^https://' and char_length(url) <= 2048),
    drop constraint fetch_order_kind_check,
    add constraint fetch_order_kind_check check (kind in ('domain_proof', 'document', 'logo')),
    drop constraint an_order_says_where,
    add constraint an_order_says_where check (case kind
        when 'domain_proof' then num_nonnulls(domain_id, host) = 2 and num_nulls(environment, client_id, url) = 3
        when 'document' then num_nulls(domain_id, host, url) = 3 and environment is not null and client_id like 'https://%'
        else num_nulls(domain_id, host, client_id) = 3 and num_nonnulls(environment, url) = 2 end);
comment on column intake.fetch_order.url is 'Where a logo is, as the metadata of a case or client say.';
create unique index one_open_order_per_logo on intake.fetch_order (tenant_id, environment, url)
    where answered_at is null and kind = 'logo';
grant select (url) on intake.fetch_order to narthex_discovery;
grant insert (url) on intake.fetch_order to narthex_approval;

create table intake.logo (
    tenant_id uuid not null,
    environment text not null,
    url text not null check (url ~* '^https://' and char_length(url) <= 2048),
    image bytea check (octet_length(image) between 1 and 65536),
    image_hash bytea check (octet_length(image_hash) = 32),
    shape bytea check (octet_length(shape) = 32),
    fetched_at timestamptz,
    changed_at timestamptz,
    looked_at timestamptz not null,
    refusal text check (char_length(refusal) <= 500),
    primary key (tenant_id, environment, url),
    foreign key (tenant_id, environment) references tenant.environment,
    constraint a_picture_is_whole check (num_nulls(image, image_hash, fetched_at) in (0, 3)),
    constraint a_shape_is_of_a_picture check (shape is null or image is not null),
    constraint a_look_has_an_end check (image is not null or refusal is not null)
);
comment on table intake.logo is 'The picture at the address of a logo, as discovery drew it anew; a failed look takes nothing from what is there.';
comment on column intake.logo.image is 'A PNG of our own making, 96 pixels at most on a side; no byte of the original.';
comment on column intake.logo.image_hash is 'SHA-256 of the image: its name on our origin, and how it is recognised at another tenant.';
comment on column intake.logo.shape is 'SHA-256 over the coarse shape of the drawing: the same when it is packed anew. Null when there is too little in it.';
comment on column intake.logo.changed_at is 'When another picture was found at the address than the one before; null while it is the first.';
comment on column intake.logo.refusal is 'Why the last look found no picture; null when it found one.';
call tenant.isolate('intake.logo');
call tenant.admit_staff('intake.logo');
grant select, insert (tenant_id, environment, url, image, image_hash, shape, fetched_at, looked_at, refusal),
    update (image, image_hash, shape, fetched_at, looked_at, refusal) on intake.logo to narthex_discovery;
grant select on intake.logo to narthex_approval, narthex_token;
create index logos_by_hash on intake.logo (image_hash) where image_hash is not null;
create index logos_by_shape on intake.logo (shape) where shape is not null;

-- Whoever looks cannot forget to say that the picture is another one.
create function intake.note_another_picture() returns trigger
    language plpgsql as $$
begin
    if old.image_hash is not null and new.image_hash is distinct from old.image_hash then
        new.changed_at := new.fetched_at;
    end if;
    return new;
end
$$;
create trigger note_another_picture before update on intake.logo
    for each row execute function intake.note_another_picture();

-- What people want is looked at soon.
create function intake.tell_of_ask() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_ask', new.tenant_id || ' ' || new.environment || ' ' || new.client_id);
    return null;
end
$$;
create trigger tell_approval after insert on intake.ask
    for each row execute function intake.tell_of_ask();

-- Which addresses shall be looked at, again and again: those of clients that have not ended, and of what waits and is
-- wanted by people.
create view intake.wanted_logo with (security_invoker) as
    select c.tenant_id, c.environment, one.url
        from registry.client as c
        cross join lateral (select value as url from jsonb_each_text(c.metadata)
            where key ~ '^logo_uri(#|$)' order by key limit 4) as one
        where c.state not in ('expired', 'revoked')
    union
    select q.tenant_id, q.environment, one.url
        from intake.quarantine as q
        cross join lateral (select value as url from jsonb_each_text(q.metadata)
            where key ~ '^logo_uri(#|$)' order by key limit 4) as one
        where q.state = 'quarantined' and exists (select from intake.ask as a
            where a.tenant_id = q.tenant_id and a.environment = q.environment and a.client_id = q.client_id);
comment on view intake.wanted_logo is 'The addresses of logos that are looked at again each day.';
grant select on intake.wanted_logo to narthex_staff;

-- From a client to the hosts that its approval rests on: a logo at another host is shown to nobody before it.
grant select (tenant_id, environment, approval_id, host) on review.approval_host to narthex_token;

-- A picture is recognised at another tenant like a key or a host.
create policy directory on intake.logo for select to narthex_directory using (true);
grant usage on schema intake to narthex_directory;
grant select (tenant_id, image_hash, shape) on intake.logo to narthex_directory;
create or replace function review.seen_elsewhere(wanted bytea[]) returns bytea[]
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select coalesce(array_agg(distinct hash), '{}') from (
            select tenant_id, hash from review.mark union all select tenant_id, hash from review.verified_name
            union all select tenant_id, image_hash from intake.logo union all select tenant_id, shape from intake.logo
        ) as shown
        where hash = any (wanted) and tenant_id <> (select tenant.current_tenant()) $$;
