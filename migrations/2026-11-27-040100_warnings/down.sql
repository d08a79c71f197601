drop function issue.allowed(uuid, text, text, timestamptz);
drop function issue.connected(uuid, text, text, timestamptz);
drop policy directory on issue."grant";
revoke select (tenant_id, environment, client_id, member_id, created_at, expires_at, ended_at) on issue."grant" from narthex_directory;
revoke usage on schema issue from narthex_directory;
drop index issue.grants_of_a_client;
revoke select (tenant_id, environment, approval_id, decision_id, at) on review.approval from narthex_token;
drop table review.warning;
drop function review.warns_of_an_address();
