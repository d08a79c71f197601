drop table tenant.registration_limits;
