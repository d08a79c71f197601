drop table issue.pushed_request;
