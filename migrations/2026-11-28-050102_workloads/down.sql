drop index registry.client_workload;
drop trigger tell_token_plane on intake.statement_keys;
drop trigger tell_token_plane on tenant.statement_issuer;
revoke select on tenant.statement_issuer, intake.statement_keys from narthex_token;
comment on table tenant.statement_issuer is 'Whose software statements an environment believes (RFC 7591 2.3).';
alter table tenant.statement_issuer
    drop constraint a_trust_domain_has_workloads,
    drop constraint it_counts_for_something,
    drop column counts_for;
