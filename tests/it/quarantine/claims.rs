//! S4: a tenant is asked whether a registration is its own. Who claims it shows it, once, in time, and gets a case.

use narthex_approval::{
    claim::{TakeClaim, TakeClaimError, take_claim},
    decide::{Decided, Outcome},
    disown::{Disown, DisownError, disown},
    integration::Operator,
    invite_claim::{InviteClaim, InviteClaimError, invite_claim},
    let_expire::{LetExpire, Which, let_expire},
    link::Linked,
    prose::Reason,
};
use narthex_tenancy::{StoreError, permission::Action};
use narthex_tests::Plane;
use narthex_vocab::{ClaimState, ClientId, Id, Label, QuarantineState, kind};

use super::shown::PRODUCTION;
use crate::cases::company::Company;
use crate::scene::Scene;

const HOST: &str = "partner.example";

async fn invite(
    company: &Company,
    client_id: &ClientId,
) -> Result<Id<kind::Claim>, InviteClaimError> {
    let command = InviteClaim {
        environment: PRODUCTION,
        client_id: client_id.clone(),
        reason: Reason::parse("It leads to your partner.").unwrap(),
    };
    company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            invite_claim(tx, command, acting).await
        })
        .await
}

async fn take(company: &Company, claim: Id<kind::Claim>) -> Result<Linked, TakeClaimError> {
    let command = TakeClaim {
        environment: PRODUCTION,
        claim,
        name: Label::parse("Partner notes").unwrap(),
        operator: Operator::Partner,
    };
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            take_claim(tx, command, acting).await
        })
        .await
}

async fn refuse(company: &Company, claim: Id<kind::Claim>) -> Result<(), DisownError> {
    let command = Disown {
        environment: PRODUCTION,
        claim,
        reason: Reason::parse("We know no such partner.").unwrap(),
    };
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            disown(tx, command, acting).await
        })
        .await
}

impl Company {
    /// A stranger that leads to a host, or to this computer.
    async fn stranger(&self, name: &str, hosted: bool) -> ClientId {
        let client = self.registered(PRODUCTION, name, "notes:read").await;
        if hosted {
            let administrator = self.place.administrator().await;
            let leads = format!(
                "update intake.quarantine set metadata = metadata ||
                    '{{\"redirect_uris\": [\"https://{HOST}/callback\"]}}' where client_id = '{client}'"
            );
            administrator.batch_execute(&leads).await.unwrap();
        }
        client
    }

