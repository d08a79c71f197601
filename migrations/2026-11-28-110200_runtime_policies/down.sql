drop trigger tell_token_plane on review.policy_version;
drop function review.tell_of_policy();
drop view review.published_policy;
revoke select (tenant_id, number, state, source) on review.policy_version from narthex_token;
alter policy published on review.policy_version to narthex_approval;
