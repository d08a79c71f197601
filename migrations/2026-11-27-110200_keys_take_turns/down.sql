revoke update (current_since) on issue.signing_key from narthex_token;
drop index issue.one_next_key;
alter table issue.signing_key drop column current_since;