    /// The host is proved, as if somebody had looked.
    async fn proves(&self, host: &str) {
        let administrator = self.place.administrator().await;
        let tenant = self.tenant.as_uuid();
        let rows = format!(
            "set session_replication_role = replica;
             insert into registry.domain (tenant_id, domain_id, host, challenge, created_at, state)
                values ('{tenant}', '{tenant}', '{host}', 'narthex-verify', now(), 'verified');
             insert into intake.fetch_order (tenant_id, order_id, kind, domain_id, host, requested_at, answered_at, seen)
                values ('{tenant}', '{tenant}', 'domain_proof', '{tenant}', '{host}', now(), now(), '{{}}');
             insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id, state)
                values ('{tenant}', '{tenant}', '{tenant}', '{host}', 'dns_txt', 'seen', now(), now() + interval '90 days', '{tenant}', 'verified');"
        );
        administrator.batch_execute(&rows).await.unwrap();
    }

    async fn sql(&self, statement: &str) {
        let administrator = self.place.administrator().await;
        administrator.batch_execute(statement).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_claim_needs_a_proof_and_becomes_a_case_with_a_sponsor() {
    let company = Company::new().await;
    let client = company.stranger("Stranger Notes", true).await;
    let claim = invite(&company, &client).await.unwrap();
    let twice = invite(&company, &client).await;
    assert!(matches!(twice, Err(InviteClaimError::Asked)), "{twice:?}");

    let unproved = take(&company, claim).await;
    match &unproved {
        Err(TakeClaimError::Unproved { hosts }) => assert_eq!(hosts[0].as_str(), HOST),
        other => panic!("{other:?}"),
    }
    let neighbour = company.neighbour().await;
    neighbour.proves(HOST).await;
    let foreign = take(&neighbour, claim).await;
    assert!(
        matches!(foreign, Err(TakeClaimError::Store(StoreError::NotFound))),
        "{foreign:?}"
    );
    let still = take(&company, claim).await;
    assert!(
        matches!(still, Err(TakeClaimError::Unproved { .. })),
        "a neighbour's proof: {still:?}"
    );

    company.proves(HOST).await;
    let linked = take(&company, claim).await.unwrap();
    let administrator = company.place.administrator().await;
    let seen = "select i.sponsor_id::text, i.origin, r.requested_by::text, q.state, c.state
        from review.claim as c join review.access_request as r on r.request_id = c.request_id
        join registry.integration as i on i.integration_id = r.integration_id
        join intake.quarantine as q on q.client_id = c.client_id";
    let row = administrator.query_one(seen, &[]).await.unwrap();
    let owner = company.owner.member.as_uuid().to_string();
    let said: Vec<String> = (0..5).map(|at| row.get(at)).collect();
    assert_eq!(said, [&owner, "quarantine", &owner, "linked", "claimed"]);
    let again = take(&company, claim).await;
    assert!(
        matches!(again, Err(TakeClaimError::NotOpen(ClaimState::Claimed))),
        "{again:?}"
    );
    let decided = company.decide(linked.request, Outcome::Approve).await;
    assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_what_names_no_host_is_not_claimed_but_by_a_signature() {
    let company = Company::new().await;
    let client = company.stranger("On this computer", false).await;
    let claim = invite(&company, &client).await.unwrap();
    let nothing = take(&company, claim).await;
    assert!(
        matches!(nothing, Err(TakeClaimError::NothingToProve)),
        "{nothing:?}"
    );
    // Somebody has signed it whom nobody here believes.
    company
        .sql("update intake.quarantine set vouched_by = 'https://registry.example'")
        .await;
    let nothing = take(&company, claim).await;
    assert!(
        matches!(nothing, Err(TakeClaimError::NothingToProve)),
        "{nothing:?}"
    );
    let trust = format!(
        "insert into tenant.statement_issuer (tenant_id, environment, issuer, jwks, changed_at) values ('{}', 'production',
            'https://registry.example', '{{\"keys\": [{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}}]}}', now())",
        company.tenant.as_uuid()
    );
    company.sql(&trust).await;
    take(&company, claim).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_an_invitation_gives_time_and_ends() {
    let company = Company::new().await;
    let client = company.stranger("Late", true).await;
    company.proves(HOST).await;
    company
        .sql("update intake.quarantine set expires_at = now() + interval '1 minute'")
        .await;
    let claim = invite(&company, &client).await.unwrap();
    let administrator = company.place.administrator().await;
    let hours = "select (expires_at > now() + interval '71 hours') from intake.quarantine";
    assert!(
        administrator
            .query_one(hours, &[])
            .await
            .unwrap()
            .get::<_, bool>(0)
    );
    company
        .sql("update review.claim set created_at = now() - interval '73 hours', expires_at = now() - interval '1 second'")
        .await;
    let late = take(&company, claim).await;
    assert!(
        matches!(late, Err(TakeClaimError::NotOpen(ClaimState::Lapsed))),
        "{late:?}"
    );
    let late = refuse(&company, claim).await;
    assert!(
        matches!(late, Err(DisownError::NotOpen(ClaimState::Lapsed))),
        "{late:?}"
    );
    let ended = company
        .itself(narthex_tenancy::ambient::now(), async |tx, acting| {
            narthex_approval::expire::expire(tx, acting).await
        })
        .await
        .unwrap();
    assert_eq!((ended.claims, ended.registrations), (1, 0));

    // Asked anew, and ended by staff meanwhile: there is nothing to claim.
    let claim = invite(&company, &client).await.unwrap();
    let command = LetExpire {
        environment: PRODUCTION,
        which: Which::Registration(client.clone()),
        reason: Reason::parse("Over.").unwrap(),
    };
    company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            let_expire(tx, command, acting).await
        })
        .await
        .unwrap();
    let over = take(&company, claim).await;
    let expired = QuarantineState::Expired;
    assert!(
        matches!(over, Err(TakeClaimError::NotWaiting(state)) if state == expired),
        "{over:?}"
    );
    let over = invite(&company, &client).await;
    assert!(
        matches!(over, Err(InviteClaimError::NotWaiting(state)) if state == expired),
        "{over:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_tenant_answers_in_the_portal() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = company.stranger("Mine", true).await;
    let other = company.stranger("Not mine <i>", false).await;
    let (mine, foreign) = (
        invite(company, &client).await.unwrap(),
        invite(company, &other).await.unwrap(),
    );
    let at = |path: &str| scene.system.at(Plane::Portal, path);
    let mut owner = scene.in_portal(&company.owner).await;
    let home = owner.get(&at("/t/acme")).await;
    assert!(
        home.body.contains("Answer whether 2 apps are yours"),
        "{}",
        home.body
    );
    let list = owner.get(&at("/t/acme/claims")).await;
    assert!(
        list.body.contains("“Mine”") && list.body.contains("Not mine &#60;i&#62;"),
        "{}",
        list.body
    );

    let path = format!("/t/acme/production/claims/{mine}");
    let page = owner.get(&at(&path)).await;
    assert!(
        page.body.contains("Not proved yet") && page.body.contains(HOST),
        "{}",
        page.body
    );
    assert!(!page.body.contains("Claim and send"), "{}", page.body);
    let csrf = page.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("name", "Ours"),
        ("operator", "partner"),
    ];
    let early = owner.post(&at(&path), &form).await;
    assert_eq!(early.status, 422, "{}", early.body);
    assert!(
        early.body.contains("Prove these hosts first"),
        "{}",
        early.body
    );
    company.proves(HOST).await;
    let page = owner.get(&at(&path)).await;
    assert!(page.body.contains("Claim and send"), "{}", page.body);
    let nameless = owner
        .post(
            &at(&path),
            &[("csrf", &csrf), ("name", ""), ("operator", "partner")],
        )
        .await;
    assert_eq!(nameless.status, 422, "{}", nameless.body);
    let claimed = owner.post(&at(&path), &form).await;
    assert!(
        claimed.location().contains("/production/requests/req_"),
        "{}",
        claimed.location()
    );
    assert_eq!(owner.post(&at(&path), &form).await.status, 409, "once");

    let disown = format!("/t/acme/production/claims/{foreign}/disown");
    let said = owner
        .post(
            &at(&disown),
            &[("csrf", &csrf), ("reason", "We know no such app.")],
        )
        .await;
    assert_eq!(said.location(), "/t/acme/claims?done=disowned");
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let family = company.family_of(&other).await;
    let page = staff
        .get(
            &scene
                .system
                .at(Plane::Staff, &format!("/families/acme/production/{family}")),
        )
        .await;
    assert!(page.body.contains("We know no such app."), "{}", page.body);
}
