-- Where a session is, so that its person can recognise it; and what opens an account whose authenticator is lost.
alter table tenant.session
    add column source text not null default '' check (length(source) <= 64),
    add column agent text not null default '' check (length(agent) <= 64);
comment on column tenant.session.source is 'The network it began from, as the person reads it in the list of their sessions.';
comment on column tenant.session.agent is 'Browser and system as a short name made here, never what the browser sent.';

create table tenant.recovery_code (
    tenant_id uuid not null,
    member_id uuid not null,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    created_at timestamptz not null,
    used_at timestamptz check (used_at >= created_at),
    primary key (tenant_id, member_id, code_hash),
    foreign key (tenant_id, member_id) references tenant.member
);
comment on table tenant.recovery_code is 'Codes that take the place of a one-time code, once each; stored as keyed hashes.';
call tenant.isolate('tenant.recovery_code');
grant select, insert, update (used_at), delete on tenant.recovery_code to narthex_approval;

-- An invitation can be ended, and whoever came too late can say so.
alter table tenant.invitation
    add column ended_at timestamptz,
    add column asked_again_at timestamptz,
    add constraint invitation_accepted_or_ended check (accepted_at is null or ended_at is null);
comment on column tenant.invitation.ended_at is 'When it was taken back, or another took its place.';
comment on column tenant.invitation.asked_again_at is 'When the invited person asked for a new one, after its end.';
grant update (ended_at, asked_again_at) on tenant.invitation to narthex_approval;
