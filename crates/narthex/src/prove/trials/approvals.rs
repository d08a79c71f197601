//! How an approval must not come about. Each try is the usual way with one thing changed; the usual way itself is
//! the control. They need a transaction without savepoints each: an approval is complete with its transaction.

use crate::prove::refusal::Control::{self, Given, Key, Rule};
use crate::prove::refusal::instead;
use crate::prove::report::{Outcome, Report};
use crate::prove::role::Role;
use crate::prove::stage::Stage;

/// From decision to client, in the usual way.
const APPROVED: &str = "
    insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id,
            decided_by, rule, reason, payload_hash, at)
        values ($A, 'production', $A.fresh_decision, $A.fresh_request, 1, 'approve', $P, $A.staff, null, 'Fine',
            sha256('payload'), now());
    update review.access_request set state = 'approved' where request_id = $A.fresh_request;
    insert into review.approval (tenant_id, environment, approval_id, integration_id, request_id, version, run_id, verdict,
            decision_id, offer_id, at, expires_at)
        values ($A, 'production', $A.fresh_approval, $A.integration, $A.fresh_request, 1, $A.fresh_run, 'needs_person',
            $A.fresh_decision, null, now(), now() + interval '1 year');
    insert into review.approval_scope (tenant_id, environment, approval_id, integration_id, request_id, version, scope)
        values ($A, 'production', $A.fresh_approval, $A.integration, $A.fresh_request, 1, $A.scope);
    insert into review.approval_tool (tenant_id, environment, approval_id, integration_id, request_id, version, resource_id,
            tool, scope, schema_hash)
        values ($A, 'production', $A.fresh_approval, $A.integration, $A.fresh_request, 1, $A.resource, $A.tool, $A.scope,
            sha256('schema'));
    insert into review.approval_host (tenant_id, environment, approval_id, host, proof_id)
        values ($A, 'production', $A.fresh_approval, $A.host, $A.proof);
    set constraints all immediate;
    insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version, approval_id, state,
            metadata, created_at, changed_at, expires_at)
        values ($A, 'production', $A.new, $A.integration, $A.fresh_request, 1, $A.fresh_approval, 'active', '{}', now(),
            now(), now());";

/// What turns the usual way into one by an offer that leaves out a scope and a tool.
const BY_OFFER: &[(&str, &str)] = &[
    ("'approve', $P", "'offer', $P"),
    ("update review.access_request set state = 'approved' where request_id = $A.fresh_request;", "
    update review.access_request set state = 'offered' where request_id = $A.fresh_request;
    insert into review.offer (tenant_id, environment, offer_id, request_id, version, decision_id, created_at, expires_at)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.fresh_decision, now(), now() + interval '14 days');
    insert into review.offer_scope (tenant_id, environment, offer_id, request_id, version, scope)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.scope);
    insert into review.offer_tool (tenant_id, environment, offer_id, request_id, version, resource_id, tool)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.resource, $A.tool);
    update review.offer set state = 'accepted', accepted_as = 'tenant', answered_by = $A.owner where offer_id = $A.fresh_offer;
    update review.access_request set state = 'approved' where request_id = $A.fresh_request;"),
    ("$A.fresh_decision, null, now()", "$A.fresh_decision, $A.fresh_offer, now()"),
];

/// One try: the usual way, some text in it replaced.
struct Twist {
    what: &'static str,
    by_offer: bool,
    edits: &'static [(&'static str, &'static str)],
    by: Control,
}

const fn twist(
    what: &'static str,
    edits: &'static [(&'static str, &'static str)],
    by: Control,
) -> Twist {
    Twist {
        what,
        by_offer: false,
        edits,
        by,
    }
}

const fn offer_twist(
    what: &'static str,
    edits: &'static [(&'static str, &'static str)],
    by: Control,
) -> Twist {
    Twist {
        what,
        by_offer: true,
        edits,
        by,
    }
}

const DENIED: &str = "
    insert into review.policy_run (tenant_id, environment, run_id, request_id, version, verdict, policy_version, rules, at)
        values ($A, 'production', $A.deny_run, $A.fresh_request, 1, 'deny', '1', '{first}', now() + interval '1 second');
    insert into review.decision";
const EXPIRED: &str = "
    insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
        values ($A, $A.expired_proof, $A.domain, $A.host, 'dns_txt', 'seen', now(), now(), $A.order);
    insert into review.decision";
const HOST: &str = "
    insert into review.approval_host (tenant_id, environment, approval_id, host, proof_id)
        values ($A, 'production', $A.fresh_approval, $A.host, $A.proof);";
