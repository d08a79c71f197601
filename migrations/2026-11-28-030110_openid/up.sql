-- What OpenID Connect adds to what the token plane remembers: the session and the claims of a grant, under which approval
-- somebody consented, and where a session was signed out.
alter table issue."grant" add column session_id uuid;
alter table issue."grant" add column claims jsonb;
comment on column issue."grant".session_id is 'The session in which the person allowed it: the sid of its ID tokens.';
comment on column issue."grant".claims is 'The claims that the client asked for one by one (OpenID Connect Core section 5.5); null for none.';
create index grant_session on issue."grant" (tenant_id, environment, session_id);
create index grant_member on issue."grant" (tenant_id, environment, member_id);

alter table issue.consent add column approval_id uuid;
alter table issue.consent add column claims jsonb;
comment on column issue.consent.approval_id is 'The approval of the client that it was given under: after another one, nothing that was allowed before answers for the person.';
comment on column issue.consent.claims is 'The claims that were allowed one by one.';
grant update (approval_id, claims) on issue.consent to narthex_token;

create table issue.signed_out (
    tenant_id uuid not null,
    environment text not null,
    session_id uuid not null,
    at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, environment, session_id),
    foreign key (tenant_id, environment) references tenant.environment
);
comment on table issue.signed_out is 'Sessions of people that ended at one issuer of their tenant and may go on at the other.';
call tenant.isolate('issue.signed_out');
grant select, insert, delete on issue.signed_out to narthex_token;
