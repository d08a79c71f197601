drop table issue.signed_out;
revoke update (approval_id, claims) on issue.consent from narthex_token;
alter table issue.consent drop column claims;
alter table issue.consent drop column approval_id;
drop index issue.grant_member;
drop index issue.grant_session;
alter table issue."grant" drop column claims;
alter table issue."grant" drop column session_id;
