//! What must hold for any input whatever: each function takes bytes and panics when a claim does not hold. The tables,
//! the properties, the kept corpus and the fuzz targets (`tests/fuzz/`) all go through these same functions.

use fluent_uri::Uri;
use narthex_vocab::{
    AuthMethod, ClientDocument, ClientMetadata, ClientName, DocumentUrl, Fingerprint, GrantType,
    Label, Picture, RedirectUri, RedirectUriKind, SoftwareStatement, Timestamp, json_object,
};
use serde_json::{Map, Value};
use url::Url;

/// Members that only the server says; a registrant who sends them is not heard.
pub(crate) const SERVER_OWNED: &[&str] = &[
    "access_token_lifetime",
    "active",
    "approval_id",
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "client_secret_expires_at",
    "enabled",
    "entitlements",
    "environment",
    "expires_at",
    "fingerprint",
    "lineage",
    "parent_client_id",
    "registration_access_token",
    "registration_client_uri",
    "sponsor",
    "state",
    "status",
    "tenant_id",
];

/// A redirect URI, and after a line break one that is presented: whatever is taken, a browser and RFC 3986 read as the
/// same address; whatever may be presented leads to the same host, path and query.
pub(crate) fn redirect_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (registered, presented) = text.split_once('\n').unwrap_or((text, text));
    let Ok(uri) = RedirectUri::parse(registered) else {
        return;
    };
    assert_eq!(uri.as_str(), registered, "kept as it was written");
    assert!(uri.matches(registered), "it may be presented itself");
    let read = as_everybody(&uri);
    if let Some(target) = uri.matched(presented) {
        assert_eq!(target.as_str(), presented);
        let other = as_everybody(&target);
        assert_eq!((&read.host, &read.rest), (&other.host, &other.rest));
        assert!(registered == presented || uri.is_loopback());
    }
    let answer = uri.with_response(&[("code", presented), ("state", "&=#")]);
    let answered = Url::parse(&answer).expect("an answer is a URL");
    assert_eq!(
        answered.host_str(),
        Url::parse(registered).unwrap().host_str()
    );
    assert_eq!(answered.fragment(), None);
}

/// An address as everybody reads it.
struct Reading {
    host: Option<String>,
    /// Scheme, path and query.
    rest: (String, String, Option<String>),
}

fn as_everybody(uri: &RedirectUri) -> Reading {
    let text = uri.as_str();
    let strict = Uri::parse(text).unwrap_or_else(|why| panic!("not RFC 3986: {text}: {why}"));
    let browser = Url::parse(text).unwrap_or_else(|why| panic!("not WHATWG: {text}: {why}"));
    assert!(
        !strict.has_fragment() && browser.fragment().is_none(),
        "{text}"
    );
    assert!(
        browser.username().is_empty() && browser.password().is_none(),
        "{text}"
    );
    assert!(
        strict
            .authority()
            .is_none_or(|authority| !authority.has_userinfo()),
        "{text}"
    );

    let scheme = strict.scheme().as_str().to_ascii_lowercase();
    assert_eq!(scheme, browser.scheme(), "{text}");
    let expected = match uri.kind() {
        RedirectUriKind::Https => scheme == "https",
        RedirectUriKind::Loopback => scheme == "http",
        RedirectUriKind::PrivateUse => scheme.contains('.'),
    };
    assert!(expected, "{text}");
    let path = match strict.path().as_str() {
        "" if uri.kind() != RedirectUriKind::PrivateUse => "/",
        path => path,
    };
    assert_eq!(path, browser.path(), "{text}");
    let host = uri.host().map(|host| host.to_string());
    if let Some(host) = &host {
        let authority = strict.authority().expect("it has a host");
        assert!(authority.host().eq_ignore_ascii_case(host), "{text}");
        assert_eq!(browser.host_str(), Some(host.as_str()), "{text}");
    }
    if uri.is_loopback() {
        assert!(
            ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_deref().unwrap()),
            "{text}"
        );
    }
    let query = strict.query().map(|query| query.as_str().to_owned());
    Reading {
        host,
        rest: (scheme, path.to_owned(), query),
    }
}

/// A body of a registration: it is read or refused; what is effective reads back as itself and says nothing that only
/// the server says; the same words in another order are the same software.
pub(crate) fn metadata(data: &[u8]) {
    if let Ok(Value::Object(sent)) = serde_json::from_slice(data) {
        sent_metadata(&sent);
    }
}

/// The same for a body that is read already.
pub(crate) fn sent_metadata(sent: &Map<String, Value>) {
    let mut heard = sent.clone();
    heard.retain(|member, _| !SERVER_OWNED.contains(&member.as_str()));
    let metadata = ClientMetadata::parse(sent);
    assert_eq!(
        ClientMetadata::parse(&heard),
        metadata,
        "a server-owned member was heard"
    );
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(error) => {
            assert!(error.to_string().len() < 2_000, "{error}");
            return;
        }
    };
    let json = metadata.to_json();
    assert_eq!(ClientMetadata::parse(&json).as_ref(), Ok(&metadata));
    assert!(
        json.keys()
            .all(|member| !SERVER_OWNED.contains(&member.as_str()))
    );
    for uri in metadata.redirect_uris() {
        redirect_uri(uri.as_str().as_bytes());
        assert!(metadata.redirect_uri(uri.as_str()).is_some());
    }
    for name in metadata.names() {
        client_name(name.as_str().as_bytes());
    }
    for page in metadata.pages() {
        assert_eq!(json[&page.name()], page.uri.as_str());
        assert!(metadata.hosts().contains(page.uri.host()));
    }

    let mut turned = sent.clone();
    for member in ["redirect_uris", "grant_types", "response_types"] {
        if let Some(Value::Array(list)) = turned.get_mut(member) {
            list.reverse();
        }
    }
    let turned = ClientMetadata::parse(&turned).expect("order means nothing");
    assert_eq!(Fingerprint::of(&turned), Fingerprint::of(&metadata));

    if let Ok(clamped) = metadata.clamp_for_quarantine() {
        assert_eq!(clamped.auth_method(), AuthMethod::None);
        assert!(!clamped.allows(GrantType::ClientCredentials));
        assert!(!clamped.redirect_uris().is_empty());
        assert_eq!(ClientMetadata::parse(&clamped.to_json()), Ok(clamped));
    }
}

