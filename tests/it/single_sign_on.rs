//! Single sign-on through the portal's whole `App`, against a provider of the outside world that says what the test wants: who is
//! let in, who joins, whose answer counts, and what no provider can do.

mod answers;
mod joining;
mod outward;
mod rule;
mod tokens;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use jsonwebtoken::{Algorithm, Header};
use narthex_approval::{Approval, mail_rounds};
use narthex_people::account;
use narthex_people::password::{Cost, Password, Passwords};
use narthex_people::session::Surface;
use narthex_tenancy::permission::{Person, Role};
use narthex_tenancy::{StoreError, ambient};
use narthex_tests::{FakeHost, MailServer};
use serde_json::{Value, json};
use url::Url;

use crate::account::PASSWORD;
use crate::cases::company::{Company, person};
use crate::portal::browser::{Browser, Door, Page, believing};
use crate::scene::cookie;
use crate::software_statements::Signer;

const ISSUER: &str = "https://login.example";
const CLIENT: &str = "narthex-at-acme";
const SECRET: &str = "the-secret-that-login-gave";
const HERE: &str = "/t/acme/identity-providers";

/// A company, its portal, and a provider that it believes.
struct House {
    company: Company,
    app: Door,
    state: Data<Approval>,
    mail: MailServer,
    host: FakeHost,
    signer: Signer,
    owner: Browser,
    /// `idp_…`, believed and reached.
    provider: String,
}

/// Somebody who is at the provider.
struct Away {
    browser: Browser,
    address: Url,
}

impl Away {
    fn asked(&self, name: &str) -> String {
        let found = self.address.query_pairs().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }
}

impl House {
    async fn new(joins_as: &str) -> Self {
        let company = Company::new().await;
        let host = FakeHost::start("login.example").await;
        let mail = MailServer::start().await;
        let (app, state) = believing(&company.place, &mail, host.guard()).await;
        let signer = Signer::new();
        let owner = Browser::new(&app);
        owner.keep(
            "narthex-portal",
            &cookie(&company, &company.owner, Surface::Portal).await,
        );
        let mut house = Self {
            company,
            app,
            state,
            mail,
            host,
            signer,
            owner,
            provider: String::new(),
        };
        house.set_password(&house.company.owner).await;
        house.describe(&json!({}));
        let jwks = json!({ "keys": [house.signer.jwk] });
        house.host.publish_at("/jwks", &jwks);
        let added = house.add(ISSUER, joins_as).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
        let list = house.owner.get(HERE).await;
        house.provider = list.between("/sign-in/with/", "/back");
        let tested = house.test().await;
        assert_eq!(tested.status, StatusCode::SEE_OTHER, "{}", tested.body);
        house
    }

    /// What discovery says, with these members otherwise.
    fn describe(&self, otherwise: &Value) {
        let mut said = json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "none", "HS256"],
        });
        let members = said.as_object_mut().unwrap();
        members.extend(otherwise.as_object().unwrap().clone());
        let path = "/.well-known/openid-configuration";
        self.host.publish_at(path, &said);
    }

    async fn add(&self, issuer: &str, joins_as: &str) -> Page {
        let new = format!("{HERE}/new");
        self.owner.get(&new).await;
        let typed = [
            ("name", "Login"),
            ("issuer", issuer),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("joins_as", joins_as),
            ("password", PASSWORD),
        ];
        self.owner.post(&new, &typed).await
    }

    async fn test(&self) -> Page {
        self.owner.get(HERE).await;
        let path = format!("{HERE}/{}/test", self.provider);
        self.owner.post(&path, &[]).await
    }

    /// Somebody leaves for the provider.
    async fn leave(&self, browser: Browser, query: &str) -> Away {
        let path = format!("/t/acme/sign-in/with/{}{query}", self.provider);
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        let address = Url::parse(&page.location).unwrap();
        assert!(page.location.starts_with(&format!("{ISSUER}/authorize?")));
        Away { browser, address }
    }

    async fn stranger(&self) -> Away {
        self.leave(Browser::new(&self.app), "").await
    }

    /// The claims of a sound ID token for who is away.
    fn claims(away: &Away, subject: &str) -> Value {
        let now = ambient::now().timestamp();
        json!({
            "iss": ISSUER, "aud": CLIENT, "sub": subject, "nonce": away.asked("nonce"),
            "iat": now, "exp": now + 300, "name": "Nina Newcomer",
        })
    }

    /// The token endpoint gives this from now on.
    fn gives(&self, token: &str) {
        let answer = json!({ "access_token": "at", "token_type": "Bearer", "id_token": token });
        self.host.publish_at("/token", &answer);
    }

    /// The same, signed by the provider's key.
    fn says(&self, claims: &Value) {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("one".to_owned());
        self.gives(&self.signer.sign_as(&header, claims));
    }

    /// The path of an answer to who is away.
    fn answer(&self, away: &Away, also: &str) -> String {
        let (provider, state) = (&self.provider, away.asked("state"));
        format!("/t/acme/sign-in/with/{provider}/back?code=c0de&state={state}{also}")
    }

    /// Who is away comes back, and the provider says these members of them.
    async fn back(&self, away: &Away, subject: &str, also: &Value) -> Page {
        let mut claims = Self::claims(away, subject);
        let members = claims.as_object_mut().unwrap();
        members.extend(also.as_object().unwrap().clone());
        self.says(&claims);
        away.browser.get(&self.answer(away, "")).await
    }

    /// Connects the identity that a page offers to connect.
    async fn connect(&self, away: &Away, page: &Page, typed: (&str, &str)) -> Page {
        let sealed = page.between("name=\"sealed\" value=\"", "\"");
        let form = [
            ("sealed", sealed.as_str()),
            ("email", typed.0),
            ("password", typed.1),
        ];
        let path = format!("/t/acme/sign-in/with/{}/connect", self.provider);
        away.browser.post(&path, &form).await
    }

    /// A person with [`PASSWORD`]; and their address.
    async fn person(&self, name: &str, role: Option<Role>) -> (Person, String) {
        let database = self.company.place.approval();
        let person = person(&database, self.company.tenant, name, role).await;
        self.set_password(&person).await;
        let email = format!(
            "select email from tenant.member where member_id = '{}'",
            person.member.as_uuid()
        );
        let email = self.lines(&email).await.remove(0);
        (person, email)
    }

    async fn set_password(&self, person: &Person) {
        let password = Password::to_set(PASSWORD, &[]).unwrap();
        let passwords = Passwords::new(1, Cost::default()).unwrap();
        let hash = passwords.hash(password).await.unwrap();
        let database = self.company.place.approval();
        let set: Result<(), StoreError> = database
            .tenant(person.tenant, async |tx| {
                account::set_password(tx, (person.member, &hash), ambient::now()).await
            })
            .await;
        set.unwrap();
    }

    /// What a query answers, read past every policy.
    async fn lines(&self, query: &str) -> Vec<String> {
        let administrator = self.company.place.administrator().await;
        let rows = administrator.query(query, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn count(&self, what: &str) -> String {
        self.lines(&format!("select count(*)::text from {what}"))
            .await
            .remove(0)
    }

    async fn deliver(&self) {
        mail_rounds::round(&self.state, ambient::now()).await;
    }
}

/// Whether the browser is in the portal.
async fn is_in(browser: &Browser) -> bool {
    browser.get("/t/acme").await.status == StatusCode::OK
}
