-- Staff of the platform: one who decides, and one who is also the owner of the throw-away tenant. As narthex_approval.
insert into tenant.member (tenant_id, member_id, email, name, created_at) values
    ($P, $T.staff, 'staff@' || $T.host || '.invalid', 'Prove', now()),
    ($P, $T.owner, 'owner@' || $T.host || '.invalid', 'Prove', now());
insert into tenant.membership (tenant_id, member_id, role, granted_at) values
    ($P, $T.staff, 'reviewer', now()),
    ($P, $T.owner, 'reviewer', now());
