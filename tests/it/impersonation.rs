//! S13: who looks like somebody else is seen: by name, host, script, and by what another tenant shows too. A finding
//! names no other tenant to a tenant, nothing is refused for its name, and no script is worse than another.

use std::collections::BTreeMap;

use narthex_approval::{request::RequestRef, screen::Screened};
use narthex_people::session::Surface;
use narthex_tenancy::permission::Role;
use narthex_tests::{Browser, Plane};
use narthex_vocab::{ClientId, ClientMetadata, Environment, RegistrationMode};
use serde_json::{Value, json};

use crate::cases::company::{Company, LOOPBACK, metadata};
use crate::scene::{Scene, cookie};

const PRODUCTION: Environment = Environment::Production;

fn read(sent: &Value) -> ClientMetadata {
    ClientMetadata::parse(sent.as_object().unwrap()).unwrap()
}

impl Company {
    async fn sends(&self, client: ClientMetadata) -> RequestRef {
        let ask = [(PRODUCTION, self.reach(PRODUCTION, "notes:read", &[]))];
        let onboarded = self.onboard(client, &ask).await.unwrap();
        let sent = &onboarded.requests[0];
        assert!(
            matches!(sent.screened, Screened::InReview { .. }),
            "{sent:?}"
        );
        sent.request
    }

