-- Codes and refresh tokens that are bound to a key of the client (RFC 9449): nobody redeems one who does not prove it.
alter table issue.authorization_code add column dpop_jkt text check (dpop_jkt ~ '^[A-Za-z0-9_-]{43}$');
comment on column issue.authorization_code.dpop_jkt is 'The thumbprint (RFC 7638) of the key that the client named at the front door.';
alter table issue.refresh_token add column dpop_jkt text check (dpop_jkt ~ '^[A-Za-z0-9_-]{43}$');
comment on column issue.refresh_token.dpop_jkt is 'The thumbprint of the key that a public client proved when it got the first of these tokens.';
