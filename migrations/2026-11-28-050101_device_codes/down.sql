drop table issue.device_code;
