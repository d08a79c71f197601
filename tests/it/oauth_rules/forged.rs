//! Tokens that nobody issued, or another issuer did: at introspection, userinfo and the decision API alike they are as
//! good as noise (the family of CVE-2026-11800: algorithm confusion; and audiences that were not bound).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use narthex_tests::{Browser, Plane};
use narthex_vocab::Environment::{Production, Sandbox};
use serde_json::{Value, json};

use super::{says, text};
use crate::scene::{self, Machine, Scene};

/// A key of a stranger's own, made for this test.
const STRANGER: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgm/tO02RjydV8L7cG
esq6Qh2oIViqtvmllhDUnKsbz/ehRANCAARcU/1FfVkvjgDVNdgvrgP/szi1Em7F
BoQopx4rMXVjsgIQCI7NihwFtZ/m9/zY1skkNb2/w6kgw5m/hmTr7iWs
-----END PRIVATE KEY-----
";

fn part(text: &str) -> Value {
    serde_json::from_slice(&BASE64.decode(text).unwrap()).unwrap()
}

fn sealed(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

/// The parts of a token: header, claims, signature.
fn parts(token: &str) -> (Value, Value, String) {
    let parts: Vec<&str> = token.split('.').collect();
    (part(parts[0]), part(parts[1]), parts[2].to_owned())
}

/// What a forger makes of a true token and the published key set.
fn forgeries(token: &str, jwks: &Value) -> Vec<(String, String)> {
    let (header, claims, signature) = parts(token);
    let kid = header["kid"].as_str().unwrap().to_owned();
    let with = |member: &str, value: Value| {
        let mut changed = header.clone();
        changed[member] = value;
        format!("{}.{}.{signature}", sealed(&changed), sealed(&claims))
    };
    let claiming = |member: &str, value: Value| {
        let mut changed = claims.clone();
        changed[member] = value;
        format!("{}.{}.{signature}", sealed(&header), sealed(&changed))
    };
    let mut forged = vec![
        (
            "no signature".to_owned(),
            token.rsplit_once('.').unwrap().0.to_owned() + ".",
        ),
        (
            "two parts".to_owned(),
            token.rsplit_once('.').unwrap().0.to_owned(),
        ),
        ("cut".to_owned(), token[..token.len() - 2].to_owned()),
        ("longer".to_owned(), format!("{token}AA")),
        ("four parts".to_owned(), format!("{token}.AA")),
        ("a signature of zeros".to_owned(), {
            let head = token.rsplit_once('.').unwrap().0;
            format!("{head}.{}", BASE64.encode([0_u8; 64]))
        }),
        ("a list".to_owned(), format!("[\"{token}\"]")),
        ("nothing".to_owned(), "..".to_owned()),
        ("a NUL".to_owned(), format!("{token}\u{0}")),
        (
            "more scope".to_owned(),
            claiming("scope", json!("notes:read notes:delete")),
        ),
        (
            "a longer life".to_owned(),
            claiming("exp", json!(4_000_000_000_u32)),
        ),
        (
            "another audience".to_owned(),
            claiming("aud", json!("https://other.example/")),
        ),
        ("another key".to_owned(), with("kid", json!("other"))),
        (
            "a key by path".to_owned(),
            with("kid", json!("../../../dev/null")),
        ),
        (
            "a key by query".to_owned(),
            with("kid", json!("' or '1'='1")),
        ),
        ("typ JWT".to_owned(), with("typ", json!("JWT"))),
        ("crit".to_owned(), with("crit", json!(["exp"]))),
    ];
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        let mut unsigned = header.clone();
        unsigned["alg"] = json!(algorithm);
        let body = format!("{}.{}", sealed(&unsigned), sealed(&claims));
        forged.push((format!("alg {algorithm:?}, unsigned"), format!("{body}.")));
        forged.push((
            format!("alg {algorithm:?}, signed"),
            format!("{body}.{signature}"),
        ));
    }
    let sign = |name: &str, algorithm: Algorithm, key: &EncodingKey, kid: &str, jwk: bool| {
        let mut header = Header::new(algorithm);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(kid.to_owned());
        if jwk {
            header.jku = Some("https://evil.example/jwks.json".to_owned());
        }
        (name.to_owned(), encode(&header, &claims, key).unwrap())
    };
    let stranger = EncodingKey::from_ec_pem(STRANGER.as_bytes()).unwrap();
    forged.push(sign(
        "a stranger's key",
        Algorithm::ES256,
        &stranger,
        &kid,
        false,
    ));
    forged.push(sign(
        "a key by jku",
        Algorithm::ES256,
        &stranger,
        &kid,
        true,
    ));
    // The published key as the secret of a symmetric signature, in every form it comes in.
    for key in jwks["keys"].as_array().unwrap() {
        let kid = key["kid"].as_str().unwrap();
        let mut secrets = vec![
            key.to_string().into_bytes(),
            kid.as_bytes().to_vec(),
            vec![0],
        ];
        for member in ["x", "y", "n", "e"] {
            if let Some(text) = key[member].as_str() {
                secrets.push(text.as_bytes().to_vec());
                secrets.push(BASE64.decode(text).unwrap());
            }
        }
        for secret in secrets {
            let secret = EncodingKey::from_secret(&secret);
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                forged.push(sign(
                    &format!("{algorithm:?}"),
                    algorithm,
                    &secret,
                    kid,
                    false,
                ));
            }
        }
    }
    forged
}

