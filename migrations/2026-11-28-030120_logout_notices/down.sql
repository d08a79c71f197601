drop table issue.logout_notice;
drop function issue.tell_of_logout();
