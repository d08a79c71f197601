drop table tenant.token_policy;
