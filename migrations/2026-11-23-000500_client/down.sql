drop view registry.active_client;
drop table registry.credential, registry.entitled_tool, registry.entitlement, registry.pinned_document,
    registry.client;
drop function registry.two_live_credentials(), registry.tell_token_plane(), registry.only_what_was_approved(),
    registry.not_beyond_its_approval();
