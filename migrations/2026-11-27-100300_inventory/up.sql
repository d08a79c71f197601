-- Everything that a tenant has, one line a client, and one for an integration without any: who answers for it, how it
-- proves itself, when that was last used, what it may reach. And how a person likes to look at it.
create view registry.inventory with (security_invoker) as
    select i.tenant_id, t.slug, t.name as tenant, i.integration_id, i.name, i.operator, i.created_at as since, i.sponsor_id,
           m.name as sponsor, m.state is not distinct from 'active' as answered,
           c.environment, c.client_id, c.state, c.created_at, c.expires_at,
           coalesce(c.environment || ' ' || c.client_id, '') as line,
           coalesce((c.metadata -> 'redirect_uris')::text, '') as addresses,
           coalesce(c.metadata ->> 'token_endpoint_auth_method', '') as auth_method,
           k.live, k.oldest, u.used, e.scopes, coalesce(o.tools, 0) as tools
    from registry.integration as i
    join tenant.tenant as t on t.tenant_id = i.tenant_id
    left join tenant.member as m on m.tenant_id = i.tenant_id and m.member_id = i.sponsor_id
    left join registry.client as c on c.tenant_id = i.tenant_id and c.integration_id = i.integration_id
    left join lateral (select count(*) as live, min(k.created_at) as oldest from registry.credential as k
        where k.tenant_id = c.tenant_id and k.environment = c.environment and k.client_id = c.client_id
          and k.state in ('active', 'retiring') and k.expires_at > now()) as k on true
    left join lateral (select max(u.at) as used from issue.last_used as u
        where u.tenant_id = c.tenant_id and u.environment = c.environment and u.client_id = c.client_id) as u on true
    left join lateral (select string_agg(e.scope, ' ' order by e.scope) as scopes from registry.entitlement as e
        where e.tenant_id = c.tenant_id and e.environment = c.environment and e.client_id = c.client_id) as e on true
    left join lateral (select count(*) as tools from registry.entitled_tool as o
        where o.tenant_id = c.tenant_id and o.environment = c.environment and o.client_id = c.client_id) as o on true;
grant select on registry.inventory to narthex_approval, narthex_staff;
create index integration_newest on registry.integration (created_at desc, integration_id desc);
create index integration_by_name on registry.integration (name, integration_id);
create index client_by_end on registry.client (expires_at, integration_id);
-- Staff see when a credential was last accepted, and nothing of what it proves.
call tenant.admit_staff('issue.last_used');

create table tenant.saved_view (
    tenant_id uuid not null,
    view_id uuid not null,
    member_id uuid not null,
    list text not null check (list in ('inventory')),
    name text not null check (char_length(name) between 1 and 120),
    query text not null check (char_length(query) between 1 and 2000),
    standard boolean not null default false,
    created_at timestamptz not null,
    primary key (tenant_id, view_id),
    unique (tenant_id, member_id, list, name),
    foreign key (tenant_id, member_id) references tenant.member
);
comment on table tenant.saved_view is 'Filters and order of a list that a person has given a name.';
comment on column tenant.saved_view.query is 'As it stands in the address; read again as any address is.';
comment on column tenant.saved_view.standard is 'The list opens with it for this person.';
create unique index one_standard_view on tenant.saved_view (tenant_id, member_id, list) where standard;
call tenant.isolate('tenant.saved_view');
grant select, insert, update (query, standard), delete on tenant.saved_view to narthex_approval;
