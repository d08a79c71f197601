//! Mail that waits may carry a link that lets somebody in: the approval plane alone reads it, nobody keeps it, and no new password
//! is set twice by one link.

use crate::prove::refusal::Control::{Grant, Rule, Unique};
use crate::prove::role::Role::{Approval, Discovery, Staff, Token};
use crate::prove::trial::But::{As, This};
use crate::prove::trial::Trial;

const READS: &str = "select content_sealed from tenant.mail";
const SENT: &str = "update tenant.mail set state = 'sent', content_sealed = null, ended_at = now()";
const USED: &str = "update tenant.password_reset set used_at = now()";
const ASKED: &str =
    "insert into tenant.password_reset (tenant_id, reset_id, email, created_at, expires_at)
    values ($A, $A.new, 'owner@example.com', now(), now() + interval '30 minutes')";

/// The tries.
pub(in crate::prove) const TRIALS: &[Trial] = &[
    Trial {
        what: "reads mail on its way",
        role: Staff,
        sql: READS,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "reads mail on its way",
        role: Token,
        sql: READS,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "reads mail on its way",
        role: Discovery,
        sql: READS,
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "sends a mail to somebody else",
        role: Approval,
        sql: "update tenant.mail set recipient = 'evil@example.com'",
        by: Grant,
        but: This(SENT),
    },
    Trial {
        what: "loses a mail that waits",
        role: Approval,
        sql: "delete from tenant.mail",
        by: Rule("waiting_mail_is_kept"),
        but: This(SENT),
    },
    Trial {
        what: "keeps what a delivered mail said",
        role: Approval,
        sql: "update tenant.mail set state = 'sent', ended_at = now()",
        by: Rule("content_waits_and_no_longer"),
        but: This(SENT),
    },
    Trial {
        what: "writes mail to two people at once",
        role: Approval,
        sql: "insert into tenant.mail (tenant_id, mail_id, kind, recipient, content_sealed, created_at, due_at, until)
    values ($A, $A.new, 'invitation', e'a@example.com\\r\\nBcc: b@example.com', sha256('mail'), now(), now(), now() + interval '1 day')",
        by: Rule("mail_recipient_check"),
        but: This(SENT),
    },
    Trial {
        what: "reads who asked for a new password",
        role: Staff,
        sql: "select email from tenant.password_reset",
        by: Grant,
        but: As(Approval),
    },
    Trial {
        what: "sets a new password for somebody else by a link",
        role: Approval,
        sql: "update tenant.password_reset set member_id = $A.user",
        by: Rule("a_reset_happens_once"),
        but: This(USED),
    },
    Trial {
        what: "gives a link that works for days",
        role: Approval,
        sql: "insert into tenant.password_reset (tenant_id, reset_id, email, created_at, expires_at)
    values ($A, $A.new, 'owner@example.com', now(), now() + interval '2 days')",
        by: Rule("a_reset_is_short_lived"),
        but: This(ASKED),
    },
    Trial {
        what: "keeps who asked after the answer",
        role: Approval,
        sql: "update tenant.password_reset set email = 'owner@example.com'",
        by: Rule("a_reset_is_answered_whole"),
        but: This(USED),
    },
    Trial {
        what: "tells people twice that something ends",
        role: Approval,
        sql: "insert into review.reminder (tenant_id, kind, about, ends_at, days_before, at)
    select tenant_id, kind, about, ends_at, days_before, now() from review.reminder",
        by: Unique("reminder_pkey"),
        but: This(
            "insert into review.reminder (tenant_id, kind, about, ends_at, days_before, at)
    select tenant_id, kind, about, ends_at, 2, now() from review.reminder",
        ),
    },
    Trial {
        what: "has a step come anew that people were told of",
        role: Approval,
        sql: "update review.reminder set days_before = 2",
        by: Grant,
        but: This("delete from review.reminder"),
    },
];
