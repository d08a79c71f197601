//! A property of the whole machine: whatever people do to a case, in whatever order and at the same moment, nothing works
//! in production that was not approved by who had to, with every host proved and exactly what was agreed.

use chrono::Duration;
use narthex_approval::{
    answer_offer::{AnswerOffer, answer_offer},
    confirm::{Confirm, confirm},
    decide::{Decide, Outcome, decide},
    expire::expire,
    prose::{Reason, ScopeReason},
    reach::Ask,
    request::RequestRef,
    revise::{Revise, revise},
    withdraw::{Withdraw, withdraw},
};
use narthex_tenancy::{
    StoreError, TenantTx, ambient,
    permission::{Action, Person, Role},
};
use narthex_vocab::{Environment, Id};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::company::{Company, HOSTED, LOOPBACK, by, metadata};

const PRODUCTION: Environment = Environment::Production;
const SCOPES: &str = "notes:read notes:write notes:delete";

/// Something that somebody does to the newest version of the case.
#[derive(Debug, Clone, Copy)]
enum Step {
    Approve,
    OfferReading,
    OfferDeleting,
    AskForChanges,
    Reject,
    /// The tenant answers the newest offer.
    Answer(bool),
    /// Who decided first, or another person, confirms or refuses.
    Confirm {
        another: bool,
        yes: bool,
    },
    Withdraw,
    Revise {
        hosted: bool,
    },
    /// Time passes: this many hours.
    Expire(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Approve),
        2 => Just(Step::OfferReading),
        3 => Just(Step::OfferDeleting),
        1 => Just(Step::AskForChanges),
        1 => Just(Step::Reject),
        4 => any::<bool>().prop_map(Step::Answer),
        6 => (any::<bool>(), any::<bool>()).prop_map(|(another, yes)| Step::Confirm { another, yes }),
        1 => Just(Step::Withdraw),
        2 => any::<bool>().prop_map(|hosted| Step::Revise { hosted }),
        1 => (1_i64..400).prop_map(Step::Expire),
    ]
}

/// Each turn is one step, or two at the same moment.
fn turns() -> impl Strategy<Value = (bool, Vec<(Step, Option<Step>)>)> {
    let turn = (step(), proptest::option::weighted(0.4, step()));
    let hosted = proptest::bool::weighted(0.2);
    let turns = proptest::collection::vec(turn, 1..8);
    // What is left open at the end is approved by who has to: most orders that end nothing lead to a client.
    (hosted, turns).prop_map(|(hosted, mut turns)| {
        let confirm = Step::Confirm {
            another: true,
            yes: true,
        };
        turns.extend([(Step::Approve, None), (confirm, None)]);
        (hosted, turns)
    })
}

/// What must not be there: a client that works in production without what it needs.
const WRONG: &str = "
    select c.client_id || ': ' || case
        when a.approval_id is null then 'no approval'
        when a.decided_by is null or a.decided_by = a.requested_by then 'nobody else decided'
        when a.verdict = 'deny' then 'against the policy'
        when a.verdict = 'needs_two' and a.second_by is null then 'one person where the policy wants two'
        when a.second_by = a.decided_by or a.second_by = a.requested_by then 'one person counts twice'
        when a.second_by is null and exists (select from registry.entitlement as e join registry.scope as s
            using (tenant_id, environment, scope) where e.client_id = c.client_id and s.risk in ('delete', 'admin'))
            then 'it deletes on one word'
        when exists (select from review.hosts_of(c.metadata) as h where not exists (select from review.approval_host as p
            where p.approval_id = a.approval_id and p.host = h)) then 'a host is not proved'
        when a.offer_id is not null and exists (select from registry.entitlement as e where e.client_id = c.client_id
            and not exists (select from review.offer_scope as o where o.offer_id = a.offer_id and o.scope = e.scope))
            then 'more than was offered'
        when r.state <> 'approved' then 'its case is ' || r.state
        end
    from registry.client as c
    left join review.approval as a using (tenant_id, environment, approval_id)
    left join review.access_request as r on r.request_id = a.request_id and r.version = a.version
    where c.environment = 'production' and c.state in ('awaiting_credentials', 'active', 'restricted')
        and (a.approval_id is null or a.decided_by is null or a.decided_by = a.requested_by or a.verdict = 'deny'
            or (a.verdict = 'needs_two' and a.second_by is null) or a.second_by = a.decided_by
            or a.second_by = a.requested_by or r.state <> 'approved'
            or (a.second_by is null and exists (select from registry.entitlement as e join registry.scope as s
                using (tenant_id, environment, scope)
                where e.client_id = c.client_id and s.risk in ('delete', 'admin')))
            or exists (select from review.hosts_of(c.metadata) as h where not exists (select from review.approval_host as p
                where p.approval_id = a.approval_id and p.host = h))
            or (a.offer_id is not null and exists (select from registry.entitlement as e where e.client_id = c.client_id
                and not exists (select from review.offer_scope as o
                    where o.offer_id = a.offer_id and o.scope = e.scope))))";

