//! S13, S11: logos are fetched by the discovery worker alone, drawn anew, and shown from our own origin: to reviewers
//! marked, to people only where the host is proved. Whatever a hostile host answers instead is refused with a reason.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, Frame, ImageFormat, Rgba, RgbaImage, codecs::gif::GifEncoder};
use narthex_approval::request::RequestRef;
use narthex_people::session::Surface;
use narthex_tests::{Answer, Browser, FakeHost, Plane, System};
use narthex_vocab::{ClientMetadata, Environment};
use serde_json::json;

use crate::cases::company::Company;
use crate::client_document::bench::{Bench, HOST, PATH, document};
use crate::scene::{Scene, cookie};

const PRODUCTION: Environment = Environment::Production;
const LOGO: &str = "/logo.png";

/// Rings of this colour: a drawing to be known by.
fn rings(colour: [u8; 4]) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_fn(240, 240, |x, y| {
        let (dx, dy) = (x.abs_diff(120), y.abs_diff(120));
        if ((dx * dx + dy * dy).isqrt() / 27).is_multiple_of(2) {
            Rgba(colour)
        } else {
            Rgba([255, 255, 255, 255])
        }
    }))
}

fn packed(drawn: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png() -> Vec<u8> {
    packed(&rings([20, 40, 160, 255]), ImageFormat::Png)
}

/// A whole answer with these headers.
fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn picture(kind: &str, body: &[u8]) -> Vec<u8> {
    answer(&format!("200 OK\r\nContent-Type: {kind}"), body)
}

/// The first value of a query once it has a row.
async fn once(company: &Company, query: &str) -> String {
    let administrator = company.place.administrator().await;
    for _ in 0..200 {
        if let Some(row) = administrator.query_opt(query, &[]).await.unwrap()
            && let Some(value) = row.get::<_, Option<String>>(0)
        {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing: {query}");
}

/// Orders a look at an address, and says how it ended.
async fn looked(company: &Company, path: &str) -> String {
    let administrator = company.place.administrator().await;
    let order = format!(
        "insert into intake.fetch_order (tenant_id, order_id, kind, environment, url, requested_at)
            values ('{}', gen_random_uuid(), 'logo', 'production', 'https://{HOST}{path}', now())",
        company.tenant.as_uuid()
    );
    administrator.batch_execute(&order).await.unwrap();
    once(
        company,
        &format!(
            "select coalesce(l.refusal, 'drawn') from intake.logo as l join intake.fetch_order as o using (url)
                where l.url = 'https://{HOST}{path}' and o.answered_at = (select max(answered_at) from intake.fetch_order
                    where url = l.url) and not exists (select from intake.fetch_order where url = l.url and answered_at is null)"
        ),
    )
    .await
}

/// The address of the first picture of our own on a page.
fn src(page: &Answer) -> String {
    let (_, rest) = page
        .body
        .split_once("<img")
        .unwrap_or_else(|| panic!("no picture: {}", page.body));
    let (_, rest) = rest.split_once("src=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn is_a_picture(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "image/png");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(
        answer
            .header("content-security-policy")
            .starts_with("default-src 'none'; sandbox")
    );
    assert!(answer.header("cache-control").contains("immutable"));
    assert!(answer.body.contains("PNG") && answer.body.contains("IEND"));
}

/// A document with a logo at its own host.
async fn with_logo() -> Bench {
    let bench = Bench::new().await;
    let mut said = document(&bench.client);
    said["logo_uri"] = json!(format!("https://{HOST}{LOGO}"));
    bench.host.publish_at(PATH, &said);
    bench.host.answer_at(LOGO, picture("image/png", &png()));
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_logo_at_the_clients_own_host_is_shown_from_our_origin_and_a_swapped_one_is_not() {
    let bench = with_logo().await;
    let (scene, company) = (&bench.scene, &bench.scene.company);
    // Nothing is fetched for what merely waits; people who want it have it looked at.
    let (uma, mut browser) = bench.person("Uma").await;
    let page = bench.arrive(&mut browser).await;
    assert!(!page.body.contains("<img") && !bench.host.paths().contains(&LOGO.to_owned()));
    bench.ask(&mut browser, &page).await;
    once(
        company,
        "select url from intake.logo where image is not null",
    )
    .await;
    assert_eq!(
        bench
            .host
            .paths()
            .iter()
            .filter(|path| *path == LOGO)
            .count(),
        1
    );

    // Reviewers see it marked; it comes from our own origin.
    let linked = bench.link(&uma).await;
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let review = format!("/requests/acme/production/{}", linked.request.id);
    let page = staff.get(&scene.system.at(Plane::Staff, &review)).await;
    assert!(
        page.body.contains("The logo it shows, fetched by us on"),
        "{}",
        page.body
    );
    assert!(
        !page.body.contains(&format!("src=\"https://{HOST}")),
        "{}",
        page.body
    );
    let own = src(&page);
    assert!(own.starts_with("/logos/acme/production/"), "{own}");
    assert!(
        !page.body.contains("Nobody but reviewers sees it"),
        "its own host: {}",
        page.body
    );
    is_a_picture(&staff.get(&scene.system.at(Plane::Staff, &own)).await);
    let other = own.replace("/acme/", "/globex/");
    company.neighbour().await;
    assert_eq!(
        staff
            .get(&scene.system.at(Plane::Staff, &other))
            .await
            .status,
        404
    );
    let mut owner = scene.in_portal(&company.owner).await;
    let hash = own.rsplit('/').next().unwrap();
    let portal = |environment: &str, hash: &str| {
        let path = format!("/t/acme/{environment}/logos/{hash}");
        scene.system.at(Plane::Portal, &path)
    };
    is_a_picture(&owner.get(&portal("production", hash)).await);
    assert_eq!(owner.get(&portal("sandbox", hash)).await.status, 404);
    assert_eq!(
        owner
            .get(&portal("production", &"0".repeat(64)))
            .await
            .status,
        404
    );

    // People see it once it is approved: its host is the client's own.
    let decided = company
        .decide(linked.request, narthex_approval::decide::Outcome::Approve)
        .await;
    decided.unwrap();
    let page = bench.arrive(&mut browser).await;
    let shown = src(&page);
    assert!(
        shown.starts_with("/t/acme/production/logo/https%3A%2F%2Fapp%2Eexample%2F"),
        "{shown}"
    );
    let shown = scene.system.at(Plane::Token, &shown);
    is_a_picture(&browser.get(&shown).await);
    assert_eq!(
        Browser::new().get(&shown).await.status,
        404,
        "nobody is signed in"
    );
    let invented = shown.replace(hash, &"0".repeat(64));
    assert_eq!(browser.get(&invented).await.status, 404);

    // Another picture at the same address waits for somebody to look: the old one is not shown for it either.
    let other = packed(&rings([200, 30, 30, 255]), ImageFormat::Png);
    bench.host.answer_at(LOGO, picture("image/png", &other));
    assert_eq!(looked(company, LOGO).await, "drawn");
    let page = bench.arrive(&mut browser).await;
    assert!(!page.body.contains("<img"), "{}", page.body);
    assert_eq!(browser.get(&shown).await.status, 404);
    let client = format!("/clients/acme/production/https%3A%2F%2F{HOST}%2Foauth%2Fclient.json");
    let page = staff.get(&scene.system.at(Plane::Staff, &client)).await;
    assert!(
        page.body.contains("It became another picture on"),
        "{}",
        page.body
    );
    // A failed look says why and takes nothing away.
    bench.host.answer_at(LOGO, answer("404 Not Found", b""));
    assert_eq!(
        looked(company, LOGO).await,
        "the answer has status 404, not 200"
    );
    let page = staff.get(&scene.system.at(Plane::Staff, &client)).await;
    assert!(
        page.body
            .contains("could not be fetched: the answer has status 404"),
        "{}",
        page.body
    );
    src(&page);
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_what_a_hostile_host_answers_for_a_logo_is_refused_with_a_reason() {
    let bench = Bench::silent().await;
    let company = &bench.scene.company;
    let svg =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    let tail = b"<html><script>alert(1)</script></html>".as_slice();
    let good = png();
    let mut huge = good.clone();
    huge[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let mut film = Vec::new();
    let mut encoder = GifEncoder::new(&mut film);
    for colour in [[255, 0, 0, 255], [0, 255, 0, 255]] {
        let frame = Frame::new(RgbaImage::from_pixel(40, 40, Rgba(colour)));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let types = "the content type is not one of image/png, image/jpeg, image/webp, image/gif";
    let kinds = "it is no PNG, JPEG, WebP or GIF";
    let gzip = "200 OK\r\nContent-Type: image/png\r\nContent-Encoding: gzip";
    let elsewhere = format!("302 Found\r\nLocation: https://{HOST}/good");
    let inside = "302 Found\r\nLocation: https://169.254.169.254/latest/meta-data".to_owned();
    let table = [
        ("/svg", picture("image/svg+xml", svg), types),
        ("/svg-as-png", picture("image/png", svg), kinds),
        ("/html", picture("text/html", tail), types),
        ("/png-as-html", picture("text/html", &good), types),
        ("/html-as-png", picture("image/png", tail), kinds),
        (
            "/header-alone",
            picture("image/png", &[&good[..8], tail].concat()),
            "it cannot be decoded",
        ),
        (
            "/cut",
            picture("image/png", &good[..good.len() / 2]),
            "it cannot be decoded",
        ),
        ("/huge", picture("image/png", &huge), ""),
        (
            "/large",
            picture("image/png", &vec![0; 256 * 1024 + 1]),
            "the answer is larger than 262144 bytes",
        ),
        ("/gzip", answer(gzip, &good), "the answer is compressed"),
        (
            "/redirect",
            answer(&elsewhere, b""),
            "the answer is a redirect (302), which is not followed",
        ),
        (
            "/inside",
            answer(&inside, b""),
            "the answer is a redirect (302), which is not followed",
        ),
        ("/empty", picture("image/png", b""), kinds),
        ("/good", picture("image/png", &good), "drawn"),
        (
            "/jpeg-as-png",
            picture(
                "image/png",
                &packed(
                    &DynamicImage::ImageRgb8(rings([9, 9, 9, 255]).to_rgb8()),
                    ImageFormat::Jpeg,
                ),
            ),
            "drawn",
        ),
        (
            "/tail",
            picture("image/png", &[&good[..], tail].concat()),
            "drawn",
        ),
        ("/film", picture("image/gif", &film), "drawn"),
    ];
    for (path, answer, _) in &table {
        bench.host.answer_at(path, answer.clone());
    }
    for (path, _, said) in &table {
        let found = looked(company, path).await;
        if *path == "/huge" {
            // Its checksum is wrong too: whichever is seen first, nothing is decoded.
            assert!(
                found.contains("2048 pixels") || found == "it cannot be decoded",
                "{found}"
            );
        } else {
            assert_eq!(&found, said, "{path}");
        }
    }
    // What is kept is of our own making.
    let kept = "select count(*) from intake.logo where image is not null and encode(image, 'escape') like '%script%'";
    assert_eq!(bench.count(kept).await, 0);
    let whole =
        "select count(*) from intake.logo where image is not null and octet_length(image) < 65536
        and substring(image from 1 for 8) = '\\x89504e470d0a1a0a'";
    assert_eq!(bench.count(whole).await, 4);

    // A host that people block is not asked.
    let before = bench.host.paths().len();
    let administrator = company.place.administrator().await;
    let block = format!(
        "insert into intake.listing (tenant_id, listing_id, effect, host, reason, author_tenant, author, author_name, created_at, expires_at)
            values ('{0}', gen_random_uuid(), 'block', 'example', 'No.', '{0}', gen_random_uuid(), 'Olga', now(), now() + interval '1 day')",
        company.tenant.as_uuid()
    );
    administrator.batch_execute(&block).await.unwrap();
    assert_eq!(
        looked(company, "/good").await,
        "nothing is fetched from its host"
    );
    assert_eq!(bench.host.paths().len(), before);
}

impl Company {
    async fn shows(&self, at: &str, name: &str) -> RequestRef {
        let sent = json!({
            "client_name": name,
            "redirect_uris": [format!("https://{name}.example/cb")],
            "logo_uri": at,
            "token_endpoint_auth_method": "none",
        });
        let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
        let ask = [(PRODUCTION, self.reach(PRODUCTION, "notes:read", &[]))];
        let onboarded = self.onboard(metadata, &ask).await.unwrap();
        onboarded.requests[0].request
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_logo_that_another_tenant_shows_is_seen_by_both_and_names_neither() {
    let host = FakeHost::start(HOST).await;
    host.answer_at("/one.png", picture("image/png", &png()));
    // The same drawing, packed anew elsewhere.
    let again = DynamicImage::ImageRgb8(rings([20, 40, 160, 255]).to_rgb8());
    host.answer_at(
        "/two.jpg",
        picture("image/jpeg", &packed(&again, ImageFormat::Jpeg)),
    );
    let company = Company::new().await;
    let system = System::with_hosts(&company.place, [7; 32], host.test_hosts()).await;
    let scene = Scene { company, system };
    let acme = &scene.company;
    let globex = acme.neighbour().await;
    let first = globex
        .shows(&format!("https://{HOST}/one.png"), "alpha")
        .await;
    let second = acme.shows(&format!("https://{HOST}/two.jpg"), "beta").await;
    once(
        acme,
        "select 'both' from intake.logo where image is not null having count(*) = 2",
    )
    .await;

    let words = "Another tenant uses the same: the picture of its logo.";
    let both = [(acme, "acme", second), (&globex, "globex", first)];
    for ((company, slug, at), other) in both.into_iter().zip(["globex", "acme"]) {
        let session = cookie(company, &company.owner, Surface::Portal).await;
        let mut owner = Browser::new().with("narthex-portal", &session);
        let path = format!("/t/{slug}/production/requests/{}", at.id);
        let page = owner.get(&scene.system.at(Plane::Portal, &path)).await;
        assert!(page.body.contains(words), "{slug}: {}", page.body);
        assert!(
            page.body.contains("Not verified")
                && src(&page).starts_with(&format!("/t/{slug}/production/logos/"))
        );
        assert!(
            !page.body.to_lowercase().contains(other),
            "{slug} learns of {other}"
        );
    }
    let mut reviewer = scene.in_dashboard(&acme.reviewer).await;
    let path = format!("/requests/acme/production/{}", second.id);
    let page = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
    assert!(page.body.contains("It is Globex."), "{}", page.body);
}
