//! Policies on top of the baseline: what was proposed stays, what is in force took two and was tried, and a tenant's is
//! nobody else's.

use crate::prove::refusal::Control::{Grant, Rule, Unique};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const PROPOSE: &str = "update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A";
const PUBLISH: &str = "update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A;
    update review.policy_version set state = 'published', published_at = now() where tenant_id = $A";
const REWRITE: &str =
    "update review.policy_version set source = '// something else' where tenant_id = $A";
const VERSIONS: &str = "select from review.policy_version";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "reads who wrote a policy",
        role: Token,
        sql: "select author_id from review.policy_version",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "reads policies that are written",
        role: Discovery,
        sql: VERSIONS,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "writes a policy",
        role: Discovery,
        sql: REWRITE,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "forgets a version of a policy",
        role: Approval,
        sql: "delete from review.policy_version where tenant_id = $A",
        by: Grant,
        but: This(REWRITE),
    },
    Trial {
        what: "says itself what the hash of a text is",
        role: Approval,
        sql: "update review.policy_version set hash = sha256('x') where tenant_id = $A",
        by: Grant,
        but: This(REWRITE),
    },
    Trial {
        what: "publishes a policy that nobody proposed",
        role: Approval,
        sql: "update review.policy_version set state = 'published', published_at = now(),
                proposal_id = $A.policy_proposal where tenant_id = $A",
        by: Rule("follow_arrows"),
        but: This(PUBLISH),
    },
    Trial {
        what: "publishes a policy that nobody confirmed",
        role: Approval,
        sql: "insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason,
                proposed_by_tenant, proposed_by, proposed_by_name, proposed_at, expires_at)
            values ($A, $A.new, 'publish_policy', '1',
                jsonb_build_object('hash', encode(sha256('// nothing'), 'hex')), sha256('new'), 'New', $A, $A.owner, 'Owner',
                now(), now() + interval '72 hours');
            update review.policy_version set state = 'proposed', proposal_id = $A.new where tenant_id = $A;
            update review.policy_version set state = 'published', published_at = now() where tenant_id = $A",
        by: Rule("publishing_takes_two"),
        but: This(PUBLISH),
    },
    Trial {
        what: "publishes another text than was confirmed",
        role: Approval,
        sql: "update review.policy_version set source = '// something else' where tenant_id = $A;
            update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A",
        by: Rule("proposed_by_its_proposal"),
        but: This(PROPOSE),
    },
    Trial {
        what: "changes a text after it was proposed",
        role: Approval,
        sql: "update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A;
            update review.policy_version set source = '// something else' where tenant_id = $A",
        by: Rule("a_version_stays"),
        but: This(REWRITE),
    },
    Trial {
        what: "changes a text that is in force",
        role: Approval,
        sql: "update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A;
            update review.policy_version set state = 'published', published_at = now() where tenant_id = $A;
            update review.policy_version set source = '// something else' where tenant_id = $A",
        by: Rule("a_version_stays"),
        but: This(REWRITE),
    },
    Trial {
        what: "proposes a text that nobody tried",
        role: Approval,
        sql: "update review.simulation set hash = sha256('// an earlier text') where tenant_id = $A;
            update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A",
        by: Rule("tried_before_proposed"),
        but: This(PROPOSE),
    },
    Trial {
        what: "writes two versions of a policy at once",
        role: Approval,
        sql: "insert into review.policy_version (tenant_id, number, source, note, author_id, author_name, created_at, changed_at)
            values ($A, 2, '', 'Another', $A.owner, 'Owner', now(), now())",
        by: Unique("one_open_policy"),
        but: This("update review.policy_version set state = 'proposed', proposal_id = $A.policy_proposal where tenant_id = $A;
            update review.policy_version set state = 'published', published_at = now() where tenant_id = $A;
            insert into review.policy_version (tenant_id, number, source, note, author_id, author_name, created_at, changed_at)
            values ($A, 2, '', 'Another', $A.owner, 'Owner', now(), now())"),
    },
    Trial {
        what: "has staff publish a tenant's policy while another of the tenant could",
        role: Approval,
        sql: "insert into tenant.membership (tenant_id, member_id, role, granted_at) values ($A, $A.user, 'manager', now());
            insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason,
                proposed_by_tenant, proposed_by, proposed_by_name, proposed_at, expires_at)
            values ($A, $A.new, 'publish_policy', '1',
                jsonb_build_object('hash', encode(sha256('// nothing'), 'hex')), sha256('new'), 'New', $A, $A.owner, 'Owner',
                now(), now() + interval '72 hours');
            update review.policy_version set state = 'proposed', proposal_id = $A.new where tenant_id = $A;
            update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.staff,
                answered_by_name = 'Prove', answered_at = now() where proposal_id = $A.new;
            update review.policy_version set state = 'published', published_at = now() where tenant_id = $A",
        by: Rule("publishing_takes_two"),
        but: This("insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason,
                proposed_by_tenant, proposed_by, proposed_by_name, proposed_at, expires_at)
            values ($A, $A.new, 'publish_policy', '1',
                jsonb_build_object('hash', encode(sha256('// nothing'), 'hex')), sha256('new'), 'New', $A, $A.owner, 'Owner',
                now(), now() + interval '72 hours');
            update review.policy_version set state = 'proposed', proposal_id = $A.new where tenant_id = $A;
            update review.proposal set state = 'confirmed', answered_by_tenant = $P, answered_by = $A.staff,
                answered_by_name = 'Prove', answered_at = now() where proposal_id = $A.new;
            update review.policy_version set state = 'published', published_at = now() where tenant_id = $A"),
    },
    Trial {
        what: "proposes, as staff, the policy of a tenant",
        role: Approval,
        sql: "insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason,
                proposed_by_tenant, proposed_by, proposed_by_name, proposed_at, expires_at)
            values ($A, $A.new, 'publish_policy', '9', '{}', sha256('new'), 'New', $P, $A.staff, 'Prove', now(),
                now() + interval '72 hours')",
        by: Rule("by_the_platform_alone"),
        but: This("insert into review.proposal (tenant_id, proposal_id, kind, object, change, payload_hash, reason,
                proposed_by_tenant, proposed_by, proposed_by_name, proposed_at, expires_at)
            values ($A, $A.new, 'publish_policy', '9', '{}', sha256('new'), 'New', $A, $A.owner, 'Owner', now(),
                now() + interval '72 hours')"),
    },
];
