-- Back-channel logout: the token plane signs what is to be told and can reach nobody; the discovery plane's process goes out and
-- can sign nothing. A notice is what one hands to the other.
create table issue.logout_notice (
    tenant_id uuid not null,
    environment text not null,
    notice_id uuid not null,
    client_id text not null,
    uri text not null check (char_length(uri) between 1 and 2048),
    logout_token text,
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'refused', 'lapsed')),
    tries integer not null default 0 check (tries >= 0),
    outcome text check (char_length(outcome) <= 200),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, notice_id),
    foreign key (tenant_id, environment, client_id) references registry.client,
    constraint a_token_waits_and_no_longer check ((state = 'waiting') = (logout_token is not null)),
    constraint a_notice_is_short_lived check (expires_at > created_at and expires_at <= created_at + interval '5 minutes')
);
comment on table issue.logout_notice is 'A client is to hear that somebody signed out (OpenID Connect Back-Channel Logout 1.0): signed by the token plane, told by discovery.';
comment on column issue.logout_notice.logout_token is 'Kept until it was told, and no longer.';
comment on column issue.logout_notice.outcome is 'How the last try ended, for people.';
call tenant.isolate('issue.logout_notice');
grant select (tenant_id, environment, client_id, expires_at), insert, delete on issue.logout_notice to narthex_token;
grant select, update (state, tries, outcome, logout_token) on issue.logout_notice to narthex_discovery;
create trigger arrows before insert or update on issue.logout_notice
    for each row execute function tenant.follow_arrows('>waiting', 'waiting>delivered', 'waiting>refused', 'waiting>lapsed');
create function issue.tell_of_logout() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('narthex_logout', new.tenant_id || ' ' || new.notice_id);
    return null;
end
$$;
create trigger tell_discovery_plane after insert on issue.logout_notice
    for each row execute function issue.tell_of_logout();
