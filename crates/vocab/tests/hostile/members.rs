//! Every member of client metadata that RFC 7591 section 2 and OpenID Connect Registration section 2 name, each absent,
//! null, of a wrong type, huge and nested: it is read as the standard says or refused by its name, and no member reads
//! as another.

use narthex_vocab::{ClientMetadata, Fingerprint};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::claims::{self, SERVER_OWNED};
use crate::json::{any_json, written};

/// What a member is, which says what it can be instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One word of a few.
    Word,
    /// A text, where the empty one says nothing.
    Text,
    /// An https address, where the empty one says nothing.
    Address,
    /// A list of words or addresses.
    List,
    /// A JSON object.
    Object,
    /// True or false.
    Flag,
    /// Not read at all, whatever it is.
    Unread,
}

/// Each member with a good value that is effective.
fn members() -> Vec<(&'static str, Kind, Value)> {
    let key =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let mut members = vec![
        (
            "redirect_uris",
            Kind::List,
            json!(["https://app.example.com/cb"]),
        ),
        (
            "grant_types",
            Kind::List,
            json!(["authorization_code", "refresh_token"]),
        ),
        ("response_types", Kind::List, json!(["code"])),
        ("contacts", Kind::List, json!(["ops@app.example.com"])),
        ("token_endpoint_auth_method", Kind::Word, json!("none")),
        ("application_type", Kind::Word, json!("web")),
        ("client_name", Kind::Text, json!("Notes")),
        ("scope", Kind::Text, json!("notes:read notes:write")),
        ("software_id", Kind::Text, json!("4NRB1-0XZABZI9E6-5SM3R")),
        ("software_version", Kind::Text, json!("1.2.3")),
        (
            "client_uri",
            Kind::Address,
            json!("https://app.example.com/"),
        ),
        (
            "logo_uri",
            Kind::Address,
            json!("https://app.example.com/logo.png"),
        ),
        (
            "tos_uri",
            Kind::Address,
            json!("https://app.example.com/tos"),
        ),
        (
            "policy_uri",
            Kind::Address,
            json!("https://app.example.com/policy"),
        ),
        (
            "jwks_uri",
            Kind::Address,
            json!("https://app.example.com/jwks.json"),
        ),
        ("jwks", Kind::Object, json!({ "keys": [key] })),
        ("dpop_bound_access_tokens", Kind::Flag, json!(true)),
        (
            "require_pushed_authorization_requests",
            Kind::Flag,
            json!(true),
        ),
        ("id_token_signed_response_alg", Kind::Word, json!("EdDSA")),
        (
            "post_logout_redirect_uris",
            Kind::List,
            json!(["https://app.example.com/bye"]),
        ),
        (
            "backchannel_logout_uri",
            Kind::Address,
            json!("https://app.example.com/logout"),
        ),
        ("client_name#ja", Kind::Text, json!("ノート")),
        (
            "logo_uri#pt-BR",
            Kind::Address,
            json!("https://app.example.com/logo-pt.png"),
        ),
    ];
    members.extend(UNREAD.iter().map(|name| (*name, Kind::Unread, json!("x"))));
    members.extend(
        SERVER_OWNED
            .iter()
            .map(|name| (*name, Kind::Unread, json!("x"))),
    );
    members
}

/// Members of OpenID Connect and later specifications that this house does not keep.
const UNREAD: &[&str] = &[
    "backchannel_logout_session_required",
    "default_acr_values",
    "default_max_age",
    "frontchannel_logout_uri",
    "id_token_encrypted_response_alg",
    "initiate_login_uri",
    "introspection_signed_response_alg",
    "jwks_uri#ja",
    "request_object_signing_alg",
    "redirect_uris#ja",
    "request_uris",
    "require_auth_time",
    "sector_identifier_uri",
    "subject_type",
    "tls_client_auth_subject_dn",
    "token_endpoint_auth_signing_alg",
    "userinfo_signed_response_alg",
    "unknown",
    "__proto__",
    "constructor",
    "",
];

