drop function issue.ended(uuid, text, text[]);
revoke select (grant_id) on issue."grant" from narthex_directory;
revoke select (tenant_id, environment, jti) on issue.revocation from narthex_staff;
drop policy staff_reads on issue.revocation;
revoke select (tenant_id, environment, jti) on issue.revocation from narthex_approval;
