//! The tenant portal over HTTP, through the same `App` that the binary serves: who gets in, who is told what, and that
//! one form makes one thing. No page is judged by its looks.

pub(crate) mod browser;

use actix_web::http::StatusCode;
use narthex_approval::{
    Acting,
    create_tenant::{CreateTenant, create_tenant},
    routes::portal::{Guard, routes},
};
use narthex_people::{
    invitation::{self, Invite},
    session::{self, Begun, Surface, Whence},
};
use narthex_tenancy::{
    StoreError, TenantTx, ambient,
    member::{self, Member},
    permission::{Action, Person, Role},
};
use narthex_tests::Place;
use narthex_vocab::{Email, HashKey, Id, Label, PLATFORM_TENANT, TenantSlug, kind};

use browser::{Browser, portal};

/// Under which the tests hash sessions and invitations.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// A tenant of this slug with the link of its first owner's invitation.
pub(crate) async fn tenant(place: &Place, slug: &str) -> (Id<kind::Tenant>, String) {
    let (now, rng) = (ambient::now(), &mut ambient::rng());
    let (id, key) = (Id::new(now, rng), HashKey::from_bytes(KEY));
    let staff = Person {
        tenant: PLATFORM_TENANT,
        member: Id::new(now, rng),
        name: "Rita".to_owned(),
    };
    let permit = Role::Reviewer.permit(&staff, Action::CreateTenant).unwrap();
    let command = CreateTenant {
        slug: TenantSlug::parse(slug).unwrap(),
        name: Label::parse(slug).unwrap(),
        owner: Email::parse(&format!("owner@{slug}.example")).unwrap(),
        hash_key: &key,
    };
    let mut acting = Acting::person(&permit, now, rng, "req-test");
    let work = async |tx: &mut TenantTx| create_tenant(tx, command, &mut acting).await;
    let created = place.approval().tenant(id, work).await.unwrap();
    let link = format!("/t/{slug}/invitation/{}", created.invitation.reveal());
    (id, link)
}

/// The cookie of a signed-in member with this role.
pub(crate) async fn session_of(
    place: &Place,
    tenant: Id<kind::Tenant>,
    role: Option<Role>,
) -> String {
    let (now, key) = (ambient::now(), HashKey::from_bytes(KEY));
    let work = async |tx: &mut TenantTx| {
        let rng = &mut ambient::rng();
        let id: Id<kind::Member> = Id::new(now, rng);
        let member = Member {
            id,
            email: Email::parse(&format!("{}@people.example", id.as_uuid())).unwrap(),
            name: Label::parse("Vera Viewer").unwrap(),
            role,
        };
        member::create(tx, &member, now).await?;
        let begun = Begun {
            surface: Surface::Portal,
            member: id,
            second_factor: false,
            word: None,
            from: Whence::default(),
        };
        session::start(tx, &key, begun, now, rng).await
    };
    let secret = place.approval().tenant(tenant, work).await;
    secret
        .map_err(|error: StoreError| error)
        .unwrap()
        .reveal()
        .to_owned()
}

/// A path of the table with every parameter filled in, well-formed and of nothing that exists.
pub(crate) fn fill(pattern: &str) -> String {
    let id = "01890000000070008000000000000001";
    pattern
        .replace("{tenant}", "acme")
        .replace("{environment}", "sandbox")
        .replace("{token}", "niv_nothing")
        .replace("{resource}", &format!("res_{id}"))
        .replace("{integration}", &format!("int_{id}"))
        .replace("{request}", &format!("req_{id}"))
        .replace("{credential}", &format!("crd_{id}"))
        .replace("{client}", "ns_aaaaaaaaaaaaaaaaaaaaaaaaaa")
        .replace("{form}", "csv")
        .replace("{number}", "1")
        .replace("{proposal}", &format!("prp_{id}"))
        .replace("{hash}", &"0".repeat(64))
        .replace("{member}", &format!("mem_{id}"))
        .replace("{domain}", &format!("dom_{id}"))
        .replace("{initial_access}", &format!("iat_{id}"))
        .replace("{claim}", &format!("clm_{id}"))
        .replace("{invitation}", &format!("inv_{id}"))
        .replace("{listing}", &format!("lst_{id}"))
        .replace("{trust}", &format!("tdm_{id}"))
        .replace("{view}", &format!("svw_{id}"))
        .replace("{provider}", &format!("idp_{id}"))
        .replace("{api_token}", &format!("tok_{id}"))
}