const SCOPE_LAST: &str = "$A.fresh_request, 1, $A.scope);\n    insert into review.approval_tool";
const UNAGREED_LAST: &str =
    "$A.fresh_request, 1, $A.unagreed_scope);\n    insert into review.approval_tool";
const UNASKED_LAST: &str =
    "$A.fresh_request, 1, $A.unasked_scope);\n    insert into review.approval_tool";
const APPROVE: &str = "insert into review.approval (";
const TOOL: &str = "$A.resource, $A.tool, $A.scope,\n            sha256('schema')";
const CHECKED: &str = "set constraints all immediate;";
const LATER: &str = "set constraints all immediate;
    insert into review.approval_scope (tenant_id, environment, approval_id, integration_id, request_id, version, scope)
        values ($A, 'production', $A.fresh_approval, $A.integration, $A.fresh_request, 1, $A.unagreed_scope);";
const DECIDE: &str = "\n    insert into review.decision (";
const DECIDED_EARLIER: &str = "\n    savepoint earlier; insert into review.decision (";
const DECIDED: &str = "sha256('payload'), now());";
const DECIDED_LATER: &str = "sha256('payload'), now()); release savepoint earlier;";
const WARNED: &str =
    "insert into review.warning (tenant_id, environment, decision_id, request_id, version, people)
        values ($A, 'production', $A.fresh_decision, $A.fresh_request, 1, 100);
    set constraints all immediate;";
/// What was written by another transaction carries another number, and so does what was written below a savepoint.
const EARLIER: &str = "savepoint earlier;
    insert into review.approval (";
const AFTERWARDS: &str = "$A.fresh_decision, null, now(), now() + interval '1 year');
    release savepoint earlier;";

/// A run that wants two people, in the place of the one that wants a person.
const WANTS_TWO: &str = "
    insert into review.policy_run (tenant_id, environment, run_id, request_id, version, verdict, policy_version, rules, at)
        values ($A, 'production', $A.deny_run, $A.fresh_request, 1, 'needs_two', '1', '{first}', now());
    insert into review.decision";
const GRAVE_TOO: &str = "$A.fresh_request, 1, $A.scope),
        ($A, 'production', $A.fresh_approval, $A.integration, $A.fresh_request, 1, $A.grave_scope);
    insert into review.approval_tool";
/// A second decision after the first; the people and the payloads are to be put in.
const CONFIRMED: &str = "
    update review.access_request set state = 'approved' where request_id = $A.fresh_request;
    insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id,
            decided_by, rule, reason, payload_hash, at)
        values ($A, 'production', $A.second_decision, $A.fresh_request, 1, 'confirm', $P, $A.staff, null, 'Fine too',
            sha256('payload'), now());";
const CONFIRMED_ON_ANOTHER: &str = "
    update review.access_request set state = 'approved' where request_id = $A.fresh_request;
    insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, decider_tenant_id,
            decided_by, rule, reason, payload_hash, at)
        values ($A, 'production', $A.second_decision, $A.fresh_request, 1, 'confirm', $P, $B.staff, null, 'Fine too',
            sha256('another payload'), now());";
const MOVED: &str = "\n    update review.access_request set state = 'approved' where request_id = $A.fresh_request;";
const OF_ONE: &str =
    "decision_id, offer_id, at, expires_at)\n        values ($A, 'production', $A.fresh_approval";
const OF_TWO: &str = "decision_id, second_decision_id, offer_id, at, expires_at)\n        values ($A, 'production', $A.fresh_approval";
const BY_ONE: &str = "$A.fresh_decision, null, now()";
const BY_TWO: &str = "$A.fresh_decision, $A.second_decision, null, now()";
const OFFERED: &str =
    "insert into review.offer_scope (tenant_id, environment, offer_id, request_id, version, scope)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.scope);";
const OFFERED_UNTIL: &str = "insert into review.offer_scope (tenant_id, environment, offer_id, request_id, version, scope, until)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.scope, now() + interval '30 days');";
const FOR_THE_SANDBOX: &str = "insert into review.offer_scope (tenant_id, environment, offer_id, request_id, version, scope)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.scope);
    insert into review.scope_remark (tenant_id, environment, offer_id, request_id, version, scope, sandbox_only, reason)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.scope, true, '');";
