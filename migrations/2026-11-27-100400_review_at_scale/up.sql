-- What the queue and a case's page ask for, found without looking at everybody else's: measured with a hundred thousand
-- requests.
create index review_oldest on review.access_request (submitted_at, request_id);
create index request_of_integration on review.access_request (tenant_id, integration_id);
create index finding_failed on review.finding (request_id, version) where outcome = 'fail';
create index run_of_case on review.policy_run (tenant_id, environment, request_id, version);
create index decision_of_case on review.decision (tenant_id, environment, request_id, version);
create index decision_newest on review.decision (at);
create index offer_of_case on review.offer (tenant_id, environment, request_id, version);
create index approval_of_integration on review.approval (tenant_id, integration_id);
create index client_of_case on registry.client (tenant_id, environment, request_id);
create index entry_about on ledger.entry (tenant_id, object);
