alter table issue.refresh_token drop column dpop_jkt;
alter table issue.authorization_code drop column dpop_jkt;