const GIVEN_TOOL: &str = "
    insert into review.approval_tool (tenant_id, environment, approval_id, integration_id, request_id, version, resource_id,
            tool, scope, schema_hash)
        values ($A, 'production', $A.fresh_approval, $A.integration, $A.fresh_request, 1, $A.resource, $A.tool, $A.scope,
            sha256('schema'));";

const TWISTS: &[Twist] = &[
    twist("decided by the person who asked", &[("$P, $A.staff", "$P, $A.owner")], Rule("not_by_who_asked")),
    twist("decided by the tenant itself", &[("$P, $A.staff", "$A, $A.owner")], Rule("by_the_platform_alone")),
    twist("decided by another tenant", &[("$P, $A.staff", "$B, $B.owner")], Rule("by_the_platform_alone")),
    twist("decided by nobody", &[("$P, $A.staff, null", "null, null, null")], Rule("a_person_or_a_named_rule")),
    twist("decided by a rule, where policy wants a person", &[("$P, $A.staff, null", "null, null, 'rule'")], Rule("a_person_where_policy_wants_one")),
    twist("decided by a person who is not there", &[("$P, $A.staff", "$P, $A.new")], Key("decision_decider_tenant_id_decided_by_fkey")),
    twist("while nobody answers for it", &[("\n    insert into review.decision", "\n    update tenant.member set state = 'left' where member_id = $A.owner; insert into review.decision")], Rule("approval_sponsor")),
    twist("without a decision", &[("$A.fresh_decision, null, now()", "null, null, now()")], Given("decision_id")),
    twist("by the decision of another case", &[("$A.fresh_decision, null, now()", "$A.decision, null, now()")], Key("approval_tenant_id_environment_decision_id_request_id_vers_fkey")),
    twist("by a decision that rejects", &[("'approve', $P", "'reject', $P")], Rule("approval_decision")),
    twist("of a case that was not approved", &[("state = 'approved'", "state = 'rejected'")], Rule("approval_request")),
    twist("without a run of the policy", &[("$A.fresh_run, 'needs", "null, 'needs")], Given("run_id")),
    twist("by the policy's run over another case", &[("$A.fresh_run, 'needs", "$A.run, 'needs")], Key("approval_tenant_id_environment_run_id_request_id_version_v_fkey")),
    twist("against a deny verdict", &[("\n    insert into review.decision", DENIED), ("$A.fresh_run, 'needs_person'", "$A.deny_run, 'deny'")], Rule("never_against_the_policy")),
    twist("calling a deny verdict an allow", &[("\n    insert into review.decision", DENIED), ("$A.fresh_run, 'needs_person'", "$A.deny_run, 'allow'")], Key("approval_tenant_id_environment_run_id_request_id_version_v_fkey")),
    twist("by an older run, denied since", &[("\n    insert into review.decision", DENIED)], Rule("approval_run")),
    twist("with a host that nobody proved", &[(HOST, "")], Rule("approval_proof")),
    twist("with a proof of another host", &[("$A.host, $A.proof", "'other.example', $A.proof")], Key("approval_host_tenant_id_proof_id_host_fkey")),
    twist("with a proof that is failing", &[("\n    insert into review.decision", "\n    update review.proof set state = 'failing'; insert into review.decision")], Rule("approval_proof")),
    twist("with a proof that has expired", &[("\n    insert into review.decision", EXPIRED), ("$A.host, $A.proof", "$A.host, $A.expired_proof")], Rule("approval_proof")),
    twist("with another tenant's proof", &[("$A.host, $A.proof", "$B.host, $B.proof")], Key("approval_host_tenant_id_proof_id_host_fkey")),
    twist("with a scope that nobody asked for", &[(SCOPE_LAST, UNASKED_LAST)], Key("approval_scope_tenant_id_environment_request_id_version_sc_fkey")),
    twist("with a tool that nobody asked for", &[("$A.resource, $A.tool", "$A.resource, $A.unasked_tool")], Key("approval_tool_tenant_id_environment_request_id_version_res_fkey")),
    twist("with a tool whose schema has changed since", &[(TOOL, "$A.resource, $A.tool, $A.scope,\n            sha256('other')")], Key("approval_tool_tenant_id_environment_request_id_version_res_fkey")),
    twist("with a scope put into the ask after the screening", &[("\n    insert into review.decision", "
    insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
        values ($A, 'production', $A.fresh_request, 1, $A.unasked_scope);
    insert into review.decision")], Rule("request_complete")),
    twist("with a scope added later", &[(APPROVE, EARLIER), ("$A.fresh_decision, null, now(), now() + interval '1 year');", AFTERWARDS)], Rule("approval_complete")),
    offer_twist("with a scope that was not offered", &[(SCOPE_LAST, UNAGREED_LAST)], Rule("approval_agreed")),
    offer_twist("with a tool that was not offered", &[("$A.resource, $A.tool, $A.scope", "$A.resource, $A.unagreed_tool, $A.scope")], Rule("approval_agreed")),
    offer_twist("with a scope that was not offered, once all was checked", &[(CHECKED, LATER)], Rule("approval_agreed")),
    offer_twist("with an offer that nobody accepted", &[("update review.offer set state = 'accepted', accepted_as = 'tenant', answered_by = $A.owner where offer_id = $A.fresh_offer;", "")], Rule("approval_offer")),
    offer_twist("with an offer accepted by nobody", &[("answered_by = $A.owner", "answered_by = null")], Rule("a_tenant_accepts_by_a_person")),
    offer_twist("with a scope put into the offer after the answer", &[(APPROVE, "insert into review.offer_scope (tenant_id, environment, offer_id, request_id, version, scope)
        values ($A, 'production', $A.fresh_offer, $A.fresh_request, 1, $A.unagreed_scope);
    insert into review.approval (")], Rule("offer_complete")),
    twist("with a warning of a client that is no address", &[(CHECKED, WARNED)], Rule("warning_of_an_address")),
    twist("with a warning added to the decision later", &[(DECIDE, DECIDED_EARLIER), (DECIDED, DECIDED_LATER), (CHECKED, WARNED)], Rule("decision_complete")),
    twist("by one person, where policy wants two", &[("\n    insert into review.decision", WANTS_TWO), ("$A.fresh_run, 'needs_person'", "$A.deny_run, 'needs_two'")], Rule("two_people_where_policy_wants_two")),
    twist("that deletes, on one person's word", &[(SCOPE_LAST, GRAVE_TOO)], Rule("approval_second")),
    twist("confirmed by who decided", &[(MOVED, CONFIRMED), (OF_ONE, OF_TWO), (BY_ONE, BY_TWO)], Rule("the_second_is_another")),
    twist("confirmed on another payload", &[(MOVED, CONFIRMED_ON_ANOTHER), (OF_ONE, OF_TWO), (BY_ONE, BY_TWO)], Rule("approval_second_payload")),
    offer_twist("for longer than was offered", &[(OFFERED, OFFERED_UNTIL)], Rule("approval_agreed")),
    offer_twist("of less than was offered", &[(GIVEN_TOOL, "")], Rule("approval_offered")),
    offer_twist("of what is for the sandbox alone", &[(OFFERED, FOR_THE_SANDBOX)], Rule("sandbox_only")),
    twist("on an offer, without the offer", &[("'approve', $P", "'offer', $P")], Rule("approval_decision")),
];

/// Tries each.
pub(in crate::prove) async fn run(
    stage: &Stage<'_>,
    report: &mut Report,
    part: &'static str,
) -> anyhow::Result<()> {
    let by_offer = edit(APPROVED, BY_OFFER)?;
    for (what, usual) in [
        ("a decision, an approval and a client", APPROVED),
        ("the same by an offer", &by_offer),
    ] {
        stage.set_again().await?;
        let tried = stage.perform(Role::Approval, usual).await?;
        report.controls += 1;
        let outcome = match tried {
            Ok(_) => Outcome::Holds("works".to_owned()),
            Err(_) => Outcome::Hole(format!("the tries prove nothing: {}", instead(&tried))),
        };
        report.push(part, what, Role::Approval.name(), outcome);
    }
    for twist in TWISTS {
        let usual = if twist.by_offer { &by_offer } else { APPROVED };
        let sql = edit(usual, twist.edits)?;
        stage.set_again().await?;
        let tried = stage.perform(Role::Approval, &sql).await?;
        report.tries += 1;
        let outcome = if twist.by.refused(&tried) {
            Outcome::Refused(twist.by.to_string())
        } else {
            Outcome::Hole(instead(&tried))
        };
        report.push(
            part,
            format!("an approval {}", twist.what),
            Role::Approval.name(),
            outcome,
        );
    }
    stage.set_again().await
}

/// Replaces each text once; a text that is not there is a mistake of this file.
fn edit(usual: &str, edits: &[(&str, &str)]) -> anyhow::Result<String> {
    edits.iter().try_fold(usual.to_owned(), |sql, (from, to)| {
        anyhow::ensure!(sql.contains(from), "nothing to replace: {from}");
        Ok(sql.replacen(from, to, 1))
    })
}
