//! Trust that two people of the platform set for a tenant: one proposes, another confirms, and nothing is in force before,
//! whoever tries it and however.

use chrono::{Duration, SubsecRound};
use narthex_approval::{
    answer_proposal::{AnswerProposal, AnswerProposalError, answer_proposal},
    proposal::{MayNotAnswer, ProposalState},
    prose::Reason,
    trust_for_tenant::{ProposeTrust, ProposeTrustError, propose_trust},
    trusted_registration::{TakeTrusted, take_trusted},
};
use narthex_tenancy::{
    ambient,
    permission::{Action, Role},
};
use narthex_tests::Plane;
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};

use super::bench::{Bench, HOST};
use super::trusted::{case, trust, waits};
use crate::floods::hands::Hand;

const SANDBOX: Environment = Environment::Sandbox;

fn reason() -> Reason {
    Reason::parse("We know who publishes there.").unwrap()
}

async fn propose(
    bench: &Bench,
    hand: &Hand<'_>,
    (domain, days, at): (&str, i64, Timestamp),
) -> Result<Id<kind::Proposal>, ProposeTrustError> {
    let company = &bench.scene.company;
    let command = ProposeTrust {
        environment: SANDBOX,
        domain: HostName::parse(domain).unwrap(),
        until: (at + Duration::days(days)).trunc_subsecs(0),
        sponsor: company.owner.member,
        reason: reason(),
    };
    let at = (company.tenant, at);
    hand.act(at, Action::TrustForTenant, async |tx, acting| {
        propose_trust(tx, command, acting).await
    })
    .await
}

async fn answer(
    bench: &Bench,
    hand: &Hand<'_>,
    (proposal, confirm): (Id<kind::Proposal>, bool),
) -> Result<ProposalState, AnswerProposalError> {
    let command = AnswerProposal {
        proposal,
        confirm,
        reason: reason(),
    };
    let at = (bench.scene.company.tenant, ambient::now());
    hand.act(at, Action::TrustForTenant, async |tx, acting| {
        answer_proposal(tx, command, acting).await
    })
    .await
}

const TRUSTED: &str = "select count(*) from review.trusted_domain where ended_at is null";

