//! What people do with policies, by the verbs themselves.

use narthex_approval::{
    answer_proposal::{AnswerProposal, AnswerProposalError, answer_proposal},
    draft_policy::{DraftPolicy, DraftPolicyError, draft_policy},
    open_registration::{OpenlyRegistered, RegisterOpenly, register_openly},
    proposal::ProposalState,
    propose_policy::{ProposePolicy, ProposePolicyError, propose_policy},
    prose::Reason,
    simulate_policy::{self, SimulatePolicyError, simulate_policy},
    simulation::Report,
};
use narthex_policy::Layer;
use narthex_tenancy::{
    StoreError, ambient,
    permission::{Action, Person, Role},
};
use narthex_vocab::{ClientId, Environment, Id, PLATFORM_TENANT, RegistrationMode, Tenant, kind};

use crate::cases::company::{Company, by, person};

/// A company whose policies are worked on.
pub(crate) struct Bench<'a> {
    pub(crate) company: &'a Company,
}

pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

/// A policy that refuses open registrations of more than nothing.
pub(crate) fn rule(id: &str, outcome: &str, condition: &str) -> String {
    format!(
        "@id(\"{id}\")\n@reason(\"Ours\")\n@outcome(\"{outcome}\")\n@fix(\"Ask us.\")\nforbid (principal, action, resource)\nwhen {{ {condition} }};\n"
    )
}

impl<'a> Bench<'a> {
    pub(crate) fn new(company: &'a Company) -> Self {
        Self { company }
    }

    pub(crate) async fn policy_admin(&self, name: &str) -> Person {
        let role = Some(Role::PolicyAdmin);
        person(&self.company.place.approval(), PLATFORM_TENANT, name, role).await
    }

    pub(crate) async fn manager(&self, name: &str) -> Person {
        let database = self.company.place.approval();
        person(&database, self.company.tenant, name, Some(Role::Manager)).await
    }

    /// The draft's hash that a writer has before them.
    async fn seen(&self, tenant: Id<Tenant>) -> Option<[u8; 32]> {
        let administrator = self.company.place.administrator().await;
        let open =
            "select hash from review.policy_version where tenant_id::text = $1 and state = 'draft'";
        let tenant = tenant.as_uuid().to_string();
        let row = administrator.query_opt(open, &[&tenant]).await.unwrap();
        row.map(|row| row.get::<_, Vec<u8>>(0).try_into().unwrap())
    }

    pub(crate) async fn state_of(&self, tenant: Id<Tenant>, number: i32) -> Option<String> {
        let administrator = self.company.place.administrator().await;
        let state =
            "select state from review.policy_version where tenant_id::text = $1 and number = $2";
        let tenant = tenant.as_uuid().to_string();
        let row = administrator
            .query_opt(state, &[&tenant, &number])
            .await
            .unwrap();
        row.map(|row| row.get(0))
    }

    pub(crate) async fn draft(
        &self,
        (tenant, who): (Id<Tenant>, (&Person, Role, Action)),
        source: &str,
        seen: Option<[u8; 32]>,
    ) -> Result<i32, DraftPolicyError> {
        let command = DraftPolicy {
            source: source.to_owned(),
            note: reason("To be safe"),
            seen,
        };
        by(&self.company.place, tenant, who, async |tx, acting| {
            draft_policy(tx, command, acting).await
        })
        .await
    }

    pub(crate) async fn platform_draft(
        &self,
        admin: &Person,
        source: &str,
    ) -> Result<i32, DraftPolicyError> {
        let seen = self.seen(PLATFORM_TENANT).await;
        let who = (admin, Role::PolicyAdmin, Action::EditPolicy);
        self.draft((PLATFORM_TENANT, who), source, seen).await
    }

    pub(crate) async fn tenant_draft(&self, source: &str) -> Result<i32, DraftPolicyError> {
        let tenant = self.company.tenant;
        let seen = self.seen(tenant).await;
        let who = (&self.company.owner, Role::Owner, Action::EditOwnPolicy);
        self.draft((tenant, who), source, seen).await
    }

