drop trigger trusted_by_two on review.trusted_domain;
drop function review.trusted_by_two();
revoke insert (proposal_id), update (ended_by_staff, ended_by_staff_name) on review.trusted_domain from narthex_approval;
alter table review.trusted_domain drop constraint an_end_is_somebodys;
-- Who of the platform ended a trust has no place any more: its sponsor stands for them.
alter table review.trusted_domain no force row level security;
update review.trusted_domain set ended_by = sponsor_id where ended_by_staff is not null;
alter table review.trusted_domain force row level security;
alter table review.trusted_domain add constraint an_end_is_somebodys check ((ended_by is null) = (ended_at is null));
alter table review.trusted_domain drop constraint trust_proposal;
drop index review.one_trust_of_a_proposal;
alter table review.trusted_domain drop column proposal_id, drop column ended_by_staff, drop column ended_by_staff_name;