    /// Outcome and words of every check over a case, as they were kept.
    async fn findings(&self, at: RequestRef) -> BTreeMap<String, (String, String)> {
        let administrator = self.place.administrator().await;
        let rows =
            "select check_id, outcome, observed from review.finding where request_id::text = $1";
        let id = at.id.as_uuid().to_string();
        let rows = administrator.query(rows, &[&id]).await.unwrap();
        let row = |row: &tokio_postgres::Row| (row.get(0), (row.get(1), row.get(2)));
        rows.iter().map(row).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_known_name_that_leads_elsewhere_goes_to_a_person_with_its_signs() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let mode = RegistrationMode::Quarantine;
    company.takes(PRODUCTION, mode).await.unwrap();
    // A Cyrillic a; the host is not Slack's and looks like it.
    let body = json!({
        "client_name": "Slаck",
        "redirect_uris": ["https://slack-login.example/cb"],
        "logo_uri": "https://slack-login.example/logo.png",
        "token_endpoint_auth_method": "none",
    });
    let url = scene.register(PRODUCTION);
    let answer = Browser::new().json(&url, &body).await;
    assert_eq!(
        answer.status, 201,
        "a name is never refused: {}",
        answer.body
    );
    let client = ClientId::parse(answer.json()["client_id"].as_str().unwrap()).unwrap();
    let linked = company
        .link(&client, Some(&company.owner), None)
        .await
        .unwrap();
    match linked.screened {
        Screened::InReview { risk } => assert_eq!(risk.level.as_str(), "critical"),
        other => panic!("{other:?}"),
    }
    let found = company.findings(linked.request).await;
    let saw = |check: &str| (found[check].0.as_str(), found[check].1.as_str());
    assert_eq!(
        saw("R-13"),
        (
            "fail",
            "It calls itself Slack and leads to slack-login.example, which is not Slack."
        )
    );
    assert_eq!(saw("R-14").0, "fail");
    assert_eq!(saw("R-16").0, "attention");
    assert_eq!(
        saw("R-17"),
        ("attention", "Letters of several scripts: “Slаck”.")
    );

    // The reviewer reads them all; the logo is an address, and never an image.
    let mut reviewer = scene.in_dashboard(&company.reviewer).await;
    let path = format!("/requests/acme/production/{}", linked.request.id);
    let page = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
    assert!(page.body.contains("which is not Slack") && page.body.contains("(like Slack)"));
    assert!(!page.body.contains("<img"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_the_brand_itself_and_names_of_every_script_pass() {
    let company = Company::new().await;
    let own = metadata("Slack", "https://api.slack.com/cb", "none");
    let found = company.findings(company.sends(own).await).await;
    for check in ["R-13", "R-14", "R-15", "R-17"] {
        assert_eq!(found[check].0, "pass", "{check}: {}", found[check].1);
    }
    for name in [
        "ノート連携アプリ",
        "دفتر الملاحظات",
        "Заметки для команды",
        "Σημειώσεις ομάδας",
        "פנקס הערות",
        "टीम के नोट्स",
    ] {
        let found = company
            .findings(company.sends(metadata(name, LOOPBACK, "none")).await)
            .await;
        for check in ["R-13", "R-14", "R-17"] {
            assert_eq!(
                found[check].0, "pass",
                "{name}: {check}: {}",
                found[check].1
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_what_two_tenants_show_is_seen_by_both_and_names_neither() {
    let scene = Scene::new().await;
    let acme = &scene.company;
    let globex = acme.neighbour().await;
    let shared = json!({
        "client_name": "Partner",
        "redirect_uris": ["https://shared.example/cb"],
        "logo_uri": "https://shared.example/logo.png",
        "token_endpoint_auth_method": "none",
    });
    let first = globex.sends(read(&shared)).await;
    assert_eq!(globex.findings(first).await["R-15"].0, "pass");
    let second = acme.sends(read(&shared)).await;
    let words = "Another tenant uses the same: a redirect host, the logo.";
    assert_eq!(acme.findings(second).await["R-15"].1, words);

    let both = [(acme, "acme", second), (&globex, "globex", first)];
    for ((company, slug, at), other) in both.into_iter().zip(["globex", "acme"]) {
        let session = cookie(company, &company.owner, Surface::Portal).await;
        let mut owner = Browser::new().with("narthex-portal", &session);
        let path = format!("/t/{slug}/production/requests/{}", at.id);
        let page = owner.get(&scene.system.at(Plane::Portal, &path)).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(words), "{slug}: {}", page.body);
        assert!(
            !page.body.to_lowercase().contains(other),
            "{slug} learns of {other}"
        );
    }
    // Staff learn whose it is.
    let mut reviewer = scene.in_dashboard(&acme.reviewer).await;
    let path = format!("/requests/acme/production/{}", second.id);
    let page = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
    assert!(page.body.contains("It is Globex."), "{}", page.body);

    // A host that many companies share for good reason says nothing.
    let hosted = metadata("Helper", "https://claude.ai/api/mcp/auth_callback", "none");
    globex.sends(hosted.clone()).await;
    let third = acme.sends(hosted).await;
    assert_eq!(acme.findings(third).await["R-15"].0, "pass");
    // The approval plane, as one tenant, reads only its own marks.
    let administrator = acme.place.administrator().await;
    let all = "select count(distinct tenant_id) from review.mark";
    assert_eq!(
        administrator
            .query_one(all, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        2
    );
    let role = acme.place.raw("narthex_approval").await;
    let own = format!("begin; set local app.tenant = '{}'", acme.tenant.as_uuid());
    role.batch_execute(&own).await.unwrap();
    let seen = role.query_one(all, &[]).await.unwrap();
    assert_eq!(seen.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_staff_keep_the_list_of_known_names() {
    let scene = Scene::new().await;
    let url = scene.system.at(Plane::Staff, "/brands");
    let mut reviewer = scene.in_dashboard(&scene.company.reviewer).await;
    let page = reviewer.get(&url).await;
    assert!(
        page.body.contains("48 names") && page.body.contains("*.slack.com"),
        "{}",
        page.body
    );
    let csrf = page.field("csrf");
    let mut send = async |name: &str, hosts: &str, step: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("name", name),
            ("hosts", hosts),
            ("step", step),
        ];
        reviewer.post(&url, &form).await
    };
    for wrong in ["", "*.co.uk", "https://pay.example"] {
        assert_eq!(send("Acme Pay", wrong, "").await.status, 422, "{wrong}");
    }
    assert_eq!(
        send("Acme Pay", "pay.example\r\n*.pay.example", "")
            .await
            .status,
        303
    );
    let client = || metadata("ACME-PAY", "https://partner.example/cb", "none");
    let found = scene
        .company
        .findings(scene.company.sends(client()).await)
        .await;
    assert_eq!(found["R-13"].0, "fail", "{}", found["R-13"].1);
    assert_eq!(send("Acme Pay", "pay.example", "remove").await.status, 303);
    assert_eq!(send("Acme Pay", "pay.example", "remove").await.status, 404);
    let found = scene
        .company
        .findings(scene.company.sends(client()).await)
        .await;
    assert_eq!(found["R-13"].0, "pass");

    let administrator = scene.company.place.administrator().await;
    let did = "select array_agg(action || ' ' || object order by seq) from ledger.entry where action like 'brand.%'";
    let did: Vec<String> = administrator.query_one(did, &[]).await.unwrap().get(0);
    assert_eq!(did, ["brand.keep Acme Pay", "brand.forget Acme Pay"]);

    let ada = scene.staff("Ada", Role::Auditor).await;
    let page = scene.in_dashboard(&ada).await.get(&url).await;
    assert!(page.body.contains("*.slack.com") && !page.body.contains("<textarea"));
}