/// What a viewer may not do.
fn beyond_a_viewer(guard: Guard) -> bool {
    match guard {
        Guard::Anyone | Guard::LinkHolder | Guard::Token(_) => false,
        Guard::May(action) => !Role::Viewer.may(action),
        Guard::Credential => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_sign_in_and_no_session_counts_elsewhere() {
    let place = Place::new().await;
    tenant(&place, "acme").await;
    let (other, _) = tenant(&place, "globex").await;
    let app = portal(&place).await;
    let stranger = Browser::new(&app);
    stranger.get("/t/acme/sign-in").await;
    let neighbour = Browser::new(&app);
    neighbour.keep(
        "narthex-portal",
        &session_of(&place, other, Some(Role::Owner)).await,
    );
    neighbour.get("/t/globex/members").await;
    for row in routes().rows() {
        if matches!(
            row.guard,
            Guard::Anyone | Guard::LinkHolder | Guard::Token(_)
        ) {
            continue;
        }
        for browser in [&stranger, &neighbour] {
            let page = browser.call(&row.method, &fill(row.path)).await;
            assert_eq!(
                page.status,
                StatusCode::SEE_OTHER,
                "{} {}",
                row.method,
                row.path
            );
            assert!(
                page.location
                    .starts_with("/t/acme/sign-in?continue=%2Ft%2Facme"),
                "{}",
                page.location
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_role_is_told_which_rule_refuses() {
    let place = Place::new().await;
    let (acme, _) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let viewer = Browser::new(&app);
    viewer.keep(
        "narthex-portal",
        &session_of(&place, acme, Some(Role::Viewer)).await,
    );
    viewer.get("/t/acme/members").await;
    for row in routes()
        .rows()
        .iter()
        .filter(|row| beyond_a_viewer(row.guard))
    {
        let page = viewer.call(&row.method, &fill(row.path)).await;
        assert_eq!(
            page.status,
            StatusCode::FORBIDDEN,
            "{} {}",
            row.method,
            row.path
        );
        assert!(
            page.body.contains("role viewer may not"),
            "{} {}",
            row.method,
            row.path
        );
    }
    let nobody = Browser::new(&app);
    nobody.keep("narthex-portal", &session_of(&place, acme, None).await);
    let page = nobody.get("/t/acme").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("no role in the portal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_is_somebody_elses_is_one_page() {
    let place = Place::new().await;
    let (acme, _) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = Browser::new(&app);
    owner.keep(
        "narthex-portal",
        &session_of(&place, acme, Some(Role::Owner)).await,
    );
    let nothing = owner.get("/t/acme/nothing").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    for path in [
        "/t/nobody",
        "/t/nobody/sign-in",
        "/t/platform/sign-in",
        "/t/acme/integrations/int_01890000000070008000000000000001",
        "/t/acme/integrations/int_x",
        "/t/acme/staging/resources",
        "/t/acme/sandbox/requests/req_01890000000070008000000000000001",
        "/t/acme/production/resources/res_01890000000070008000000000000001",
        "/t/acme/sandbox/clients/ns_aaaaaaaaaaaaaaaaaaaaaaaaaa/suspend",
    ] {
        let page = owner.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            page.without_request_id(),
            nothing.without_request_id(),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_leads_in_once_and_a_form_of_another_site_nowhere() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = Browser::new(&app);
    let page = owner.get(&link).await;
    assert!(page.body.contains("Join acme") && page.body.contains("owner@acme.example"));
    let short = owner
        .post(&link, &[("name", "Ana"), ("password", "short")])
        .await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        short.body.contains("Use at least 12 characters")
            && !short.body.contains("value=\"short\"")
    );
    let joined = owner
        .post(
            &link,
            &[("name", "Ana Ruiz"), ("password", "correct horse battery")],
        )
        .await;
    assert_eq!(
        (joined.status, joined.location.as_str()),
        (StatusCode::SEE_OTHER, "/t/acme?done=joined")
    );
    assert!(
        owner
            .get("/t/acme?done=joined")
            .await
            .body
            .contains("You joined.")
    );
    assert_eq!(Browser::new(&app).get(&link).await.status, StatusCode::GONE);

    let typed = [
        ("email", "owner@acme.example"),
        ("password", "correct horse battery"),
    ];
    let again = Browser::new(&app);
    again.get("/t/acme/sign-in").await;
    let forged = again
        .post_from("https://evil.example", "/t/acme/sign-in", &typed)
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let wrong = again
        .post(
            "/t/acme/sign-in",
            &[("email", "owner@acme.example"), ("password", "x")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let with = [typed[0], typed[1], ("continue", "//evil.example/")];
    let right = again.post("/t/acme/sign-in", &with).await;
    assert_eq!(
        (right.status, right.location.as_str()),
        (StatusCode::SEE_OTHER, "/t/acme")
    );
    again.get("/t/acme").await;
    let out = again.post("/t/acme/sign-out", &[]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(again.get("/t/acme").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_makes_one_thing_and_a_secret_is_shown_once() {
    let place = Place::new().await;
    let (acme, _) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = Browser::new(&app);
    owner.keep(
        "narthex-portal",
        &session_of(&place, acme, Some(Role::Owner)).await,
    );
    let resources = "/t/acme/sandbox/resources";
    owner.get(resources).await;
    let notes = [
        ("name", "Notes"),
        ("identifier", "https://notes.example/mcp"),
        ("kind", "mcp"),
    ];
    let added = owner.post(resources, &notes).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let twice = owner.post(resources, &notes).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        twice
            .body
            .contains("has a resource with this identifier already")
    );

    let resource = added.location.split('?').next().unwrap().to_owned();
    let scope = [
        ("scope", "notes:read"),
        ("description", "Read your notes"),
        ("risk", "read"),
        ("open", "yes"),
    ];
    assert_eq!(
        owner
            .post(&format!("{resource}/scopes"), &scope)
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let tool = [("tool", "list_notes"), ("tool_scope", "notes:read")];
    assert_eq!(
        owner.post(&format!("{resource}/tools"), &tool).await.status,
        StatusCode::SEE_OTHER
    );
    let page = owner.get(&resource).await;
    assert!(page.body.contains("notes:read") && page.body.contains("list_notes"));

    let make = format!("{resource}/credentials");
    let shown = owner.post(&make, &[("after", "")]).await;
    assert!(shown.body.contains("nrs_") && shown.cache_control.contains("no-store"));
    assert!(
        !shown.body.contains("<script"),
        "a page with a secret loads no script"
    );
    let reloaded = owner.post(&make, &[("after", "")]).await;
    assert!(reloaded.body.contains("already shown") && !reloaded.body.contains("nrs_"));

    let answers = [
        ("name", "Northwind"),
        ("purpose", "Shows notes."),
        ("operator", "partner"),
        ("sign_in", "service"),
        ("scope.sandbox", "notes:read"),
        ("step", "send"),
        ("after", ""),
    ];
    let sent = owner.post("/t/acme/integrations/new", &answers).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let double_click = owner.post("/t/acme/integrations/new", &answers).await;
    assert_eq!(double_click.location, sent.location);
    let page = owner.get(sent.location.split('?').next().unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Northwind") && page.body.contains("Request for sandbox"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_colleague_has_the_role_of_the_invitation() {
    let place = Place::new().await;
    let (acme, _) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = Browser::new(&app);
    owner.keep(
        "narthex-portal",
        &session_of(&place, acme, Some(Role::Owner)).await,
    );
    owner.get("/t/acme/members").await;
    let typed = [("email", "ana@acme.example"), ("role", "developer")];
    let page = owner.post("/t/acme/members", &typed).await;
    let link = page.between("http://127.0.0.1:8402", "\"");
    let colleague = Browser::new(&app);
    colleague.get(&link).await;
    colleague
        .post(
            &link,
            &[("name", "Ana"), ("password", "correct horse battery")],
        )
        .await;
    assert!(colleague.get("/t/acme").await.body.contains("Developer"));
    let staff = [("email", "eve@acme.example"), ("role", "reviewer")];
    let refused = owner.post("/t/acme/members", &staff).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let twice = owner.post("/t/acme/members", &typed).await;
    assert!(twice.body.contains("is a member already"));

    // An end user who was invited has an account and no portal.
    let (now, key) = (ambient::now(), HashKey::from_bytes(KEY));
    let invite = Invite {
        email: Email::parse("sam@acme.example").unwrap(),
        role: None,
        invited_by: "Ana".to_owned(),
    };
    let work = async |tx: &mut TenantTx| {
        invitation::create(tx, &key, invite, now, &mut ambient::rng()).await
    };
    let token = place.approval().tenant(acme, work).await;
    let token = token.map_err(|error: StoreError| error).unwrap();
    let link = format!("/t/acme/invitation/{}", token.reveal());
    let user = Browser::new(&app);
    user.get(&link).await;
    let joined = user
        .post(
            &link,
            &[("name", "Sam"), ("password", "correct horse battery")],
        )
        .await;
    assert_eq!(joined.status, StatusCode::OK);
    assert!(joined.body.contains("You joined acme"));
}
