//! The dashboard's table by everybody.

use narthex_approval::routes::dashboard::{Guard, routes};
use narthex_people::session::{self, Begun, Surface, Whence};
use narthex_tenancy::permission::{Action, Person, Role};
use narthex_tenancy::{StoreError, ambient};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{Environment, PLATFORM_TENANT};

use super::{ENVIRONMENT, Objects, bare, disguised, member, post};
use crate::cases::company::{Company, KEY};
use crate::scene::Scene;

/// Who comes to the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Nobody,
    /// The session of an end user, under the dashboard's name.
    EndUser,
    /// A session of the portal, under its own name and under the dashboard's.
    TenantOwner,
    /// Staff who gave no second factor.
    OneFactor,
    /// A person of the platform without a role.
    NoRole,
    Auditor,
    PolicyAdmin,
    Reviewer,
}

const CALLERS: [Caller; 8] = [
    Caller::Nobody,
    Caller::EndUser,
    Caller::TenantOwner,
    Caller::OneFactor,
    Caller::NoRole,
    Caller::Auditor,
    Caller::PolicyAdmin,
    Caller::Reviewer,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    SignIn,
    NotAllowed,
    /// A cookie is worth nothing at the management API.
    NoToken,
    Passes,
}

fn expected(caller: Caller, guard: Guard) -> Expected {
    use Caller as C;
    match (guard, caller) {
        (Guard::Anyone, _) => Expected::Passes,
        (Guard::Token(_), _) => Expected::NoToken,
        (_, C::Nobody | C::EndUser | C::TenantOwner | C::OneFactor) => Expected::SignIn,
        (_, C::NoRole) => Expected::NotAllowed,
        (Guard::May(Action::ReadPlatform), _) => Expected::Passes,
        (
            Guard::May(
                Action::Decide
                | Action::HandleQuarantine
                | Action::SuspendAny
                | Action::CreateTenant
                | Action::TrustForTenant,
            ),
            _,
        ) => {
            if caller == C::Reviewer {
                Expected::Passes
            } else {
                Expected::NotAllowed
            }
        }
        (Guard::May(Action::EditBrands), C::Reviewer | C::PolicyAdmin) => Expected::Passes,
        (Guard::May(Action::EditBrands), _) => Expected::NotAllowed,
        (Guard::May(Action::EditLists), _) => {
            if matches!(caller, C::Reviewer | C::PolicyAdmin) {
                Expected::Passes
            } else {
                Expected::NotAllowed
            }
        }
        (Guard::May(Action::EditPolicy | Action::PublishPolicy), _) => {
            if caller == C::PolicyAdmin {
                Expected::Passes
            } else {
                Expected::NotAllowed
            }
        }
        // What these stop is everybody's: an incident lead's. Confirming is a second approver's.
        (
            Guard::May(
                Action::SetBrake | Action::LiftBrake | Action::Confirm | Action::FreezeTenant,
            ),
            _,
        ) => Expected::NotAllowed,
        (Guard::May(other), _) => panic!("{other:?} has no expectation"),
    }
}

struct People {
    user: Person,
    nobody: Person,
    auditor: Person,
    policy_admin: Person,
}

async fn one_factor(scene: &Scene) -> Browser {
    let begun = Begun {
        surface: Surface::Staff,
        member: scene.company.reviewer.member,
        second_factor: false,
        word: None,
        from: Whence::default(),
    };
    let database = scene.company.place.approval();
    let session: Result<_, StoreError> = database
        .tenant(PLATFORM_TENANT, async |tx| {
            session::start(tx, &KEY, begun, ambient::now(), &mut ambient::rng()).await
        })
        .await;
    Browser::new().with("narthex-staff", session.unwrap().reveal())
}

async fn browser(scene: &Scene, caller: Caller, people: &People) -> Browser {
    let staff = "narthex-staff";
    match caller {
        Caller::Nobody => Browser::new(),
        Caller::EndUser => disguised(scene, &people.user, Surface::User, staff).await,
        Caller::TenantOwner => {
            let owner = disguised(scene, &scene.company.owner, Surface::Portal, staff).await;
            let own = owner.cookies[staff].clone();
            owner.with("narthex-portal", &own)
        }
        Caller::OneFactor => one_factor(scene).await,
        Caller::NoRole => scene.in_dashboard(&people.nobody).await,
        Caller::Auditor => scene.in_dashboard(&people.auditor).await,
        Caller::PolicyAdmin => scene.in_dashboard(&people.policy_admin).await,
        Caller::Reviewer => scene.in_dashboard(&scene.company.reviewer).await,
    }
}

