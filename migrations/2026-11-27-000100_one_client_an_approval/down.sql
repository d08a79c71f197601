alter table registry.client drop constraint client_one_approval;