#[tokio::test(flavor = "multi_thread")]
async fn s3_staff_trust_a_domain_by_two_and_nothing_is_in_force_before() {
    let bench = Bench::new().await;
    let place = &bench.scene.company.place;
    let one = Hand::staff(place, "Nora", Role::Reviewer).await;
    let other = Hand::staff(place, "Ada", Role::Approver).await;
    let now = ambient::now();
    let proposal = propose(&bench, &one, (HOST, 90, now)).await.unwrap();
    let again = propose(&bench, &other, (HOST, 30, now)).await;
    assert!(
        matches!(again, Err(ProposeTrustError::Proposed)),
        "{again:?}"
    );
    waits(&bench, SANDBOX).await;
    assert_eq!(bench.count(TRUSTED).await, 0);

    let own = answer(&bench, &one, (proposal, true)).await;
    assert!(
        matches!(
            own,
            Err(AnswerProposalError::MayNot(MayNotAnswer::TakesAnother))
        ),
        "{own:?}"
    );
    assert_eq!(bench.count(TRUSTED).await, 0);
    assert_eq!(case(&bench, SANDBOX).await, None, "it waits in quarantine");

    let state = answer(&bench, &other, (proposal, true)).await.unwrap();
    assert_eq!(state, ProposalState::Done);
    let command = TakeTrusted {
        environment: SANDBOX,
        client_id: bench.client.clone(),
    };
    let company = &bench.scene.company;
    let taken = company.itself(ambient::now(), async |tx, acting| {
        take_trusted(tx, command, acting).await
    });
    taken.await.unwrap();
    let (state, origin) = case(&bench, SANDBOX).await.expect("a case comes of it");
    assert_eq!(
        (state.as_str(), origin.as_str()),
        ("auto_approved", "trust")
    );
    let twice = answer(&bench, &other, (proposal, true)).await;
    assert!(
        matches!(twice, Err(AnswerProposalError::MayNot(MayNotAnswer::Over))),
        "{twice:?}"
    );
    let deeds = "select array_agg(action order by seq) from ledger.entry where action like 'proposal.%' or action = 'domain.trust'";
    let administrator = place.administrator().await;
    let deeds: Vec<String> = administrator.query_one(deeds, &[]).await.unwrap().get(0);
    assert_eq!(
        deeds,
        ["proposal.propose", "domain.trust", "proposal.confirm"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_a_proposal_lapses_is_refused_and_taken_back() {
    let bench = Bench::new().await;
    let place = &bench.scene.company.place;
    let one = Hand::staff(place, "Nora", Role::Reviewer).await;
    let other = Hand::staff(place, "Ada", Role::Approver).await;
    let now = ambient::now();
    let long_ago = now - Duration::hours(73);
    let lapsed = propose(&bench, &one, (HOST, 90, long_ago)).await.unwrap();
    let late = answer(&bench, &other, (lapsed, true)).await;
    assert!(
        matches!(late, Err(AnswerProposalError::MayNot(MayNotAnswer::Over))),
        "{late:?}"
    );
    let refused = propose(&bench, &one, (HOST, 90, now)).await.unwrap();
    let state = answer(&bench, &other, (refused, false)).await.unwrap();
    assert_eq!(state, ProposalState::Refused);
    let mine = propose(&bench, &one, (HOST, 90, now)).await.unwrap();
    let state = answer(&bench, &one, (mine, false)).await.unwrap();
    assert_eq!(state, ProposalState::Withdrawn);
    let after = answer(&bench, &other, (mine, true)).await;
    assert!(
        matches!(after, Err(AnswerProposalError::MayNot(_))),
        "{after:?}"
    );
    assert_eq!(bench.count(TRUSTED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_what_was_proposed_about_something_else_is_void() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    let one = Hand::staff(&company.place, "Nora", Role::Reviewer).await;
    let other = Hand::staff(&company.place, "Ada", Role::Approver).await;
    let now = ambient::now();
    let overtaken = propose(&bench, &one, (HOST, 90, now)).await.unwrap();
    trust(company, SANDBOX, (HOST, 30, "")).await.unwrap();
    let state = answer(&bench, &other, (overtaken, true)).await.unwrap();
    assert_eq!(state, ProposalState::Void);
    assert_eq!(bench.count(TRUSTED).await, 1, "the owner's alone");

    let other_domain = "other.example";
    let orphan = propose(&bench, &one, (other_domain, 90, now))
        .await
        .unwrap();
    let administrator = company.place.administrator().await;
    let left = format!(
        "update tenant.member set state = 'left' where member_id = '{}'",
        company.owner.member.as_uuid()
    );
    administrator.batch_execute(&left).await.unwrap();
    let state = answer(&bench, &other, (orphan, true)).await.unwrap();
    assert_eq!(state, ProposalState::Void);
    let nobody = propose(&bench, &one, (other_domain, 90, now)).await;
    assert!(
        matches!(nobody, Err(ProposeTrustError::UnknownSponsor)),
        "{nobody:?}"
    );
    for (domain, days) in [
        ("a.other.example", 90),
        ("co.uk", 90),
        ("third.example", 367),
    ] {
        let refused = propose(&bench, &one, (domain, days, now)).await;
        assert!(
            matches!(
                refused,
                Err(ProposeTrustError::NotRegistrable | ProposeTrustError::End)
            ),
            "{domain}: {refused:?}"
        );
    }
    assert_eq!(bench.count(TRUSTED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_the_database_wants_two_whoever_writes() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    let one = Hand::staff(&company.place, "Nora", Role::Reviewer).await;
    propose(&bench, &one, (HOST, 90, ambient::now()))
        .await
        .unwrap();
    let by_hand = company.place.raw("narthex_approval").await;
    let tenant = company.tenant.as_uuid();
    let set = format!("set app.tenant = '{tenant}'");
    by_hand.batch_execute(&set).await.unwrap();
    for (forged, rule) in [
        (
            "update review.proposal set state = 'confirmed', answered_by_tenant = proposed_by_tenant, answered_by = proposed_by,
                answered_by_name = 'Rita', answered_at = now()",
            "another_person_answers",
        ),
        ("update review.proposal set state = 'confirmed'", "an_answer_is_somebodys"),
        (
            "insert into review.trusted_domain (tenant_id, environment, trust_id, domain, sponsor_id, reason, created_at,
                    expires_at, proposal_id)
                select tenant_id, change ->> 'environment', gen_random_uuid(), change ->> 'domain',
                    (change ->> 'sponsor')::uuid, reason, now(), (change ->> 'until')::timestamptz, proposal_id
                from review.proposal",
            "trust_takes_two",
        ),
    ] {
        let refused = by_hand.batch_execute(forged).await.unwrap_err();
        let constraint = refused.as_db_error().and_then(|error| error.constraint());
        assert_eq!(constraint, Some(rule), "{refused}");
    }
    let late =
        "update review.proposal set state = 'confirmed', answered_by_tenant = proposed_by_tenant,
        answered_by = gen_random_uuid(), answered_by_name = 'Ada', answered_at = expires_at";
    let refused = by_hand.batch_execute(late).await.unwrap_err();
    let constraint = refused.as_db_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("an_answer_is_in_time"), "{refused}");
    assert_eq!(bench.count(TRUSTED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_two_of_staff_trust_a_domain_on_their_pages() {
    let bench = Bench::new().await;
    let scene = &bench.scene;
    let (nora, ada) = (
        scene.staff("Nora", Role::Reviewer).await,
        scene.staff("Ada", Role::Approver).await,
    );
    let (mut one, mut other) = (
        scene.in_dashboard(&nora).await,
        scene.in_dashboard(&ada).await,
    );
    let at = |path: &str| scene.system.at(Plane::Staff, path);
    let list = at("/trusted-domains");
    let new = at("/trusted-domains/new");
    let empty = one.get(&list).await;
    assert!(
        empty.body.contains("No domain is trusted"),
        "{}",
        empty.body
    );
    let csrf = one.get(&new).await.field("csrf");
    let administrator = scene.company.place.administrator().await;
    let email = format!(
        "select email from tenant.member where member_id = '{}'",
        scene.company.owner.member.as_uuid()
    );
    let email: String = administrator.query_one(&email, &[]).await.unwrap().get(0);
    let form = |domain: &'static str, sponsor: String| {
        vec![
            ("csrf", csrf.clone()),
            ("tenant", "acme".to_owned()),
            ("environment", "sandbox".to_owned()),
            ("domain", domain.to_owned()),
            ("span", "90d".to_owned()),
            ("sponsor", sponsor),
            ("reason", "We know who publishes there.".to_owned()),
        ]
    };
    for (domain, sponsor, says) in [
        ("a.app.example", email.clone(), "as it is registered"),
        (
            HOST,
            "nobody@acme.example".to_owned(),
            "Nobody of the tenant",
        ),
    ] {
        let form = form(domain, sponsor);
        let form: Vec<_> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let refused = one.post(&new, &form).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
    let good = form(HOST, email);
    let good: Vec<_> = good.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let sent = one.post(&new, &good).await;
    assert_eq!(sent.location(), "/trusted-domains?done=trust-proposed");

    let page = one.get(&list).await;
    let path = page
        .body
        .split("href=\"")
        .find(|part| part.starts_with("/trusted-domains/proposals/"));
    let path = path
        .and_then(|part| part.split('"').next())
        .unwrap()
        .to_owned();
    let proposal = at(&path);
    let own = one.get(&proposal).await;
    assert!(
        own.body.contains("Who proposes does not confirm"),
        "{}",
        own.body
    );
    assert!(
        !own.body.contains("Confirm: trust the domain"),
        "{}",
        own.body
    );
    let answer = |csrf: String, answer: &'static str| {
        [
            ("csrf", csrf),
            ("answer", answer.to_owned()),
            ("reason", "Fine.".to_owned()),
        ]
    };
    let by_hand = answer(own.field("csrf"), "confirm");
    let by_hand: Vec<_> = by_hand.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let refused = one.post(&proposal, &by_hand).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(
        refused.body.contains("Who proposes does not confirm"),
        "{}",
        refused.body
    );
    assert_eq!(bench.count(TRUSTED).await, 0);

    let page = other.get(&proposal).await;
    let confirmed = answer(page.field("csrf"), "confirm");
    let confirmed: Vec<_> = confirmed.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let sent = other.post(&proposal, &confirmed).await;
    assert_eq!(sent.location(), "/trusted-domains?done=trusted");
    assert_eq!(bench.count(TRUSTED).await, 1);
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let settings = scene
        .system
        .at(Plane::Portal, "/t/acme/sandbox/settings/trusted-domains");
    let page = owner.get(&settings).await;
    assert!(
        page.body.contains("Trusted by two people of the platform"),
        "{}",
        page.body
    );

    // One person is enough to end it.
    let page = one.get(&list).await;
    let path = page
        .body
        .split("href=\"")
        .find(|part| part.ends_with("/end\"") || part.contains("/end\""));
    let path = path
        .and_then(|part| part.split('"').next())
        .unwrap()
        .to_owned();
    let end = at(&path);
    let page = one.get(&end).await;
    let form = [
        ("csrf", page.field("csrf")),
        ("reason", "It was sold.".to_owned()),
    ];
    let form: Vec<_> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let sent = one.post(&end, &form).await;
    assert_eq!(sent.location(), "/trusted-domains?done=trust-ended");
    assert_eq!(bench.count(TRUSTED).await, 0);
}