/// Good metadata with every member but `jwks`, which excludes `jwks_uri`.
fn whole() -> Map<String, Value> {
    let good = members()
        .into_iter()
        .filter(|(name, kind, _)| *name != "jwks" && *kind != Kind::Unread);
    good.map(|(name, _, value)| (name.to_owned(), value))
        .collect()
}

fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut sent = whole();
    if name == "jwks" {
        sent.remove("jwks_uri");
    }
    sent.insert(name.to_owned(), value);
    sent
}

fn without(name: &str) -> Map<String, Value> {
    let mut sent = whole();
    sent.remove(name);
    sent
}

/// The member at fault, without its place in a list.
fn fault(sent: &Map<String, Value>) -> Option<String> {
    claims::sent_metadata(sent);
    let error = ClientMetadata::parse(sent).err()?;
    let text = error.to_string();
    assert!(text.len() < 300, "a refusal repeats what was sent: {text}");
    error.member.split('[').next().map(str::to_owned)
}

/// Values that no member takes.
fn wrong_for_all() -> Vec<(&'static str, Value)> {
    let mut deep = json!("x");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    vec![
        ("true", json!(true)),
        ("false", json!(false)),
        ("zero", json!(0)),
        ("a float", json!(1e300)),
        ("a huge number", json!(u64::MAX)),
        ("a list of a number", json!([7])),
        ("a list of null", json!([null])),
        ("a list of lists", json!([["https://app.example.com/cb"]])),
        ("a list of objects", json!([{ "a": 1 }])),
        ("a deep list", deep),
        ("an object of a list", json!({ "keys": "x" })),
        (
            "a nested object",
            json!({ "a": { "b": { "c": [[["d"]]] } } }),
        ),
    ]
}

/// Values that members of one kind do not take, though others do.
fn wrong_for(kind: Kind) -> Vec<(&'static str, Value)> {
    let many: Vec<_> = (0..1_000)
        .map(|n| format!("https://app.example.com/{n}"))
        .collect();
    match kind {
        Kind::List => vec![
            ("a text", json!("code")),
            ("an object", json!({})),
            ("a huge list", json!(many)),
            ("a list of a huge text", json!(["x".repeat(100_000)])),
            ("a list of a control character", json!(["a\u{0}"])),
            ("a list of an empty text", json!([""])),
        ],
        Kind::Word => vec![
            ("another word", json!("root")),
            ("an empty text", json!("")),
            ("another case", json!("NONE")),
            ("a word and a space", json!("none ")),
            ("a huge text", json!("x".repeat(100_000))),
            ("a list", json!(["none"])),
            ("an object", json!({})),
        ],
        Kind::Text => vec![
            ("a huge text", json!("x".repeat(100_000))),
            ("a control character", json!("a\u{0}b")),
            ("a line break", json!("a\r\nSet-Cookie: a=b")),
            ("a turned text", json!("safe\u{202e}gpj")),
            ("a list", json!(["x"])),
            ("an empty list", json!([])),
            ("an object", json!({})),
        ],
        Kind::Address => vec![
            (
                "a huge address",
                json!(format!("https://app.example.com/{}", "x".repeat(100_000))),
            ),
            ("no address", json!("x")),
            ("a script", json!("JaVaScRiPt:alert(1)")),
            ("data", json!("data:image/svg+xml,x")),
            ("http", json!("http://app.example.com/")),
            ("this machine", json!("https://localhost/")),
            (
                "an address of the metadata service",
                json!("https://169.254.169.254/latest"),
            ),
            (
                "a user name",
                json!("https://app.example.com@evil.example/"),
            ),
            ("a line break", json!("https://app.example.com/\n")),
            ("a list", json!(["https://app.example.com/"])),
            ("an object", json!({})),
        ],
        Kind::Object => vec![
            ("a text", json!("{}")),
            ("an empty text", json!("")),
            ("an empty object", json!({})),
            ("an empty list", json!([])),
            ("no key", json!({ "keys": [] })),
            (
                "a symmetric key",
                json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }),
            ),
            (
                "many keys",
                json!({ "keys": vec![json!({ "kty": "RSA" }); 1_000] }),
            ),
        ],
        Kind::Flag => vec![
            ("a text", json!("true")),
            ("an empty text", json!("")),
            ("one", json!(1)),
            ("an empty list", json!([])),
            ("an object", json!({})),
        ],
        Kind::Unread => Vec::new(),
    }
}

