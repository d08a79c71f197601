//! Who takes registrations sets no rule against floods and lifts none; brakes end as they were set.

use crate::prove::refusal::Control::{Grant, Rule};
use crate::prove::role::Role::{Approval, Discovery, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const LISTED: &str =
    "insert into intake.listing (tenant_id, listing_id, effect, per_minute, network, reason, author_tenant, author,
        author_name, created_at, expires_at)
    values ($A, $A.new, 'lane', 60, '192.0.2.0/24', 'Known', $P, $P, 'Prove', now(), now() + interval '1 day')";
const LIFTED: &str =
    "update intake.brake set lifted_by_tenant = $P, lifted_by = $A.staff, lifted_by_name = 'Prove',
    lifted_at = now() where brake_id = $A.brake";

const SPLIT: &str = "insert into intake.family_split
    (tenant_id, environment, fingerprint, network, split_fingerprint, reason, created_at, expires_at)
    values ($A, 'production', sha256('family'), '198.51.100.0/24', sha256('one'), 'one', now(), now() + interval '1 day')";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "splits a family by network",
        role: Discovery,
        sql: SPLIT,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "splits off a network that the log does not tell apart",
        role: Approval,
        sql: "insert into intake.family_split (tenant_id, environment, fingerprint, network, split_fingerprint, reason, created_at, expires_at)
            values ($A, 'production', sha256('family'), '198.51.100.7/32', sha256('one'), 'one', now(), now() + interval '1 day')",
        by: Rule("family_split_network_check"),
        but: This(SPLIT),
    },
    Trial {
        what: "gives a network a lane of its own",
        role: Discovery,
        sql: LISTED,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "takes a line off the block list",
        role: Discovery,
        sql: "update intake.listing set ended_by_tenant = $P, ended_by = $A.staff, ended_by_name = 'Prove',
            ended_at = now() where listing_id = $A.listing",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "lifts a brake",
        role: Discovery,
        sql: LIFTED,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "reads who is blocked",
        role: Token,
        sql: "select from intake.listing",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "lifts, as the tenant, a brake that staff set",
        role: Approval,
        sql: "update intake.brake set lifted_by_tenant = $A, lifted_by = $A.owner, lifted_by_name = 'Prove',
            lifted_at = now() where brake_id = $A.brake",
        by: Rule("staff_keep_their_brakes"),
        but: This(LIFTED),
    },
    Trial {
        what: "lets a brake end earlier",
        role: Approval,
        sql: "update intake.brake set ends_at = ends_at - interval '1 minute' where brake_id = $A.brake",
        by: Rule("brakes_move_on"),
        but: This("update intake.brake set ends_at = ends_at + interval '1 minute' where brake_id = $A.brake"),
    },
    Trial {
        what: "keeps a brake on for longer than a week",
        role: Approval,
        sql: "update intake.brake set ends_at = set_at + interval '8 days' where brake_id = $A.brake",
        by: Rule("a_brake_ends"),
        but: This("update intake.brake set ends_at = set_at + interval '7 days' where brake_id = $A.brake"),
    },
    Trial {
        what: "blocks half of the world",
        role: Approval,
        sql: "insert into intake.listing (tenant_id, listing_id, effect, network, reason, author_tenant, author,
                author_name, created_at, expires_at)
            values ($A, $A.new, 'block', '0.0.0.0/1', 'All', $P, $P, 'Prove', now(), now() + interval '1 day')",
        by: Rule("listing_network_check"),
        but: This(LISTED),
    },
];
