-- What the signature of a trusted issuer counts for: software statements, tokens of workloads that clients are, or whom
-- people of the tenant let act for them. A software statement has no type and no audience of its own: whoever signs those
-- signs nothing else that counts here, or any token of a workload would be one.
alter table tenant.statement_issuer
    add column counts_for text[] not null default '{statements}',
    add constraint it_counts_for_something check (counts_for = array['statements'] or (cardinality(counts_for) > 0 and counts_for <@ array['workloads', 'people'])),
    add constraint a_trust_domain_has_workloads check (issuer ~* '^https://' or (issuer ~ '^spiffe://' and counts_for = array['workloads']));
comment on table tenant.statement_issuer is 'Whose signatures an environment believes, and for what: software statements (RFC 7591 2.3), tokens of workloads (RFC 7521), or whom people let act for them (ID-JAG).';
comment on column tenant.statement_issuer.counts_for is 'What it is believed about; a signature for one thing is worth nothing for another.';
grant update (counts_for) on tenant.statement_issuer to narthex_approval;
grant select on tenant.statement_issuer, intake.statement_keys to narthex_token;

-- The keys stand in what the token plane remembers of the clients that are such workloads.
create trigger tell_token_plane after insert or update or delete on tenant.statement_issuer
    for each row execute function registry.tell_of_environment('narthex_catalogue');
-- Only other keys are news: a look that finds the same, which strangers can cause, drops nothing from that memory.
create trigger tell_token_plane after update on intake.statement_keys
    for each row when (old.keys is distinct from new.keys) execute function registry.tell_of_environment('narthex_catalogue');
create trigger tell_token_plane_of_the_end after delete on intake.statement_keys
    for each row when (old.keys is not null) execute function registry.tell_of_environment('narthex_catalogue');

create index client_workload on registry.client (tenant_id, environment, (metadata -> 'workload_identity' ->> 'issuer'))
    where metadata ? 'workload_identity';
