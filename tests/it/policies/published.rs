//! Who may publish what, and what holds then.

use narthex_approval::{
    answer_proposal::AnswerProposalError,
    draft_policy::DraftPolicyError,
    open_registration::OpenlyRegistered,
    proposal::{MayNotAnswer, ProposalState},
    propose_policy::ProposePolicyError,
    screen::Screened,
};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::PLATFORM_TENANT;

use super::bench::{Bench, rule};
use crate::cases::company::Company;

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_published_version_decides_what_comes_next_and_is_named() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    let (_, before) = bench.stranger("Before Notes").await;
    assert!(
        matches!(before, OpenlyRegistered::Screened(Screened::Approved(_))),
        "{before:?}"
    );

    let number = bench
        .publish_platforms(&rule(
            "P-strangers",
            "needs_person",
            "context.origin == Narthex::Origin::\"open\"",
        ))
        .await;
    let (_, after) = bench.stranger("After Notes").await;
    assert!(
        matches!(after, OpenlyRegistered::Screened(Screened::InReview { .. })),
        "{after:?}"
    );

    let manager = bench.manager("Mara").await;
    let own = bench
        .publish_tenants(
            &manager,
            &rule(
                "T-strangers",
                "deny",
                "context.origin == Narthex::Origin::\"open\"",
            ),
        )
        .await;
    let (_, denied) = bench.stranger("Last Notes").await;
    let OpenlyRegistered::Screened(Screened::RejectedByPolicy { rules, findings }) = denied else {
        panic!("{denied:?}");
    };
    let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["P-strangers", "T-strangers"]);
    let ours = findings
        .iter()
        .find(|finding| finding.check == "T-strangers")
        .unwrap();
    assert_eq!(ours.observed, "Origin is open.");
    assert_eq!(ours.required, format!("Ours (Tenant policy version {own})"));

    let administrator = company.place.administrator().await;
    let runs = "select platform_policy, tenant_policy, facts ->> 'scope_count' from review.policy_run order by at, run_id";
    let rows = administrator.query(runs, &[]).await.unwrap();
    let runs: Vec<(Option<i32>, Option<i32>)> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(
        runs,
        [
            (None, None),
            (Some(number), None),
            (Some(number), Some(own))
        ]
    );
    assert!(
        rows.iter()
            .all(|row| row.get::<_, Option<String>>(2).as_deref() == Some("1"))
    );

    // A neighbour is held by the platform's version, and by nobody's own.
    let neighbour = company.neighbour().await;
    let theirs = Bench::new(&neighbour);
    let (_, elsewhere) = theirs.stranger("Their Notes").await;
    assert!(
        matches!(
            elsewhere,
            OpenlyRegistered::Screened(Screened::InReview { .. })
        ),
        "{elsewhere:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_one_person_publishes_nothing() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    let admin = bench.policy_admin("Pia").await;
    let source = rule("P-it", "deny", "context.sponsor");
    let number = bench.platform_draft(&admin, &source).await.unwrap();
    let untried = bench.propose_platforms(&admin, (number, &source)).await;
    assert!(
        matches!(untried, Err(ProposePolicyError::NotTried)),
        "{untried:?}"
    );
    bench.try_platforms(&admin, number).await;

    // A run over an earlier text is none over this one.
    let source = rule("P-it", "deny", "!context.sponsor");
    bench.platform_draft(&admin, &source).await.unwrap();
    let untried = bench.propose_platforms(&admin, (number, &source)).await;
    assert!(
        matches!(untried, Err(ProposePolicyError::NotTried)),
        "{untried:?}"
    );
    bench.try_platforms(&admin, number).await;
    let stale = bench
        .propose_platforms(&admin, (number, "// another"))
        .await;
    assert!(matches!(stale, Err(ProposePolicyError::Stale)), "{stale:?}");
    let proposal = bench
        .propose_platforms(&admin, (number, &source))
        .await
        .unwrap();

    let again = bench.propose_platforms(&admin, (number, &source)).await;
    assert!(
        matches!(again, Err(ProposePolicyError::NotADraft)),
        "{again:?}"
    );
    let written = bench.platform_draft(&admin, "// another").await;
    assert!(
        matches!(written, Err(DraftPolicyError::Proposed(1))),
        "{written:?}"
    );
    let own = (&admin, Role::PolicyAdmin, Action::PublishPolicy);
    let own = bench.answer((PLATFORM_TENANT, own), (proposal, true)).await;
    assert!(
        matches!(
            own,
            Err(AnswerProposalError::MayNot(MayNotAnswer::TakesAnother))
        ),
        "{own:?}"
    );
    let reviewer = (&company.owner, Role::Owner, Action::PublishOwnPolicy);
    let foreign = bench
        .answer((PLATFORM_TENANT, reviewer), (proposal, true))
        .await;
    assert!(
        matches!(foreign, Err(AnswerProposalError::NotPermitted(_))),
        "{foreign:?}"
    );
    assert_eq!(
        bench.state_of(PLATFORM_TENANT, number).await.as_deref(),
        Some("proposed")
    );

    let other = (&company.approver, Role::Approver, Action::PublishPolicy);
    let refused = bench
        .answer((PLATFORM_TENANT, other), (proposal, false))
        .await
        .unwrap();
    assert_eq!(refused, ProposalState::Refused);
    assert_eq!(
        bench.state_of(PLATFORM_TENANT, number).await.as_deref(),
        Some("draft")
    );
    let proposal = bench
        .propose_platforms(&admin, (number, &source))
        .await
        .unwrap();
    let published = bench
        .answer((PLATFORM_TENANT, other), (proposal, true))
        .await
        .unwrap();
    assert_eq!(published, ProposalState::Done);
    assert_eq!(
        bench.state_of(PLATFORM_TENANT, number).await.as_deref(),
        Some("published")
    );

    // The same text again would change nothing; another one replaces it.
    let next = bench.platform_draft(&admin, &source).await.unwrap();
    bench.try_platforms(&admin, next).await;
    let same = bench.propose_platforms(&admin, (next, &source)).await;
    assert!(matches!(same, Err(ProposePolicyError::Same)), "{same:?}");
    bench
        .platform_draft(&admin, "// nothing any more\n")
        .await
        .unwrap();
    bench.try_platforms(&admin, next).await;
    let proposal = bench
        .propose_platforms(&admin, (next, "// nothing any more\n"))
        .await
        .unwrap();
    bench
        .answer((PLATFORM_TENANT, other), (proposal, true))
        .await
        .unwrap();
    assert_eq!(
        bench.state_of(PLATFORM_TENANT, number).await.as_deref(),
        Some("retired")
    );
    assert_eq!(
        bench.state_of(PLATFORM_TENANT, next).await.as_deref(),
        Some("published")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_tenants_policy_is_its_own_peoples_while_there_are_two() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    let source = rule("T-it", "deny", "context.sponsor");
    let number = bench.tenant_draft(&source).await.unwrap();
    bench.try_tenants(number).await;
    let proposal = bench.propose_tenants(number, &source).await.unwrap();
    let tenant = company.tenant;
    let staff = (&company.approver, Role::Approver, Action::PublishPolicy);

    let manager = bench.manager("Mara").await;
    let held = bench.answer((tenant, staff), (proposal, true)).await;
    assert!(
        matches!(held, Err(AnswerProposalError::TenantAnswers)),
        "{held:?}"
    );
    let own = (&company.owner, Role::Owner, Action::PublishOwnPolicy);
    let own = bench.answer((tenant, own), (proposal, true)).await;
    assert!(
        matches!(
            own,
            Err(AnswerProposalError::MayNot(MayNotAnswer::TakesAnother))
        ),
        "{own:?}"
    );
    let neighbour = company.neighbour().await;
    let theirs = (&neighbour.owner, Role::Owner, Action::PublishOwnPolicy);
    let theirs = bench.answer((tenant, theirs), (proposal, true)).await;
    assert!(
        matches!(theirs, Err(AnswerProposalError::NotPermitted(_))),
        "{theirs:?}"
    );
    let second = (&manager, Role::Manager, Action::PublishOwnPolicy);
    bench
        .answer((tenant, second), (proposal, true))
        .await
        .unwrap();

    // Where nobody else of the tenant may, a person of the platform is the second.
    let alone = Bench::new(&neighbour);
    let number = alone.tenant_draft(&source).await.unwrap();
    alone.try_tenants(number).await;
    let proposal = alone.propose_tenants(number, &source).await.unwrap();
    let published = alone
        .answer((neighbour.tenant, staff), (proposal, true))
        .await
        .unwrap();
    assert_eq!(published, ProposalState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_policy_that_errs_needs_a_person_and_says_so() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    let manager = bench.manager("Mara").await;
    let overflows = "context.scope_count * 9223372036854775807 * 2 > 5";
    bench
        .publish_tenants(&manager, &rule("T-err", "deny", overflows))
        .await;
    let (client, after) = bench.stranger("Any Notes").await;
    assert!(
        matches!(after, OpenlyRegistered::Screened(Screened::InReview { .. })),
        "{after:?}"
    );
    let administrator = company.place.administrator().await;
    let said = "select f.observed, p.rules from review.finding as f
        join review.access_request as r on r.request_id = f.request_id
        join review.policy_run as p on p.request_id = f.request_id
        where r.client_id = $1 and f.check_id = 'R-00'";
    let row = administrator
        .query_one(said, &[&client.as_str()])
        .await
        .unwrap();
    let (observed, rules): (String, Vec<String>) = (row.get(0), row.get(1));
    assert!(
        observed.contains("Tenant policy version 1") && observed.contains("overflow"),
        "{observed}"
    );
    assert_eq!(rules, ["R-00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_text_that_is_not_whole_is_not_kept() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    for source in [
        "permit (principal, action, resource);".to_owned(),
        rule("T-it", "deny", "context.famous"),
        rule("T-it", "allow", "true"),
        rule("P-it", "deny", "context.sponsor"),
        "forbid (".to_owned(),
        "x".repeat(30_000),
    ] {
        let drafted = bench.tenant_draft(&source).await;
        let Err(DraftPolicyError::Invalid(problems)) = drafted else {
            panic!("{drafted:?}");
        };
        assert!(
            problems.iter().all(|problem| problem.line > 0),
            "{problems:?}"
        );
    }
    assert_eq!(bench.state_of(company.tenant, 1).await, None);

    // Two who write at once: the later is told.
    let number = bench.tenant_draft("// one\n").await.unwrap();
    let who = (&company.owner, Role::Owner, Action::EditOwnPolicy);
    for seen in [None, Some([7; 32])] {
        let stale = bench.draft((company.tenant, who), "// two\n", seen).await;
        assert!(matches!(stale, Err(DraftPolicyError::Stale)), "{stale:?}");
    }
    assert_eq!(bench.tenant_draft("// two\n").await.unwrap(), number);
}