#[test]
fn absent_and_null_are_one() {
    for (name, _, good) in members() {
        assert_eq!(fault(&with(name, good)), None, "{name} is good");
        let absent = ClientMetadata::parse(&without(name));
        let mut null = without(name);
        null.insert(name.to_owned(), Value::Null);
        assert_eq!(ClientMetadata::parse(&null), absent, "{name} is null");
        assert_eq!(absent.is_err(), name == "redirect_uris", "{name} is absent");
    }
}

#[test]
fn what_is_wrong_is_refused_by_its_name() {
    for (name, kind, _) in members()
        .into_iter()
        .filter(|(_, kind, _)| *kind != Kind::Unread)
    {
        let taken = |value: &Value| kind == Kind::Flag && value.is_boolean();
        let wrong = wrong_for_all().into_iter().chain(wrong_for(kind));
        for (what, value) in wrong.filter(|(_, value)| !taken(value)) {
            let fault = fault(&with(name, value));
            assert_eq!(fault.as_deref(), Some(name), "{name} is {what}");
        }
    }
}

#[test]
fn an_empty_text_says_nothing_where_clients_leave_a_field_open() {
    for (name, kind, _) in members() {
        if matches!(kind, Kind::Text | Kind::Address) {
            let said_nothing = ClientMetadata::parse(&with(name, json!(" "))).unwrap();
            assert_eq!(
                said_nothing,
                ClientMetadata::parse(&without(name)).unwrap(),
                "{name}"
            );
        }
    }
}

#[test]
fn what_is_not_kept_changes_nothing_whatever_it_is() {
    let plain = ClientMetadata::parse(&whole()).unwrap();
    for (name, _, good) in members()
        .into_iter()
        .filter(|(_, kind, _)| *kind == Kind::Unread)
    {
        let kinds = [
            Kind::List,
            Kind::Word,
            Kind::Text,
            Kind::Address,
            Kind::Object,
        ];
        let all = wrong_for_all()
            .into_iter()
            .chain(kinds.into_iter().flat_map(wrong_for));
        for (what, value) in all.chain([("a text", good)]) {
            let read = ClientMetadata::parse(&with(name, value));
            assert_eq!(read.as_ref(), Ok(&plain), "{name} is {what}");
        }
    }
}

fn any_metadata() -> impl Strategy<Value = Map<String, Value>> {
    let names: Vec<_> = members().into_iter().map(|(name, _, _)| name).collect();
    let change = (prop::sample::select(names), prop::option::of(any_json()));
    prop::collection::vec(change, 0..6).prop_map(|changes| {
        let mut sent = whole();
        for (name, value) in changes {
            match value {
                Some(value) => sent.insert(name.to_owned(), value),
                None => sent.remove(name),
            };
        }
        sent
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_json_is_read_or_refused(sent in any_metadata()) {
        claims::sent_metadata(&sent);
    }

    #[test]
    fn nobody_changes_what_the_server_owns(name in prop::sample::select(SERVER_OWNED), value in any_json()) {
        let read = ClientMetadata::parse(&with(name, value)).unwrap();
        let plain = ClientMetadata::parse(&whole()).unwrap();
        prop_assert_eq!(Fingerprint::of(&read), Fingerprint::of(&plain));
        prop_assert_eq!(read.to_json(), plain.to_json());
    }

    #[test]
    fn a_fingerprint_sees_no_order_and_no_white_space(sent in any_metadata(), chance in prop::collection::vec(any::<u8>(), 64)) {
        let text = written(&Value::Object(sent.clone()), &mut chance.into_iter().cycle().take(4_000));
        let again: Map<String, Value> = serde_json::from_str(&text).unwrap();
        let (one, other) = (ClientMetadata::parse(&sent), ClientMetadata::parse(&again));
        prop_assert_eq!(one.as_ref().map(Fingerprint::of), other.as_ref().map(Fingerprint::of));
    }
}
