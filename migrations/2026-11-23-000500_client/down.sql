drop view registry.active_client;
alter table intake.initial_access_token drop constraint token_of_a_client;
drop table registry.credential, registry.entitled_tool, registry.entitlement, registry.pinned_document,
    registry.client;
drop function registry.two_live_credentials(), registry.tell_token_plane(), registry.only_what_was_approved(),
    registry.not_beyond_its_approval(), registry.name_the_parent(), registry.follows_its_parent(), registry.tokens_follow(),
    registry.not_beyond_its_parent(), registry.no_child_keeps_it();
