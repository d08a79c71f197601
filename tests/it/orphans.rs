//! S19: who answers for a client may leave. Then it gets nothing new, and neither does what it registered, until somebody
//! else has said yes; the last owner stays, and whoever left is out at once.

use narthex_approval::{
    hand_over::{
        AnswerHandover, AnswerHandoverError, HandOver, HandOverError, HandedOver, HandoverAnswered,
        answer_handover, hand_over,
    },
    orphan::limit_orphans,
    prose::Reason,
    remove_member::{RemoveMember, RemoveMemberError, Removed, remove_member},
};
use narthex_tenancy::{
    StoreError, TenantTx, ambient,
    permission::{Action, Person, Role},
};
use narthex_tests::Plane;
use narthex_vocab::{Environment, Id, kind};

use crate::cases::company::{Company, by, person};
use crate::scene::{Machine, Scene};

const PRODUCTION: Environment = Environment::Production;

async fn colleague(company: &Company, name: &str, role: Role) -> Person {
    person(&company.place.approval(), company.tenant, name, Some(role)).await
}

async fn removed(
    company: &Company,
    by_whom: &Person,
    whom: &Person,
) -> Result<Removed, RemoveMemberError> {
    let command = RemoveMember {
        member: whom.member,
        reason: Reason::parse("They work elsewhere now.").unwrap(),
    };
    let who = (by_whom, Role::Owner, Action::ManagePeople);
    by(&company.place, company.tenant, who, async |tx, acting| {
        remove_member(tx, command, acting).await
    })
    .await
}

async fn asked(
    company: &Company,
    by_whom: &Person,
    (integration, to): (Id<kind::Integration>, &Person),
) -> Result<HandedOver, HandOverError> {
    let command = HandOver {
        integration,
        to: to.member,
        reason: Reason::parse("She knows it best.").unwrap(),
    };
    let who = (by_whom, Role::Owner, Action::ManagePeople);
    by(&company.place, company.tenant, who, async |tx, acting| {
        hand_over(tx, command, acting).await
    })
    .await
}

async fn answered(
    company: &Company,
    (whose, role): (&Person, Role),
    (integration, handover): (Id<kind::Integration>, Id<kind::Handover>),
    accept: bool,
) -> Result<HandoverAnswered, AnswerHandoverError> {
    let command = AnswerHandover {
        integration,
        handover,
        accept,
    };
    let who = (whose, role, Action::ReadTenant);
    by(&company.place, company.tenant, who, async |tx, acting| {
        answer_handover(tx, command, acting).await
    })
    .await
}

async fn integration_of(company: &Company, client: &str) -> Id<kind::Integration> {
    let administrator = company.place.administrator().await;
    let sql = "select integration_id::text from registry.client where client_id = $1";
    let row = administrator.query_one(sql, &[&client]).await.unwrap();
    Id::from_uuid(row.get::<_, String>(0).parse().unwrap())
}

