//! How a client of the sandbox must not come to production, and nobody to answering for what they never agreed to.

use crate::prove::refusal::Control::{Key, Rule};
use crate::prove::role::Role::Approval;
use crate::prove::trial::But::This;
use crate::prove::trial::Trial;

/// A second case of the promoted client's integration.
const ANOTHER: &str = "insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, 'portal', '{}', sha256('payload'), $A.owner, now());
    insert into review.promotion (tenant_id, environment, request_id, from_client_id, readiness, at)
    values ($A, 'production', $A.new, $A.sandbox_client, '[]', now())";

/// What must be impossible.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "promotes a client by a case of another integration",
        role: Approval,
        sql: "insert into review.promotion (tenant_id, environment, request_id, from_client_id, readiness, at)
    values ($A, 'production', $A.fresh_request, $A.sandbox_client, '[]', now())",
        by: Rule("promotes_its_own"),
        but: This(ANOTHER),
    },
    Trial {
        what: "promotes a client that is suspended",
        role: Approval,
        sql: "update registry.client set state = 'suspended' where client_id = $A.sandbox_client;
    insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, 'portal', '{}', sha256('payload'), $A.owner, now());
    insert into review.promotion (tenant_id, environment, request_id, from_client_id, readiness, at)
    values ($A, 'production', $A.new, $A.sandbox_client, '[]', now())",
        by: Rule("promotes_its_own"),
        but: This(ANOTHER),
    },
    Trial {
        what: "promotes a client of another tenant",
        role: Approval,
        sql: "insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin,
        metadata, payload_hash, requested_by, created_at)
    values ($A, 'production', $A.new, 1, $A.other_integration, 'portal', '{}', sha256('payload'), $A.owner, now());
    insert into review.promotion (tenant_id, environment, request_id, from_client_id, readiness, at)
    values ($A, 'production', $A.new, $B.sandbox_client, '[]', now())",
        by: Key("promoted_from"),
        but: This(ANOTHER),
    },
    Trial {
        what: "promotes a client of production",
        role: Approval,
        sql: "insert into review.promotion (tenant_id, environment, request_id, from_environment, from_client_id, readiness, at)
    values ($A, 'production', $A.draft_request, 'production', $A.client, '[]', now())",
        by: Rule("promotion_from_environment_check"),
        but: This(ANOTHER),
    },
    Trial {
        what: "lets a client of production work with a key of the sandbox",
        role: Approval,
        sql: "insert into review.mark (tenant_id, environment, request_id, version, kind, hash)
        values ($A, 'production', $A.request, 1, 'key', sha256('sandbox key'));
    update registry.client set request_id = request_id where client_id = $A.client",
        by: Rule("keys_of_its_own"),
        but: This("insert into review.mark (tenant_id, environment, request_id, version, kind, hash)
        values ($A, 'production', $A.request, 1, 'logo', sha256('sandbox key'));
    update registry.client set request_id = request_id where client_id = $A.client"),
    },
    Trial {
        what: "has somebody answer for an integration who has not said so",
        role: Approval,
        sql: "update registry.integration set sponsor_id = $A.user where integration_id = $A.integration",
        by: Rule("a_sponsor_accepts"),
        but: This("update registry.handover set state = 'accepted', answered_at = now() where handover_id = $A.handover;
    update registry.integration set sponsor_id = $A.user where integration_id = $A.integration"),
    },
    Trial {
        what: "has somebody answer for an integration who has left",
        role: Approval,
        sql: "update registry.handover set state = 'accepted', answered_at = now() where handover_id = $A.handover;
    update tenant.member set state = 'left' where member_id = $A.user;
    update registry.integration set sponsor_id = $A.user where integration_id = $A.integration",
        by: Rule("a_sponsor_accepts"),
        but: This("update registry.handover set state = 'accepted', answered_at = now() where handover_id = $A.handover;
    update registry.integration set sponsor_id = $A.user where integration_id = $A.integration"),
    },
];
