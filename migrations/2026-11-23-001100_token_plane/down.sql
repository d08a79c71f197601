drop trigger tell_token_plane on tenant.environment;
drop function tenant.tell_token_plane();
drop table issue.replay;
