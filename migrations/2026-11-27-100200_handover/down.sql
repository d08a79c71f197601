drop index registry.integration_of_sponsor;
drop trigger a_sponsor_accepts on registry.integration;
drop function registry.a_sponsor_accepts();
drop table registry.handover;
comment on column registry.restriction.about is 'The host, where the cause is a proof.';
alter table registry.restriction drop constraint it_says_what_it_is_about;
alter table registry.restriction add constraint a_proof_is_of_a_host check ((cause = 'proof') = (about <> ''));
alter table registry.restriction drop constraint restriction_cause_check;
alter table registry.restriction add constraint restriction_cause_check check (cause in ('document', 'silence', 'blocked', 'proof'));
