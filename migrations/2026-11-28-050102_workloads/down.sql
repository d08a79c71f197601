drop index registry.client_workload;
drop trigger tell_token_plane_of_the_end on intake.statement_keys;
drop trigger tell_token_plane on intake.statement_keys;
drop trigger tell_token_plane on tenant.statement_issuer;
revoke select on tenant.statement_issuer, intake.statement_keys from narthex_token;
comment on table tenant.statement_issuer is 'Whose software statements an environment believes (RFC 7591 2.3).';
-- Who vouches for something else must not come to vouch for software. The owner of the tables sees them all for that.
alter table tenant.statement_issuer no force row level security;
delete from tenant.statement_issuer where counts_for <> array['statements'];
alter table tenant.statement_issuer force row level security;
alter table tenant.statement_issuer
    drop constraint a_trust_domain_has_workloads,
    drop constraint it_counts_for_something,
    drop column counts_for;
