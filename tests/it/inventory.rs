//! S6, S19: everything that is onboarded, with who answers for it. Filters are the address and nothing is dropped silently;
//! pages go on where the one before ended; what is taken away is what was filtered, and the ledger says who took it.

use narthex_tests::{Browser, Plane};
use narthex_vocab::Environment;

use crate::cases::company::metadata;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;

impl Scene {
    async fn portal(&self, browser: &mut Browser, path: &str) -> narthex_tests::Answer {
        browser
            .get(
                &self
                    .system
                    .at(Plane::Portal, &format!("/t/acme/inventory{path}")),
            )
            .await
    }

    async fn staffs(&self, browser: &mut Browser, path: &str) -> narthex_tests::Answer {
        browser
            .get(&self.system.at(Plane::Staff, &format!("/inventory{path}")))
            .await
    }

    /// Integrations by hand, since a page is fuller than fixtures are quick.
    async fn many(&self, count: usize, prefix: &str) {
        let administrator = self.company.place.administrator().await;
        let sql = format!(
            "insert into registry.integration (tenant_id, integration_id, name, purpose, operator, origin, sponsor_id, created_at)
                select '{}', gen_random_uuid(), '{prefix}' || lpad(n::text, 4, '0'), '', 'partner', 'portal', '{}',
                    now() - (n / 3) * interval '1 minute'
                from generate_series(1, {count}) as n",
            self.company.tenant.as_uuid(),
            self.company.owner.member.as_uuid()
        );
        administrator.batch_execute(&sql).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s19_a_line_says_who_answers_how_it_proves_itself_and_what_it_reaches() {
    let scene = Scene::new().await;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    scene.client_token(PRODUCTION, &machine).await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let page = scene.portal(&mut owner, "").await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        machine.id.as_str(),
        "Olga",
        "1 works, 0 d old",
        "notes:read, 1 tool",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains(&machine.secret));
    let mut staff = scene.in_dashboard(&scene.company.reviewer).await;
    let page = scene.staffs(&mut staff, "?tenant=acme").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains(&machine.id) && page.body.contains("Acme"));
    let none = scene.staffs(&mut staff, "?tenant=globex").await;
    assert!(none.body.contains("Nothing matches") && none.body.contains("Clear filters"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_leaves_what_it_says_and_a_wrong_one_leaves_nothing() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let asks = [(SANDBOX, company.reach(SANDBOX, "notes:read", &[]))];
    let partner = metadata("Other", "https://other.example/cb", "none");
    company.onboard(partner, &asks).await.unwrap();
    let mut owner = scene.in_portal(&company.owner).await;
    for (query, there) in [
        ("?environment=production", true),
        ("?environment=sandbox", false),
        ("?state=active", true),
        ("?state=suspended", false),
        ("?state=none", false),
        ("?operator=partner", true),
        ("?operator=agent", false),
        ("?sponsor=none", false),
        ("?ends=90", false),
        ("?idle=30", false),
        (&format!("?q={}", &machine.id[5..15]), true),
        ("?q=%25", false),
        ("?q=nobody", false),
    ] {
        let page = scene.portal(&mut owner, query).await;
        assert_eq!(page.status, 200, "{query}: {}", page.body);
        assert_eq!(
            page.body.contains(&machine.id),
            there,
            "{query}: {}",
            page.body
        );
    }
    for query in [
        "?state=live",
        "?sponsor=olga",
        "?after=1",
        "?q=a&q=b",
        "?sort=luck",
    ] {
        let page = scene.portal(&mut owner, query).await;
        assert_eq!(page.status, 422, "{query}: {}", page.body);
        assert!(page.body.contains("There is a problem") && !page.body.contains(&machine.id));
    }
    let administrator = company.place.administrator().await;
    let left = "update tenant.member set state = 'left' where name = 'Olga'";
    administrator.batch_execute(left).await.unwrap();
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let page = scene.staffs(&mut staff, "?sponsor=none").await;
    assert!(
        page.body.contains(&machine.id) && page.body.contains("Olga has left"),
        "{}",
        page.body
    );
    let host = scene.staffs(&mut staff, "?q=other.example").await;
    assert!(
        host.body.contains("Nothing matches"),
        "it has no client yet: {}",
        host.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_on_in_every_order_and_show_each_line_once() {
    let scene = Scene::new().await;
    scene.many(120, "Many ").await;
    scene.machine(PRODUCTION, "notes:read").await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    for sort in ["newest", "name"] {
        let mut path = format!("?q=Many&sort={sort}");
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            let page = scene.portal(&mut owner, &path).await;
            assert_eq!(page.status, 200, "{}", page.body);
            let names = page.body.split("Many ").skip(1);
            seen.extend(
                names
                    .filter_map(|rest| rest.get(..4))
                    .map(str::to_owned)
                    .filter(|name| name.parse::<u32>().is_ok()),
            );
            pages += 1;
            let Some(older) = page
                .body
                .split("rel=\"next\"")
                .next()
                .filter(|before| before.len() < page.body.len())
            else {
                break;
            };
            let href = older
                .rsplit("href=\"")
                .next()
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            let href = href.replace("&#38;", "&").replace("&amp;", "&");
            path = href.split("/inventory").nth(1).unwrap().to_owned();
        }
        assert_eq!(pages, 3, "{sort}");
        let total = seen.len();
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((once.len(), total), (120, 120), "{sort}");
        if sort == "name" {
            assert_eq!(seen, once);
        }
    }
    let ends = scene.portal(&mut owner, "?sort=ends").await;
    assert!(
        !ends.body.contains("Many "),
        "what has no client ends never"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_what_was_filtered_and_no_formula_and_is_in_the_ledger() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    scene.many(1_100, "=cmd|calc ").await;
    let neighbour = company.neighbour().await;
    let theirs = crate::scene::machine(&neighbour, PRODUCTION, "notes:read", &[]).await;
    let mut owner = scene.in_portal(&company.owner).await;

    let csv = scene.portal(&mut owner, "/export/csv?all=yes").await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.header("cache-control"), "no-store");
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(
        csv.header("content-disposition")
            .contains("acme_both_inventory_")
    );
    assert_eq!(csv.body.lines().count(), 1_102, "a head and every line");
    assert!(
        csv.body
            .lines()
            .next()
            .unwrap()
            .contains("approval_ends (UTC)")
    );
    assert!(csv.body.contains("\"'=cmd|calc 0001\"") && !csv.body.contains("\"=cmd"));
    assert!(csv.body.contains(&machine.id) && !csv.body.contains(&theirs.id));
    let json = scene.portal(&mut owner, "/export/json?state=active").await;
    let lines: Vec<serde_json::Value> = serde_json::from_str(&json.body).unwrap();
    assert_eq!(lines.len(), 1, "{}", json.body);
    assert_eq!(lines[0]["client_id"], machine.id.as_str());
    assert!(lines[0]["since"].as_str().unwrap().ends_with('Z'));
    let nothing = scene.portal(&mut owner, "/export/json?q=nobody").await;
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&nothing.body).unwrap(),
        serde_json::json!([])
    );
    assert_eq!(scene.portal(&mut owner, "/export/xls").await.status, 404);
    assert_eq!(
        scene
            .portal(&mut owner, "/export/csv?state=live")
            .await
            .status,
        404
    );

    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let all = scene.staffs(&mut staff, "/export/csv?tenant=globex").await;
    assert!(all.body.contains(&theirs.id) && !all.body.contains(&machine.id));
    let administrator = company.place.administrator().await;
    let told = "select count(*), count(distinct tenant_id), string_agg(detail ->> 'filters', ',' order by seq)
        from ledger.entry where action = 'list.export'";
    let row = administrator.query_one(told, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (4, 2));
    assert!(row.get::<_, String>(2).contains("state=active"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_its_persons_own_and_opens_the_list() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let mut owner = scene.in_portal(&company.owner).await;
    let page = scene.portal(&mut owner, "?sponsor=none").await;
    let csrf = page.field("csrf");
    let views = scene.system.at(Plane::Portal, "/t/acme/inventory/views");
    let form = |name: &'static str, query: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("name", name.to_owned()),
            ("query", query.to_owned()),
            ("standard", "yes".to_owned()),
        ]
    };
    let post = async |browser: &mut Browser, fields: [(&'static str, String); 4]| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.post(&views, &fields).await
    };
    let saved = post(&mut owner, form("Orphans", "sponsor=none")).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let opened = scene.portal(&mut owner, "").await;
    assert_eq!(opened.status, 303);
    assert!(
        opened.location().contains("sponsor=none&view=svw_"),
        "{}",
        opened.location()
    );
    let all = scene.portal(&mut owner, "?all=yes").await;
    assert!(all.body.contains(">Orphans</a>"), "{}", all.body);
    let again = post(&mut owner, form("Orphans", "state=active")).await;
    assert!(
        again.location().contains("state=active"),
        "one of the name is replaced"
    );
    let nameless = post(&mut owner, form(" ", "state=active")).await;
    assert!(nameless.location().contains("view-nameless"));
    for wrong in ["state=live", "q=a&q=b"] {
        assert_eq!(
            post(&mut owner, form("Bad", wrong)).await.status,
            404,
            "{wrong}"
        );
    }

    let vera = crate::isolation_http::member(
        company,
        "Vera",
        Some(narthex_tenancy::permission::Role::Viewer),
    )
    .await;
    let mut other = scene.in_portal(&vera).await;
    let hers = scene.portal(&mut other, "").await;
    assert_eq!(hers.status, 200, "another person's view opens nothing");
    assert!(!hers.body.contains("Orphans"));
    let id = opened.location().split("view=").nth(1).unwrap().to_owned();
    let csrf = hers.field("csrf");
    let forget = scene
        .system
        .at(Plane::Portal, "/t/acme/inventory/views/forget");
    other.post(&forget, &[("csrf", &csrf), ("view", &id)]).await;
    assert!(
        scene
            .portal(&mut owner, "?all=yes")
            .await
            .body
            .contains("Orphans"),
        "it is still there"
    );
    let csrf = scene.portal(&mut owner, "?all=yes").await.field("csrf");
    owner.post(&forget, &[("csrf", &csrf), ("view", &id)]).await;
    assert!(!scene.portal(&mut owner, "").await.body.contains("Orphans"));
}
