alter table tenant.api_answer alter constraint api_answer_tenant_id_fkey not deferrable;
drop function tenant.find(text);
alter table tenant.tenant
    drop constraint the_platform_goes_on,
    drop constraint frozen_for_a_reason,
    drop column frozen_because;