async fn csrf(scene: &Scene, browser: &mut Browser) -> String {
    let page = browser
        .get(&scene.system.at(Plane::Staff, "/sign-in"))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.field("csrf")
}

/// Has a registration wait, and its family.
async fn wait(company: &Company, environment: Environment, objects: &mut Objects) {
    let name = format!("Stranger {}", objects.client);
    let waiting = company.registered(environment, &name, "notes:read").await;
    waiting.as_str().clone_into(&mut objects.client);
    objects.fingerprint = company.family_of(&waiting).await;
}

/// Objects for every page; a registration waits where a page is about one.
async fn objects(scene: &Scene, pattern: &str, environment: Environment) -> Objects {
    let mut objects = Objects::of(&scene.company, "acme", environment).await;
    if pattern.starts_with("/quarantine") || pattern.starts_with("/families") {
        wait(&scene.company, environment, &mut objects).await;
    }
    objects
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_by_everybody() {
    let scene = Scene::new().await;
    let place = scene.company.place.approval();
    let people = People {
        user: member(&scene.company, "Uma", None).await,
        nobody: crate::cases::company::person(&place, PLATFORM_TENANT, "Nora", None).await,
        auditor: scene.staff("Ada", Role::Auditor).await,
        policy_admin: scene.staff("Paul", Role::PolicyAdmin).await,
    };
    for row in routes().rows() {
        let objects = objects(&scene, row.path, ENVIRONMENT).await;
        let url = scene.system.at(Plane::Staff, &objects.path(row.path));
        for caller in CALLERS {
            let mut browser = browser(&scene, caller, &people).await;
            let expected = expected(caller, row.guard);
            let is_post = row.method.as_str() == "POST";
            if expected == Expected::Passes && is_post {
                continue;
            }
            let answer = if is_post {
                let csrf = csrf(&scene, &mut browser).await;
                post(&mut browser, &url, &csrf).await
            } else {
                browser.get(&url).await
            };
            let what = format!("{caller:?}: {} {}", row.method, row.path);
            match expected {
                Expected::SignIn => {
                    assert!(answer.location().starts_with("/sign-in"), "{what}");
                }
                Expected::NotAllowed => assert_eq!(answer.status, 403, "{what}"),
                Expected::NoToken => assert_eq!(answer.status, 401, "{what}"),
                // The first page leads to another; a page about what is over may lead back.
                Expected::Passes => {
                    let home = row.path == "/"
                        || row.path.ends_with("/resume")
                        || row.name == "recovery_codes";
                    let passed = answer.status == 200 || (home && answer.status < 500);
                    assert!(passed, "{what}: {} {}", answer.status, answer.body);
                    assert!(!answer.header("location").starts_with("/sign-in"), "{what}");
                }
            }
            // A picture is kept under its hash, by the browser that was let in.
            let picture = row.name == "logo" && answer.status == 200;
            if !picture {
                assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_below_another_tenant_is_as_unknown_as_none() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let mut browser = scene.in_dashboard(&scene.company.approver).await;
    let csrf = csrf(&scene, &mut browser).await;
    let mut tried = 0;
    for row in routes().rows() {
        if !["{request_id}", "{client_id}", "{fingerprint}", "{attempt}"]
            .iter()
            .any(|part| row.path.contains(part))
            || matches!(row.guard, Guard::Token(_))
        {
            continue;
        }
        let mut theirs = Objects {
            tenant: "acme",
            ..Objects::of(&neighbour, "globex", ENVIRONMENT).await
        };
        if row.path.starts_with("/quarantine") || row.path.starts_with("/families") {
            wait(&neighbour, ENVIRONMENT, &mut theirs).await;
        }
        let nobodys = Objects::of_nobody("acme", ENVIRONMENT);
        let elsewhere = Objects::of_nobody("nobody", ENVIRONMENT);
        let mut ask = async |objects: &Objects| {
            let url = scene.system.at(Plane::Staff, &objects.path(row.path));
            if row.method.as_str() == "POST" {
                post(&mut browser, &url, &csrf).await
            } else {
                browser.get(&url).await
            }
        };
        let what = format!("{} {}", row.method, row.path);
        let random = ask(&nobodys).await;
        assert_eq!(random.status, 404, "{what}: {}", random.body);
        assert_eq!(
            bare(&ask(&theirs).await),
            bare(&random),
            "{what}: of another tenant"
        );
        assert_eq!(
            bare(&ask(&elsewhere).await),
            bare(&random),
            "{what}: of no tenant"
        );
        tried += 1;
    }
    assert!(tried > 6, "{tried}");
}
