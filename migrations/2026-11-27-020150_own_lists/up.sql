-- A tenant's own block list: it blocks, for a season, and what staff listed stays theirs to take off.
alter table intake.listing add constraint a_tenant_blocks_for_a_season check (
    author_tenant = '00000000-0000-7000-8000-000000000001'
    or (effect = 'block' and expires_at <= created_at + interval '90 days'));
alter table intake.listing add constraint staff_keep_their_lines check (
    ended_at is null or author_tenant <> '00000000-0000-7000-8000-000000000001' or ended_by_tenant = author_tenant);