/// How many clients there are, and by how many second people.
const REACHED: &str =
    "select (select count(*) from registry.client where environment = 'production'),
    (select count(*) from review.approval where second_by is not null)";

struct Bench {
    company: Company,
    first: RequestRef,
}

impl Bench {
    async fn new(hosted: bool) -> Self {
        let company = Company::new().await;
        let all = company.reach(PRODUCTION, SCOPES, &["list_notes", "delete_note"]);
        let address = if hosted { HOSTED } else { LOOPBACK };
        let partner = metadata("Partner", address, "none");
        let sent = company.onboard(partner, &[(PRODUCTION, all)]).await;
        let first = sent.unwrap().requests[0].request;
        Self { company, first }
    }

    async fn newest(&self) -> RequestRef {
        let administrator = self.company.place.administrator().await;
        let version = "select max(version) from review.access_request";
        let version = administrator.query_one(version, &[]).await.unwrap().get(0);
        RequestRef {
            version,
            ..self.first
        }
    }

    async fn id<K>(&self, sql: &str) -> Option<Id<K>> {
        let administrator = self.company.place.administrator().await;
        let row = administrator.query_opt(sql, &[]).await.unwrap()?;
        let text: String = row.get(0);
        Some(Id::from_uuid(text.parse().unwrap()))
    }

    /// Does it, whether it can be done or not; a failure of the store is a defect.
    async fn take(&self, step: Step) {
        let at = self.newest().await;
        match step {
            Step::Approve => self.decide(at, Outcome::Approve).await,
            Step::OfferReading => {
                let reach = self
                    .company
                    .reach(PRODUCTION, "notes:read", &["list_notes"]);
                self.decide(at, Outcome::Offer(reach.into())).await;
            }
            Step::OfferDeleting => {
                let scopes = "notes:read notes:delete";
                let reach = self.company.reach(PRODUCTION, scopes, &["delete_note"]);
                self.decide(at, Outcome::Offer(reach.into())).await;
            }
            Step::AskForChanges => self.decide(at, Outcome::AskForChanges).await,
            Step::Reject => self.decide(at, Outcome::Reject).await,
            Step::Answer(accept) => self.answer(at, accept).await,
            Step::Confirm { another, yes } => self.confirm(at, another, yes).await,
            Step::Withdraw => {
                let command = Withdraw {
                    request: at,
                    reason: ScopeReason::default(),
                };
                let done = self.owner(Action::EditIntegration, async |tx, acting| {
                    withdraw(tx, command, acting).await
                });
                sound(done.await);
            }
            Step::Revise { hosted } => self.revise(at, hosted).await,
            Step::Expire(hours) => {
                let later = ambient::now() + Duration::hours(hours);
                let done = self
                    .company
                    .itself(later, async |tx, acting| expire(tx, acting).await);
                sound(done.await);
            }
        }
    }

    async fn owner<T, E, F>(&self, action: Action, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut narthex_approval::Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.company.owned(action, work).await
    }

    async fn decide(&self, request: RequestRef, outcome: Outcome) {
        let command = Decide {
            request,
            seen: self.company.payload(request).await,
            outcome,
            warning: None,
            reason: reason(),
        };
        let done = self.company.reviewed(Action::Decide, async |tx, acting| {
            decide(tx, command, acting).await
        });
        sound(done.await);
    }

