-- A family has one identifier, whoever calls. What comes from one network can be made a family of its own: from then on its
-- calls are known by the fingerprint and the network, and everything that is kept by fingerprint keeps them apart.
create table intake.family_split (
    tenant_id uuid not null,
    environment text not null,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    network cidr not null check (masklen(network) = case family(network) when 4 then 24 else 48 end),
    split_fingerprint bytea not null check (octet_length(split_fingerprint) = 32),
    reason text not null check (char_length(reason) between 1 and 2000),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, fingerprint, network),
    unique (tenant_id, environment, split_fingerprint),
    foreign key (tenant_id, environment, fingerprint) references intake.family,
    constraint another_family check (split_fingerprint <> fingerprint),
    constraint a_split_ends check (expires_at > created_at and expires_at <= created_at + interval '366 days')
);
comment on table intake.family_split is 'Calls of a family from one network are a family of their own until an end.';
comment on column intake.family_split.network is 'The callers'' /24 or /48, as the log has it.';
comment on column intake.family_split.split_fingerprint is 'What the calls from there are known by: SHA-256 over the fingerprint and the network.';
call tenant.isolate('intake.family_split');
call tenant.admit_staff('intake.family_split');
grant select (tenant_id, environment, fingerprint, network, expires_at) on intake.family_split to narthex_discovery;
grant select, insert, update (reason, created_at, expires_at) on intake.family_split to narthex_approval;
