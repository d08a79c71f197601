//! Two throw-away tenants, A and B, with a row in every table, written by the service roles in the usual way. All of
//! it happens in one transaction that is rolled back: nobody else ever sees it.

use super::role::Role;

/// The names of the rows, as `$A.client`: each is a UUID of its tenant's own.
const NAMES: &[&str] = &[
    "address_approval",
    "address_decision",
    "address_request",
    "address_run",
    "api_token",
    "approval",
    "ask",
    "attempt",
    "brake",
    "claim",
    "client",
    "consented",
    "credential",
    "decision",
    "deferral",
    "deny_run",
    "domain",
    "draft_request",
    "event",
    "expired_proof",
    "fresh_approval",
    "fresh_decision",
    "fresh_offer",
    "fresh_request",
    "fresh_run",
    "grave_scope",
    "handover",
    "host",
    "initial_access",
    "integration",
    "invitation",
    "key",
    "limited_approval",
    "limited_client",
    "limited_decision",
    "limited_request",
    "limited_run",
    "listing",
    "look",
    "mail",
    "new",
    "next_key",
    "notice",
    "offer",
    "open_decision",
    "open_offer",
    "open_order",
    "order",
    "other_domain",
    "other_integration",
    "owner",
    "parked",
    "password_reset",
    "policy_proposal",
    "portal_session",
    "proof",
    "proposal",
    "provider",
    "request",
    "resource",
    "run",
    "sandbox_approval",
    "sandbox_client",
    "sandbox_decision",
    "sandbox_request",
    "sandbox_resource",
    "sandbox_run",
    "sandbox_scope",
    "saved_view",
    "scope",
    "second_decision",
    "spare_approval",
    "spare_decision",
    "spare_request",
    "spare_run",
    "staff",
    "stranger",
    "stream",
    "third",
    "token",
    "tool",
    "trust",
    "unagreed_scope",
    "unagreed_tool",
    "unasked_scope",
    "unasked_tool",
    "user",
    "user_session",
];

const PLATFORM: &str = "00000000-0000-7000-8000-000000000001";

/// One part of the scene.
pub(super) struct Step {
    /// What it shows to work.
    pub(super) what: &'static str,
    /// As whom.
    pub(super) role: Role,
    /// Within which tenant.
    pub(super) tenant: &'static str,
    /// How.
    pub(super) sql: &'static str,
}

/// The scene of one tenant, in order.
pub(super) const STEPS: &[Step] = &[
    Step {
        what: "the platform takes on staff",
        role: Role::Approval,
        tenant: "$P",
        sql: include_str!("scene/platform.sql"),
    },
    Step {
        what: "a tenant sets up its environments, catalogue and domain",
        role: Role::Approval,
        tenant: "$T",
        sql: include_str!("scene/tenant.sql"),
    },
    Step {
        what: "a stranger registers and waits in quarantine; a host is looked at",
        role: Role::Discovery,
        tenant: "$T",
        sql: include_str!("scene/stranger.sql"),
    },
    Step {
        what: "a case is asked, screened, offered, accepted, and made a client",
        role: Role::Approval,
        tenant: "$T",
        sql: include_str!("scene/case.sql"),
    },
    Step {
        what: "a client of the sandbox is promoted",
        role: Role::Approval,
        tenant: "$T",
        sql: include_str!("scene/promotion.sql"),
    },
    Step {
        what: "the client wishes for another registration; keys of an issuer are looked for",
        role: Role::Discovery,
        tenant: "$T",
        sql: include_str!("scene/afterwards.sql"),
    },
    Step {
        what: "a person consents and a token leaves",
        role: Role::Token,
        tenant: "$T",
        sql: include_str!("scene/tokens.sql"),
    },
];

/// Which throw-away tenant `$T` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    A,
    B,
}

/// Puts the rows' names into a statement: `$A` is tenant A, `$A.client` its client, `$P` the platform. A name that
/// nobody has stays as it is, and PostgreSQL refuses it.
pub(super) fn fill(sql: &str, which: Which) -> String {
    let mut parts = sql.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((uuid, rest)) = name(part, which) {
            filled.push('\'');
            filled.push_str(&uuid);
            filled.push('\'');
            filled.push_str(rest);
        } else {
            filled.push('$');
            filled.push_str(part);
        }
    }
    filled
}

fn name(part: &str, which: Which) -> Option<(String, &str)> {
    let (letter, rest) = part.split_at_checked(1)?;
    let tenant = match (letter, which) {
        ("P", _) => return Some((PLATFORM.to_owned(), rest)),
        ("A", _) | ("T", Which::A) => "0000000a",
        ("B", _) | ("T", Which::B) => "0000000b",
        _ => return None,
    };
    let (number, rest) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(rest) => {
            let end = rest
                .find(|c: char| c != '_' && !c.is_ascii_lowercase())
                .unwrap_or(rest.len());
            let (name, rest) = rest.split_at(end);
            (NAMES.iter().position(|known| *known == name)? + 1, rest)
        }
    };
    Some((format!("{tenant}-0000-7000-8000-{number:012x}"), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_uuids_of_their_tenant() {
        assert_eq!(
            fill("$T, $B.ask, $P) $A.nobody", Which::A),
            "'0000000a-0000-7000-8000-000000000000', '0000000b-0000-7000-8000-000000000007', \
             '00000000-0000-7000-8000-000000000001') $A.nobody"
        );
    }
}
