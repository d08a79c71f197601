drop table tenant.api_answer;
drop table tenant.api_token;
