drop trigger two_decided on review.approval;
drop function review.two_decided();
create or replace function review.name_the_people() returns trigger
    language plpgsql as $$
begin
    select requested_by into new.requested_by from review.access_request as r
        where r.tenant_id = new.tenant_id and r.environment = new.environment
          and r.request_id = new.request_id and r.version = new.version;
    select decided_by into new.decided_by from review.decision as d
        where d.tenant_id = new.tenant_id and d.environment = new.environment and d.decision_id = new.decision_id;
    return new;
end
$$;
alter table review.approval drop column second_by, drop column second_decision_id;
drop table review.second_wanted;
alter table review.decision drop constraint decision_kind_check;
alter table review.decision add constraint decision_kind_check
    check (kind in ('approve', 'offer', 'ask_for_changes', 'reject', 'reject_and_block'));
alter table review.policy_run drop constraint policy_run_verdict_check;
alter table review.policy_run add constraint policy_run_verdict_check
    check (verdict in ('allow', 'deny', 'needs_person'));