async fn standing(company: &Company, client: &str) -> (String, Option<String>) {
    let administrator = company.place.administrator().await;
    let sql = "select state, state_reason from registry.client where client_id = $1";
    let row = administrator.query_one(sql, &[&client]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn s19_what_nobody_answers_for_is_limited_and_goes_on_with_a_yes() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let token = scene.client_token(PRODUCTION, &machine).await;
    let integration = integration_of(company, &machine.id).await;
    let zoe = colleague(company, "Zoe", Role::Owner).await;
    let vera = colleague(company, "Vera", Role::Viewer).await;

    let done = removed(company, &zoe, &company.owner).await.unwrap();
    assert_eq!(done.orphans, [integration]);
    let (state, reason) = standing(company, &machine.id).await;
    assert_eq!(state, "restricted");
    assert!(reason.unwrap().contains("Olga has left"));
    let notes = Machine {
        ..scene.notes_by(&zoe).await
    };
    let heard = scene.introspect(PRODUCTION, &notes, &token).await;
    assert_eq!(heard["active"], true, "what was issued goes on");

    // Nobody is made to answer: the question alone changes nothing, and only who was asked can say yes.
    let HandedOver::Asked(question) = asked(company, &zoe, (integration, &vera)).await.unwrap()
    else {
        panic!("Vera has to answer");
    };
    assert_eq!(standing(company, &machine.id).await.0, "restricted");
    let stranger = answered(company, (&zoe, Role::Owner), (integration, question), true).await;
    assert!(
        matches!(stranger, Err(AnswerHandoverError::NotAsked)),
        "{stranger:?}"
    );
    let no = answered(
        company,
        (&vera, Role::Viewer),
        (integration, question),
        false,
    )
    .await;
    assert_eq!(no.unwrap(), HandoverAnswered::Declined);
    let late = answered(
        company,
        (&vera, Role::Viewer),
        (integration, question),
        true,
    )
    .await;
    assert!(
        matches!(late, Err(AnswerHandoverError::NotAsked)),
        "{late:?}"
    );
    assert_eq!(standing(company, &machine.id).await.0, "restricted");

    let HandedOver::Asked(question) = asked(company, &zoe, (integration, &vera)).await.unwrap()
    else {
        panic!("Vera has to answer");
    };
    let yes = answered(
        company,
        (&vera, Role::Viewer),
        (integration, question),
        true,
    )
    .await;
    assert!(matches!(yes.unwrap(), HandoverAnswered::Accepted(lifted) if lifted.len() == 1));
    assert_eq!(standing(company, &machine.id).await.0, "active");
    let same = asked(company, &zoe, (integration, &vera)).await;
    assert!(matches!(same, Err(HandOverError::Already)), "{same:?}");
}

impl Scene {
    async fn notes_by(&self, owner: &Person) -> Machine {
        use narthex_approval::catalogue::{CreateResourceCredential, create_resource_credential};
        let resource: Id<kind::Resource> = self.company.notes[&PRODUCTION];
        let command = CreateResourceCredential {
            environment: PRODUCTION,
            resource,
            hash_key: &crate::cases::company::KEY,
        };
        let who = (owner, Role::Owner, Action::EditCatalogue);
        let created = by(
            &self.company.place,
            self.company.tenant,
            who,
            async |tx: &mut TenantTx, acting: &mut narthex_approval::Acting<'_>| {
                create_resource_credential(tx, command, acting).await
            },
        )
        .await
        .unwrap();
        Machine {
            id: resource.to_string(),
            secret: created.secret.reveal().to_owned(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_it_themselves_has_said_yes_and_others_need_a_role() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let integration = integration_of(company, &machine.id).await;
    let zoe = colleague(company, "Zoe", Role::Owner).await;
    let user = company.user("Uma").await;
    let roleless = asked(company, &zoe, (integration, &user)).await;
    assert!(
        matches!(roleless, Err(HandOverError::UnknownPerson)),
        "{roleless:?}"
    );
    let neighbour = company.neighbour().await;
    let foreign = asked(company, &zoe, (integration, &neighbour.owner)).await;
    assert!(
        matches!(foreign, Err(HandOverError::UnknownPerson)),
        "{foreign:?}"
    );
    let nothing = asked(
        &neighbour,
        &neighbour.owner,
        (integration, &neighbour.owner),
    )
    .await;
    assert!(
        matches!(nothing, Err(HandOverError::Store(StoreError::NotFound))),
        "{nothing:?}"
    );
    let taken = asked(company, &zoe, (integration, &zoe)).await;
    assert!(matches!(taken, Ok(HandedOver::Taken(_))), "{taken:?}");
    // By hand, as the role that writes clients: nobody answers who has not said so.
    let forged = format!(
        "update registry.integration set sponsor_id = '{}'",
        company.owner.member.as_uuid()
    );
    assert_eq!(scene.refused(&forged).await, "a_sponsor_accepts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_stays_and_two_do_not_remove_each_other() {
    let company = Company::new().await;
    let alone = removed(&company, &company.owner, &company.owner).await;
    assert!(
        matches!(alone, Err(RemoveMemberError::LastOwner)),
        "{alone:?}"
    );
    let zoe = colleague(&company, "Zoe", Role::Owner).await;
    let (one, two) = tokio::join!(
        removed(&company, &zoe, &company.owner),
        removed(&company, &company.owner, &zoe)
    );
    let gone = [one.is_ok(), two.is_ok()];
    assert_eq!(gone.iter().filter(|ok| **ok).count(), 1, "{one:?} {two:?}");
    let refused = if one.is_ok() { two } else { one };
    assert!(
        matches!(
            refused,
            Err(RemoveMemberError::LastOwner | RemoveMemberError::Store(StoreError::NotFound))
        ),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_is_out_at_once_and_may_be_invited_again() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let dora = colleague(company, "Dora", Role::Developer).await;
    let mut browser = scene.in_portal(&dora).await;
    let home = scene.system.at(Plane::Portal, "/t/acme");
    assert_eq!(browser.get(&home).await.status, 200);

    let mut owner = scene.in_portal(&company.owner).await;
    let here = scene.system.at(
        Plane::Portal,
        &format!("/t/acme/members/{}/remove", dora.member),
    );
    let page = owner.get(&here).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let csrf = page.field("csrf");
    let silent = owner.post(&here, &[("csrf", &csrf), ("reason", "")]).await;
    assert_eq!(silent.status, 422);
    assert_eq!(browser.get(&home).await.status, 200, "nothing changed");
    let done = owner
        .post(&here, &[("csrf", &csrf), ("reason", "They left")])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let out = browser.get(&home).await;
    assert!(out.location().contains("/sign-in"), "{}", out.body);
    let again = owner.get(&here).await;
    assert_eq!(again.status, 404);

    let members = scene.system.at(Plane::Portal, "/t/acme/members");
    let page = owner.get(&members).await;
    assert!(!page.body.contains("dora@"), "{}", page.body);
    let form = [
        ("csrf", csrf.as_str()),
        ("email", "dora@people.example"),
        ("role", "viewer"),
    ];
    let invited = owner.post(&members, &form).await;
    assert_eq!(invited.status, 200, "{}", invited.body);
    let link = invited.body.split("/invitation/").nth(1).unwrap();
    let link = link.split('"').next().unwrap();
    let mut back = narthex_tests::Browser::new();
    let path = scene
        .system
        .at(Plane::Portal, &format!("/t/acme/invitation/{link}"));
    let csrf = back.get(&path).await.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("name", "Dora"),
        ("password", "correct horse battery"),
    ];
    let joined = back.post(&path, &form).await;
    assert_eq!(joined.status, 303, "{}", joined.body);
    assert!(back.get(&home).await.body.contains("Viewer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_otherwise_is_found_and_looking_twice_changes_nothing() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let administrator = company.place.administrator().await;
    administrator
        .batch_execute("update tenant.member set state = 'left' where name = 'Olga'")
        .await
        .unwrap();
    let look = async || {
        let found: Result<_, StoreError> = company
            .itself(ambient::now(), async |tx, acting| {
                limit_orphans(tx, acting).await
            })
            .await;
        found.unwrap().len()
    };
    // The worker of the running product may have been faster.
    let first = look().await;
    assert!(first <= 1);
    assert_eq!(standing(company, &machine.id).await.0, "restricted");
    assert_eq!(look().await, 0);
    let told = "select count(*) from ledger.entry where action = 'integration.orphan'";
    let row = administrator.query_one(told, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_registered_is_limited_with_it_and_goes_on_with_it() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let agent = scene.app("Agent", "notes:read").await;
    let child = scene.child(&agent, "notes:read", "Child").await;
    let zoe = colleague(company, "Zoe", Role::Owner).await;
    let integration = integration_of(company, agent.as_str()).await;
    // The child has a sponsor of its own: it is limited for the agent's.
    let of_child = integration_of(company, child.as_str()).await;
    asked(company, &zoe, (of_child, &zoe)).await.unwrap();
    removed(company, &zoe, &company.owner).await.unwrap();
    for client in [&agent, &child] {
        assert_eq!(standing(company, client.as_str()).await.0, "restricted");
    }
    let taken = asked(company, &zoe, (integration, &zoe)).await.unwrap();
    assert!(matches!(taken, HandedOver::Taken(lifted) if lifted.len() == 2));
    for client in [&agent, &child] {
        assert_eq!(standing(company, client.as_str()).await.0, "active");
    }
}
