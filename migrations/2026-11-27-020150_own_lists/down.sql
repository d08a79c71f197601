alter table intake.listing drop constraint staff_keep_their_lines;
alter table intake.listing drop constraint a_tenant_blocks_for_a_season;
