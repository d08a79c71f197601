alter table intake.deferral drop column vouched_by, drop column statement;
drop trigger tell_discovery on tenant.statement_issuer;
drop function tenant.tell_of_statement_issuer();
drop table intake.statement_keys;
-- Of every tenant.
alter table tenant.statement_issuer no force row level security;
delete from tenant.statement_issuer where jwks is null;
alter table tenant.statement_issuer force row level security;
alter table tenant.statement_issuer drop column jwks_uri, alter column jwks set not null;