    pub(crate) async fn try_platforms(&self, admin: &Person, number: i32) -> Report {
        let at = (PLATFORM_TENANT, number);
        let read = async |tx: &mut _| simulate_policy::read(tx, at, ambient::now()).await;
        let trial: Result<_, StoreError> = self.company.place.staff().platform(read).await;
        let found = trial.unwrap().run();
        let who = (admin, Role::PolicyAdmin, Action::EditPolicy);
        let kept: Result<(), SimulatePolicyError> = by(
            &self.company.place,
            PLATFORM_TENANT,
            who,
            async |tx, acting| simulate_policy(tx, &found, acting).await,
        )
        .await;
        kept.unwrap();
        found.report
    }

    pub(crate) async fn try_tenants(&self, number: i32) -> Report {
        let at = (self.company.tenant, number);
        let database = self.company.place.approval();
        let read = async |tx: &mut _| simulate_policy::read(tx, at, ambient::now()).await;
        let trial: Result<_, StoreError> = database.tenant(at.0, read).await;
        let found = trial.unwrap().run();
        let kept: Result<(), SimulatePolicyError> = self
            .company
            .owned(Action::EditOwnPolicy, async |tx, acting| {
                simulate_policy(tx, &found, acting).await
            })
            .await;
        kept.unwrap();
        found.report
    }

    pub(crate) async fn propose_platforms(
        &self,
        admin: &Person,
        (number, source): (i32, &str),
    ) -> Result<Id<kind::Proposal>, ProposePolicyError> {
        let who = (admin, Role::PolicyAdmin, Action::EditPolicy);
        let command = proposal(number, source);
        by(
            &self.company.place,
            PLATFORM_TENANT,
            who,
            async |tx, acting| propose_policy(tx, command, acting).await,
        )
        .await
    }

    pub(crate) async fn propose_tenants(
        &self,
        number: i32,
        source: &str,
    ) -> Result<Id<kind::Proposal>, ProposePolicyError> {
        let command = proposal(number, source);
        self.company
            .owned(Action::EditOwnPolicy, async |tx, acting| {
                propose_policy(tx, command, acting).await
            })
            .await
    }

    pub(crate) async fn answer(
        &self,
        (tenant, who): (Id<Tenant>, (&Person, Role, Action)),
        (proposal, confirm): (Id<kind::Proposal>, bool),
    ) -> Result<ProposalState, AnswerProposalError> {
        let command = AnswerProposal {
            proposal,
            confirm,
            reason: reason("I have read it."),
        };
        by(&self.company.place, tenant, who, async |tx, acting| {
            answer_proposal(tx, command, acting).await
        })
        .await
    }

    /// The platform publishes this, by two.
    pub(crate) async fn publish_platforms(&self, source: &str) -> i32 {
        let (one, other) = (
            self.policy_admin("Pia").await,
            self.policy_admin("Paul").await,
        );
        let number = self.platform_draft(&one, source).await.unwrap();
        self.try_platforms(&one, number).await;
        let proposed = self
            .propose_platforms(&one, (number, source))
            .await
            .unwrap();
        let who = (&other, Role::PolicyAdmin, Action::PublishPolicy);
        let state = self
            .answer((PLATFORM_TENANT, who), (proposed, true))
            .await
            .unwrap();
        assert_eq!(state, ProposalState::Done);
        number
    }

    /// The tenant publishes this, by two of its own.
    pub(crate) async fn publish_tenants(&self, manager: &Person, source: &str) -> i32 {
        let number = self.tenant_draft(source).await.unwrap();
        self.try_tenants(number).await;
        let proposed = self.propose_tenants(number, source).await.unwrap();
        let who = (manager, Role::Manager, Action::PublishOwnPolicy);
        let state = self
            .answer((self.company.tenant, who), (proposed, true))
            .await
            .unwrap();
        assert_eq!(state, ProposalState::Done);
        number
    }

    /// A stranger registers in the open sandbox; what came of it.
    pub(crate) async fn stranger(&self, name: &str) -> (ClientId, OpenlyRegistered) {
        let sandbox = Environment::Sandbox;
        self.company
            .takes(sandbox, RegistrationMode::Open)
            .await
            .unwrap();
        let client_id = self.company.registered(sandbox, name, "notes:read").await;
        let command = RegisterOpenly {
            client_id: client_id.clone(),
        };
        let looked = self
            .company
            .itself(ambient::now(), async |tx, acting| {
                register_openly(tx, command, acting).await
            })
            .await;
        (client_id, looked.unwrap())
    }
}

fn proposal(number: i32, source: &str) -> ProposePolicy {
    ProposePolicy {
        number,
        seen: Layer::hash_of(source),
        reason: reason("It is time."),
    }
}
