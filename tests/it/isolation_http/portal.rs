//! The portal's table by everybody.

use narthex_approval::routes::portal::{Guard, routes};
use narthex_people::session::Surface;
use narthex_tenancy::permission::{Action, Role};
use narthex_tests::{Browser, Plane};
use narthex_vocab::Environment;

use super::{ENVIRONMENT, Objects, bare, disguised, member, post};
use crate::cases::company::Company;
use crate::scene::{Scene, cookie};

/// Who comes to a page of acme's portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Nobody,
    /// The session of an end user, under the portal's name.
    EndUser,
    /// A session of the dashboard, under its own name and under the portal's.
    Staff,
    /// The owner of another tenant, signed in there.
    Neighbour,
    /// A member of acme without a role.
    NoRole,
    Viewer,
    Developer,
    Owner,
}

const CALLERS: [Caller; 8] = [
    Caller::Nobody,
    Caller::EndUser,
    Caller::Staff,
    Caller::Neighbour,
    Caller::NoRole,
    Caller::Viewer,
    Caller::Developer,
    Caller::Owner,
];

/// How a guard answers a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// To the sign-in page of the tenant of the path.
    SignIn,
    /// A cookie is worth nothing at the management API.
    NoToken,
    /// 403.
    NotAllowed,
    /// The page, or whatever the form leads to.
    Passes,
}

fn expected(caller: Caller, guard: Guard, environment: Environment) -> Expected {
    use Caller as C;
    let role = match (guard, caller) {
        (Guard::Anyone | Guard::LinkHolder, _) => return Expected::Passes,
        (Guard::Token(_), _) => return Expected::NoToken,
        (_, C::Nobody | C::EndUser | C::Staff | C::Neighbour) => return Expected::SignIn,
        (_, C::NoRole) => return Expected::NotAllowed,
        (_, C::Viewer) => Role::Viewer,
        (_, C::Developer) => Role::Developer,
        (_, C::Owner) => Role::Owner,
    };
    // The roles of the design, written down here a second time.
    let may = match guard {
        Guard::May(Action::ReadTenant) => true,
        Guard::May(
            Action::EditCatalogue
            | Action::EditIntegration
            | Action::AnswerOffer
            | Action::SuspendOwn
            | Action::RevokeOwn
            | Action::EditSettings
            | Action::ManagePeople
            | Action::BrakeOwn
            | Action::BlockOwn
            | Action::EditOwnPolicy
            | Action::PublishOwnPolicy,
        ) => role == Role::Owner,
        Guard::Credential => {
            role == Role::Owner || (role == Role::Developer && environment == Environment::Sandbox)
        }
        Guard::May(other) => panic!("{other:?} has no expectation"),
        Guard::Anyone | Guard::LinkHolder | Guard::Token(_) => true,
    };
    if may {
        Expected::Passes
    } else {
        Expected::NotAllowed
    }
}

async fn browser(scene: &Scene, caller: Caller, neighbour: &Company, people: &People) -> Browser {
    let portal = "narthex-portal";
    match caller {
        Caller::Nobody => Browser::new(),
        Caller::EndUser => disguised(scene, &people.user, Surface::User, portal).await,
        Caller::Staff => {
            let staff = disguised(scene, &scene.company.reviewer, Surface::Staff, portal).await;
            let own = staff.cookies[portal].clone();
            staff.with("narthex-staff", &own)
        }
        Caller::Neighbour => {
            let theirs = cookie(neighbour, &neighbour.owner, Surface::Portal).await;
            Browser::new().with(portal, &theirs)
        }
        Caller::NoRole => scene.in_portal(&people.user).await,
        Caller::Viewer => scene.in_portal(&people.viewer).await,
        Caller::Developer => scene.in_portal(&people.developer).await,
        Caller::Owner => scene.in_portal(&scene.company.owner).await,
    }
}

struct People {
    user: narthex_tenancy::permission::Person,
    viewer: narthex_tenancy::permission::Person,
    developer: narthex_tenancy::permission::Person,
}

impl People {
    async fn of(company: &Company) -> Self {
        Self {
            user: member(company, "Uma", None).await,
            viewer: member(company, "Vera", Some(Role::Viewer)).await,
            developer: member(company, "Dora", Some(Role::Developer)).await,
        }
    }
}

