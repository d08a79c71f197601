revoke select (tenant_id, environment, client_id, redirect_uri, redeemed_at) on issue.authorization_code from narthex_approval;
drop trigger keys_of_its_own on registry.client;
drop function registry.keys_of_its_own();
drop table review.promotion;
drop function review.promotes_its_own();