    async fn answer(&self, request: RequestRef, accept: bool) {
        let newest = "select offer_id::text from review.offer order by created_at desc limit 1";
        let Some(offer) = self.id(newest).await else {
            return;
        };
        let command = AnswerOffer {
            request,
            offer,
            accept,
            reason: ScopeReason::default(),
        };
        let done = self.owner(Action::AnswerOffer, async |tx, acting| {
            answer_offer(tx, command, acting).await
        });
        sound(done.await);
    }

    async fn confirm(&self, request: RequestRef, another: bool, yes: bool) {
        let newest =
            "select decision_id::text from review.second_wanted order by since desc limit 1";
        let Some(first) = self.id(newest).await else {
            return;
        };
        let command = Confirm {
            request,
            first,
            seen: self.company.payload(request).await,
            confirm: yes,
            reason: reason(),
        };
        let who: &Person = if another {
            &self.company.approver
        } else {
            &self.company.reviewer
        };
        let (place, tenant) = (&self.company.place, self.company.tenant);
        let permit = (who, Role::Approver, Action::Confirm);
        let done = by(
            place,
            tenant,
            permit,
            async |tx: &mut TenantTx, acting: &mut narthex_approval::Acting<'_>| {
                confirm(tx, command, acting).await
            },
        );
        sound(done.await);
    }

    async fn revise(&self, request: RequestRef, hosted: bool) {
        let scopes = SCOPES.split(' ');
        let address = if hosted { HOSTED } else { LOOPBACK };
        let command = Revise {
            request,
            client: metadata("Partner", address, "none"),
            ask: Ask {
                scopes: scopes
                    .map(|scope| (scope.parse().unwrap(), ScopeReason::default()))
                    .collect(),
                ..Ask::default()
            },
        };
        let done = self.owner(Action::EditIntegration, async |tx, acting| {
            revise(tx, command, acting).await
        });
        sound(done.await);
    }
}

fn reason() -> Reason {
    Reason::parse("As it seems right.").unwrap()
}

/// A refusal is an answer; a failure of the store is none.
fn sound<T, E: std::error::Error>(done: Result<T, E>) {
    if let Err(error) = done {
        let text = error.to_string();
        let refused = ![
            "the store",
            "refused by",
            "no such row",
            "corrupt",
            "query failed",
        ]
        .iter()
        .any(|word| text.contains(word));
        assert!(refused, "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_of_acts_leads_to_production_without_who_had_to_agree() {
    let handle = tokio::runtime::Handle::current();
    let reached = std::cell::Cell::new((0_i64, 0_i64));
    let config = Config {
        cases: 24,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..Config::default()
    };
    // The same orders each time; what happens at the same moment is left to the moment.
    let orders = TestRng::deterministic_rng(RngAlgorithm::default());
    let mut runner = TestRunner::new_with_rng(config, orders);
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&turns(), |(hosted, turns)| {
            let found = handle.block_on(async {
                let bench = Bench::new(hosted).await;
                for (one, other) in &turns {
                    match other {
                        Some(other) => {
                            tokio::join!(bench.take(*one), bench.take(*other));
                        }
                        None => bench.take(*one).await,
                    }
                }
                let administrator = bench.company.place.administrator().await;
                let wrong = administrator.query(WRONG, &[]).await.unwrap();
                let wrong: Vec<String> = wrong.iter().map(|row| row.get(0)).collect();
                let row = administrator.query_one(REACHED, &[]).await.unwrap();
                let (clients, seconds) = reached.get();
                let now: (i64, i64) = (row.get(0), row.get(1));
                reached.set((clients + now.0, seconds + now.1));
                wrong
            });
            prop_assert!(found.is_empty(), "{found:?} after {turns:?}");
            Ok(())
        })
    });
    outcome.unwrap();
    let (clients, seconds) = reached.get();
    assert!(
        clients > 0,
        "no order led to a client: the property says nothing"
    );
    assert!(seconds <= clients);
}