/// The form token of a session: from a page that it may see.
async fn csrf(scene: &Scene, browser: &mut Browser, caller: Caller) -> String {
    let path = match caller {
        Caller::Neighbour => "/t/globex",
        Caller::Viewer | Caller::Developer | Caller::Owner => "/t/acme",
        Caller::Nobody | Caller::EndUser | Caller::Staff | Caller::NoRole => "/t/acme/sign-in",
    };
    let page = browser.get(&scene.system.at(Plane::Portal, path)).await;
    assert_eq!(page.status, 200, "{caller:?}: {}", page.body);
    page.field("csrf")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_by_everybody() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let people = People::of(&scene.company).await;
    for environment in [Environment::Production, Environment::Sandbox] {
        let objects = Objects::of(&scene.company, "acme", environment).await;
        for row in routes().rows() {
            let url = scene.system.at(Plane::Portal, &objects.path(row.path));
            for caller in CALLERS {
                let mut browser = browser(&scene, caller, &neighbour, &people).await;
                let expected = expected(caller, row.guard, environment);
                let is_post = row.method.as_str() == "POST";
                // What passes is a test of the page, not of the guard: forms would act.
                if expected == Expected::Passes && is_post {
                    continue;
                }
                let answer = if is_post {
                    let csrf = csrf(&scene, &mut browser, caller).await;
                    post(&mut browser, &url, &csrf).await
                } else {
                    browser.get(&url).await
                };
                let what = format!("{caller:?}: {} {}", row.method, row.path);
                match expected {
                    Expected::SignIn => {
                        let location = answer.location();
                        assert!(
                            location.starts_with("/t/acme/sign-in"),
                            "{what}: {location}"
                        );
                    }
                    Expected::NotAllowed => assert_eq!(answer.status, 403, "{what}"),
                    Expected::NoToken => assert_eq!(answer.status, 401, "{what}"),
                    // A link that nobody sent is gone.
                    Expected::Passes if row.guard == Guard::LinkHolder => {
                        assert_eq!(answer.status, 410, "{what}");
                    }
                    // What is over cannot be taken back, and the page says so.
                    Expected::Passes if row.name == "withdraw" => {
                        assert_eq!(answer.status, 409, "{what}");
                    }
                    // Nothing is promoted from production.
                    Expected::Passes if row.name == "promote" && environment == ENVIRONMENT => {
                        assert_eq!(answer.status, 404, "{what}");
                    }
                    // There is no way to the provider, nor back from where nobody went.
                    Expected::Passes if row.name == "sign_in_elsewhere" => {
                        assert_eq!(answer.status, 502, "{what}");
                    }
                    Expected::Passes if row.name == "signed_in_elsewhere" => {
                        assert_eq!(answer.status, 400, "{what}");
                    }
                    // Whoever has no second factor is led to where one is set up.
                    Expected::Passes
                        if ["recovery_codes", "turn_off_second_factor"].contains(&row.name) =>
                    {
                        assert_eq!(answer.location(), "/t/acme/account", "{what}");
                    }
                    Expected::Passes => assert_eq!(answer.status, 200, "{what}: {}", answer.body),
                }
                // A picture is kept under its hash, by the browser that was let in.
                let picture = row.name == "logo" && answer.status == 200;
                if !picture {
                    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_object_is_as_unknown_as_none() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let theirs = Objects {
        tenant: "acme",
        ..Objects::of(&neighbour, "globex", ENVIRONMENT).await
    };
    // Acme's own of the other environment is foreign here, too.
    let other_side = Objects {
        environment: ENVIRONMENT,
        ..Objects::of(&scene.company, "acme", Environment::Sandbox).await
    };
    let nobodys = Objects::of_nobody("acme", ENVIRONMENT);
    let mut browser = scene.in_portal(&scene.company.owner).await;
    let csrf = csrf(&scene, &mut browser, Caller::Owner).await;
    let before = narthex_tests::Rows::count(&scene.company.place).await;
    let mut tried = 0;
    for row in routes().rows() {
        let names_one = [
            "{resource}",
            "{integration}",
            "{request}",
            "{client}",
            "{credential}",
            "{domain}",
            "{claim}",
            "{hash}",
            "{provider}",
        ];
        let bound = row.path.contains("{environment}");
        let named = names_one.iter().any(|part| row.path.contains(part));
        if !named || matches!(row.guard, Guard::Token(_)) {
            continue;
        }
        let mut ask = async |objects: &Objects| {
            let url = scene.system.at(Plane::Portal, &objects.path(row.path));
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
            "{what}: a neighbour's"
        );
        if bound {
            assert_eq!(
                bare(&ask(&other_side).await),
                bare(&random),
                "{what}: the sandbox's"
            );
        }
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
    let after = narthex_tests::Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), std::collections::BTreeMap::new());
}
