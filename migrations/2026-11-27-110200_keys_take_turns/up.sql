-- Keys of an issuer take turns: since when one signs, and one that waits for its turn at most.
alter table issue.signing_key add column current_since timestamptz;
comment on column issue.signing_key.current_since is 'Since when it signs, or signed; null for one that never did, and for one that has signed since it was made.';
create unique index one_next_key on issue.signing_key (tenant_id, environment, algorithm) where state = 'next';
grant update (current_since) on issue.signing_key to narthex_token;
