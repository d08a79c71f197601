alter table registry.integration drop constraint integration_origin_check;
alter table registry.integration add constraint integration_origin_check
    check (origin in ('portal', 'quarantine', 'approval', 'token', 'open'));
alter table review.access_request drop constraint access_request_origin_check;
alter table review.access_request add constraint access_request_origin_check
    check (origin in ('portal', 'quarantine', 'approval', 'token', 'open'));
drop table review.trusted_domain;