/// A token is nothing anywhere.
async fn worthless(scene: &Scene, what: &str, notes: &Machine, token: &str) {
    let said = scene.introspect(Production, notes, token).await;
    assert_eq!(said, json!({ "active": false }), "{what}");
    let said = scene.may_call(Production, notes, ("np_a", token)).await;
    assert_eq!(said["decision"], false, "{what}");
    let userinfo = scene.issuer_at(Plane::Token, Production, "userinfo");
    let mut browser = Browser::new();
    let answer = browser.post(&userinfo, &[("access_token", token)]).await;
    says(what, &answer, (401, "invalid_token"));
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer"), "{what}: {challenge}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_issuers_own_signature_counts() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(Production).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let issued = scene.redeem((&client, &code), &[]).await;
    let (token, id_token) = (text(&issued, "access_token"), text(&issued, "id_token"));
    let jwks = scene.issuer_at(Plane::Discovery, Production, "jwks");
    let jwks = browser.get(&jwks).await.json();
    let forged = forgeries(&token, &jwks);
    assert!(forged.len() > 40, "{}", forged.len());
    for (what, forgery) in &forged {
        worthless(&scene, what, &notes, forgery).await;
    }
    for (what, other) in [
        ("an id token", id_token),
        ("a refresh token", text(&issued, "refresh_token")),
        ("a code", code),
        ("a secret", notes.secret.clone()),
    ] {
        worthless(&scene, what, &notes, &other).await;
    }

    assert_eq!(
        scene.introspect(Production, &notes, &token).await["active"],
        true
    );
    let userinfo = scene.issuer_at(Plane::Token, Production, "userinfo");
    let known = browser.post(&userinfo, &[("access_token", &token)]).await;
    assert_eq!(
        known.json()["sub"],
        person.member.to_string(),
        "{}",
        known.body
    );
    let in_the_address = browser
        .get(&format!("{userinfo}?access_token={token}"))
        .await;
    says("in the address", &in_the_address, (401, "invalid_token"));
    let request = browser.request(reqwest::Method::POST, &userinfo);
    let twice = request
        .bearer_auth(&token)
        .form(&[("access_token", &token)]);
    says(
        "twice",
        &browser.send(twice).await,
        (400, "invalid_request"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_other_issuers() {
    let scene = Scene::new().await;
    let notes = scene.notes(Production).await;
    let sandbox = scene.machine(Sandbox, "notes:read").await;
    let token = scene.client_token(Sandbox, &sandbox).await;
    worthless(&scene, "the sandbox's at production", &notes, &token).await;

    let neighbour = scene.company.neighbour().await;
    let foreign = scene::machine(&neighbour, Production, "notes:read", &[]).await;
    let url = scene.system.at(Plane::Token, "/t/globex/production/token");
    let form = [("grant_type", "client_credentials")];
    let answer = Browser::new().basic(&url, foreign.basic(), &form).await;
    let token = text(&answer, "access_token");
    worthless(&scene, "a neighbour's", &notes, &token).await;
    let theirs = scene::notes(&neighbour, Production).await;
    let introspect = scene
        .system
        .at(Plane::Token, "/t/globex/production/introspect");
    let known = Browser::new()
        .basic(&introspect, theirs.basic(), &[("token", &token)])
        .await;
    assert_eq!(known.json()["active"], true);

    // A client sees its own tokens and no other's, and none is for everybody.
    let (one, two) = (
        scene.machine(Production, "notes:read").await,
        scene.machine(Production, "notes:read").await,
    );
    let token = scene.client_token(Production, &one).await;
    assert_eq!(
        scene.introspect(Production, &one, &token).await["active"],
        true
    );
    let other = scene.introspect(Production, &two, &token).await;
    assert_eq!(other, json!({ "active": false }));
    let userinfo = scene.issuer_at(Plane::Token, Production, "userinfo");
    let nobody = Browser::new()
        .post(&userinfo, &[("access_token", &token)])
        .await;
    assert!(
        matches!(nobody.status, 401 | 403),
        "no person is behind it: {}",
        nobody.body
    );
}
