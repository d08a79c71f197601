//! Every state machine: each arrow that is meant can be walked, each that is not is refused, wherever it begins.

use std::collections::{BTreeSet, VecDeque};

use narthex_vocab::{
    ClaimState, ClientState, CredentialState, DeferralState, DomainState, QuarantineState,
    RequestState,
};

use super::refusal::{Control, instead};
use super::report::{Outcome, Report};
use super::role::Role;
use super::stage::Stage;

const PART: &str = "State machines";

/// One machine, and the row of the scene that is moved.
struct Machine {
    table: &'static str,
    role: Role,
    row: &'static str,
    /// The row's state in the scene.
    from: &'static str,
    /// Each `>first` and `from>to` that is meant.
    arrows: fn() -> Vec<String>,
    /// What else a move writes.
    with: &'static str,
}

const MACHINES: &[Machine] = &[
    Machine {
        table: "tenant.tenant",
        role: Role::Approval,
        row: "tenant_id = $A",
        from: "active",
        arrows: || words(">active active>frozen frozen>active"),
        with: ", frozen_because = case when $to = 'frozen' then 'An incident.' end",
    },
    Machine {
        table: "tenant.member",
        role: Role::Approval,
        row: "member_id = $A.user",
        from: "active",
        arrows: || words(">active active>left left>active"),
        with: "",
    },
    Machine {
        table: "registry.resource_credential",
        role: Role::Approval,
        row: "credential_id = $A.credential",
        from: "active",
        arrows: || words(">active active>revoked"),
        with: "",
    },
    Machine {
        table: "registry.domain",
        role: Role::Approval,
        row: "domain_id = $A.domain",
        from: "verified",
        arrows: || DomainState::arrows().collect(),
        with: ", failing_since = case when $to = 'failing' then now() end",
    },
    Machine {
        table: "intake.quarantine",
        role: Role::Approval,
        row: "client_id = $A.stranger",
        from: "quarantined",
        arrows: || QuarantineState::arrows().collect(),
        with: "",
    },
    Machine {
        table: "intake.deferral",
        role: Role::Approval,
        row: "deferral_id = $A.deferral",
        from: "pending",
        arrows: || DeferralState::arrows().collect(),
        with: ", approver = $A.user, request_id = $A.draft_request, version = 1, client_id = $A.client, \
               answer = case when $to = 'answered' then sha256('sealed') end",
    },
    Machine {
        table: "review.access_request",
        role: Role::Approval,
        row: "request_id = $A.draft_request",
        from: "draft",
        arrows: || RequestState::arrows().collect(),
        with: "",
    },
    Machine {
        table: "review.proposal",
        role: Role::Approval,
        row: "proposal_id = $A.proposal",
        from: "proposed",
        arrows: || {
            words(
                ">proposed proposed>confirmed proposed>refused proposed>withdrawn proposed>lapsed proposed>void confirmed>done",
            )
        },
        with: ", answered_by_tenant = case when $to in ('confirmed', 'done', 'refused', 'withdrawn') then $P::uuid end, \
               answered_by = case when $to in ('confirmed', 'done', 'refused') then $A.owner::uuid \
                   when $to = 'withdrawn' then $A.staff::uuid end, \
               answered_by_name = case when $to in ('confirmed', 'done', 'refused', 'withdrawn') then 'Prove' end, \
               answered_at = case when $to in ('confirmed', 'done', 'refused', 'withdrawn') then now() end",
    },
    Machine {
        table: "review.policy_version",
        role: Role::Approval,
        row: "tenant_id = $A and number = 1",
        from: "draft",
        arrows: || {
            words(">draft draft>proposed proposed>draft proposed>published published>retired")
        },
        with: ", proposal_id = $A.policy_proposal, \
               published_at = case when $to in ('published', 'retired') then now() end, \
               retired_at = case when $to = 'retired' then now() end",
    },
    Machine {
        table: "review.claim",
        role: Role::Approval,
        row: "claim_id = $A.claim",
        from: "open",
        arrows: || ClaimState::arrows().collect(),
        with: ", answered_by = case when $to in ('claimed', 'disowned') then $A.user::uuid end, \
               answered_at = case when $to in ('claimed', 'disowned') then now() end, \
               request_id = case when $to = 'claimed' then $A.request::uuid end, version = case when $to = 'claimed' then 1 end",
    },
    Machine {
        table: "review.offer",
        role: Role::Approval,
        row: "offer_id = $A.open_offer",
        from: "offered",
        arrows: || words(">offered offered>accepted offered>declined offered>lapsed"),
        with: ", accepted_as = case when $to = 'accepted' then 'registration' end",
    },
    Machine {
        table: "review.proof",
        role: Role::Approval,
        row: "proof_id = $A.proof",
        from: "verified",
        arrows: || words(">verified verified>failing failing>verified failing>lapsed"),
        with: "",
    },
    Machine {
        table: "registry.client",
        role: Role::Approval,
        row: "client_id = $A.client",
        from: "active",
        arrows: || ClientState::arrows().collect(),
        with: "",
    },
    Machine {
        table: "registry.credential",
        role: Role::Approval,
        row: "credential_id = $A.credential",
        from: "active",
        arrows: || CredentialState::arrows().collect(),
        with: "",
    },
    Machine {
        table: "issue.signing_key",
        role: Role::Token,
        row: "kid = $A.next_key",
        from: "next",
        arrows: || words(">next >current next>current current>retired next>retired"),
        with: "",
    },
    Machine {
        table: "issue.device_code",
        role: Role::Token,
        row: "code_hash = sha256('device')",
        from: "pending",
        arrows: || words(">pending pending>allowed pending>denied allowed>redeemed"),
        with: ", user_code_hash = case when $to = 'pending' then sha256('user code') end, \
               grant_id = case when $to in ('allowed', 'redeemed') then $A.consented::uuid end, \
               auth_time = case when $to in ('allowed', 'redeemed') then now() end",
    },
];