/// A document and, on the line before it, its address: whatever is taken is the document of that address, has no secret,
/// and comes to a client that proves itself by none or by a key of its own; nobody registers into its family.
pub(crate) fn client_document(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (address, body) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(url) = DocumentUrl::parse(address) else {
        return;
    };
    assert_eq!(url.as_str(), address, "kept as it was written");
    let read = url.url().expect("an address is a URL");
    assert_eq!(
        (read.scheme(), read.host_str()),
        ("https", Some(url.host().as_str()))
    );
    assert!(read.fragment().is_none() && read.username().is_empty());
    let Ok(body) = json_object(body.as_bytes()) else {
        return;
    };
    let document = match ClientDocument::parse(url.clone(), body.clone()) {
        Ok(document) => document,
        Err(error) => {
            assert!(error.to_string().len() < 2_000, "{error}");
            return;
        }
    };
    assert_eq!(body["client_id"], url.as_str());
    assert!(
        body.keys()
            .all(|member| !member.starts_with("client_secret"))
    );
    let metadata = document.metadata();
    sent_metadata(&metadata.to_json());
    assert!(metadata.client_name().is_some() && !metadata.redirect_uris().is_empty());
    match metadata.auth_method() {
        AuthMethod::None => {}
        AuthMethod::PrivateKeyJwt => {
            assert!(metadata.jwks().is_some() || metadata.jwks_uri().is_some());
        }
        method @ (AuthMethod::ClientSecretBasic
        | AuthMethod::ClientSecretPost
        | AuthMethod::WorkloadJwt
        | AuthMethod::SpiffeJwt) => {
            panic!("{method:?} in a document")
        }
    }
    assert!(!metadata.allows(GrantType::ClientCredentials));
    assert_ne!(document.fingerprint(), Fingerprint::of(metadata));
    let mut written: Vec<_> = body.into_iter().collect();
    written.reverse();
    let again =
        ClientDocument::parse(url, written.into_iter().collect()).expect("order means nothing");
    assert_eq!(again.hash(), document.hash());
}

/// A software statement: it is read or refused; what is read says nothing about itself as if it were the client's, is
/// signed by no secret, and no time that it names is too far away to be compared.
pub(crate) fn software_statement(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(statement) = SoftwareStatement::parse(text) else {
        return;
    };
    assert!(text.len() <= SoftwareStatement::LONGEST);
    assert_eq!(text.matches('.').count(), 2);
    assert!(["ES256", "EdDSA", "RS256", "PS256"].contains(&statement.algorithm().as_str()));
    for now in [
        Timestamp::MIN_UTC,
        Timestamp::UNIX_EPOCH,
        Timestamp::MAX_UTC,
    ] {
        let _whatever = statement.in_force(now);
    }
    let about = statement.about_the_client();
    for itself in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        SoftwareStatement::MEMBER,
    ] {
        assert!(
            !about.contains_key(itself),
            "{itself} is about the statement"
        );
    }
    sent_metadata(&about);
}

/// A name: what is kept is kept again as it is, can be seen, and reads in the order it is stored.
pub(crate) fn client_name(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(name) = ClientName::parse(text) else {
        return;
    };
    assert_eq!(ClientName::parse(name.as_str()).as_ref(), Ok(&name));
    assert!((1..=ClientName::MAX).contains(&name.as_str().chars().count()));
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!name.as_str().contains(|c: char| c.is_control() || turns(c)));
    assert_eq!(name.as_str(), name.as_str().trim());
    assert!(!name.as_str().contains("  "));
    assert!(!name.skeleton().is_empty(), "{text:?} looks like nothing");
    let label = Label::parse(name.as_str()).expect("a client's name is a label");
    assert_eq!(label.skeleton(), name.skeleton());
    assert_eq!(label.mixes_scripts(), name.mixes_scripts());
}

/// A picture that somebody else sent: whatever is taken is drawn anew, small, the same each time, and fit to be read again.
pub(crate) fn picture(data: &[u8]) {
    let Ok(picture) = Picture::read(data) else {
        return;
    };
    assert!(data.len() <= Picture::MAX_BYTES);
    assert!(picture.png().len() <= 64 * 1024, "it is small");
    assert!(picture.png().starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(
        picture.png().ends_with(b"IEND\xaeB`\x82"),
        "nothing stands behind it"
    );
    assert_eq!(
        Picture::read(data).as_ref(),
        Ok(&picture),
        "the same each time"
    );
    let again = Picture::read(picture.png()).expect("our own is one");
    assert_eq!(again.png(), picture.png(), "nothing is left to take away");
}