/// Tries every pair of states of every machine.
pub(super) async fn run(stage: &Stage<'_>, report: &mut Report) -> anyhow::Result<()> {
    for machine in MACHINES {
        let meant = (machine.arrows)();
        machine.compare(stage, &meant, report).await?;
        let arrows: BTreeSet<(&str, &str)> = meant
            .iter()
            .filter_map(|arrow| arrow.split_once('>'))
            .filter(|(from, _)| !from.is_empty())
            .collect();
        let states: BTreeSet<&str> = arrows.iter().flat_map(|(from, to)| [*from, *to]).collect();
        let (mut walked, mut refused, mut holes) = (0, 0, Vec::new());
        for from in &states {
            let Some(path) = path(&arrows, machine.from, from) else {
                continue;
            };
            for to in states.iter().filter(|to| *to != from) {
                let meant = arrows.contains(&(from, to));
                let moves: Vec<String> = path
                    .iter()
                    .chain([to])
                    .map(|to| machine.move_to(to))
                    .collect();
                let tried = stage.attempt(machine.role, "$A", &moves.join(";")).await?;
                let as_meant = if meant {
                    report.controls += 1;
                    walked += 1;
                    matches!(tried, Ok(1..))
                } else {
                    report.tries += 1;
                    refused += 1;
                    Control::Rule("follow_arrows").refused(&tried)
                };
                if !as_meant {
                    let word = if meant { "must work" } else { "must not work" };
                    holes.push(format!("{from} > {to} {word}: {}", instead(&tried)));
                }
            }
        }
        machine.say(report, (walked, refused), holes);
    }
    Ok(())
}

impl Machine {
    /// The arrows that the table's trigger was given are the ones that the product means, its beginnings too.
    async fn compare(
        &self,
        stage: &Stage<'_>,
        meant: &[String],
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let query = "select encode(tgargs, 'escape') from pg_trigger
            where tgrelid = $1::text::regclass and tgfoid = 'tenant.follow_arrows'::regproc";
        let row = stage.client.query_opt(query, &[&self.table]).await?;
        let kept: String = row.map(|row| row.get(0)).unwrap_or_default();
        let kept: BTreeSet<&str> = kept
            .split("\\000")
            .filter(|arrow| !arrow.is_empty())
            .collect();
        let meant: BTreeSet<&str> = meant.iter().map(String::as_str).collect();
        report.controls += 1;
        let differ: Vec<&str> = kept.symmetric_difference(&meant).copied().collect();
        if !differ.is_empty() {
            let what = format!("{}: has the product's arrows", self.table);
            let why = format!("only one of the two has {}", differ.join(", "));
            report.push(PART, what, self.role.name(), Outcome::Hole(why));
        }
        Ok(())
    }

    fn move_to(&self, to: &str) -> String {
        let Self {
            table, row, with, ..
        } = self;
        let with = with.replace("$to", &format!("'{to}'"));
        format!("update {table} set state = '{to}'{with} where {row}")
    }

    fn say(&self, report: &mut Report, (walked, refused): (usize, usize), holes: Vec<String>) {
        if holes.is_empty() {
            let what = format!(
                "{}: goes {refused} ways that are not meant ({walked} are)",
                self.table
            );
            let by = "rule follow_arrows".to_owned();
            report.push(PART, what, self.role.name(), Outcome::Refused(by));
        }
        for why in holes {
            let what = format!("{}: follows its arrows", self.table);
            report.push(PART, what, self.role.name(), Outcome::Hole(why));
        }
    }
}

fn words(arrows: &str) -> Vec<String> {
    arrows.split_ascii_whitespace().map(str::to_owned).collect()
}

/// The states to walk through from `start`, which is left out, to `goal`.
fn path<'a>(
    arrows: &BTreeSet<(&'a str, &'a str)>,
    start: &'a str,
    goal: &str,
) -> Option<Vec<&'a str>> {
    let mut open = VecDeque::from([(start, Vec::new())]);
    let mut seen = BTreeSet::from([start]);
    while let Some((at, path)) = open.pop_front() {
        if at == goal {
            return Some(path);
        }
        for (_, to) in arrows.iter().filter(|(from, _)| *from == at) {
            if seen.insert(to) {
                let mut path = path.clone();
                path.push(*to);
                open.push_back((to, path));
            }
        }
    }
    None
}
