//! Every route of the private listeners and every guarded route of the token plane, replayed by everybody who must not
//! pass: nobody, an end user, somebody without a role, a neighbour's owner, a weak role, staff at the portal and tenants
//! at the dashboard. The routes come from the tables; a path with a part that has no sample here fails, and so does a
//! guard without an expectation.

mod dashboard;
mod portal;
mod token;

use std::sync::atomic::{AtomicU32, Ordering};

use narthex_approval::add_domain::{AddDomain, AddDomainError, add_domain};
use narthex_approval::add_listing::{AddListing, AddListingError, add_listing};
use narthex_approval::invite_claim::{InviteClaim, InviteClaimError, invite_claim};
use narthex_approval::listing::{Effect, Subject};
use narthex_approval::prose::Reason;
use narthex_approval::trust_domain::{TrustDomain, TrustDomainError, trust_domain};
use narthex_approval::trust_for_tenant::{ProposeTrust, ProposeTrustError, propose_trust};
use narthex_people::session::Surface;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Person, Role};
use narthex_tests::{Answer, Browser};
use narthex_vocab::{Environment, HostName, Id, PLATFORM_TENANT, kind};

use crate::cases::company::{self, Company};
use crate::policies::bench::Bench;
use crate::scene::{self, History, Machine, Scene};

const ENVIRONMENT: Environment = Environment::Production;

/// One object of each kind, as paths name them.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    pub(crate) tenant: &'static str,
    environment: Environment,
    resource: String,
    integration: String,
    request: String,
    client: String,
    credential: String,
    invitation: String,
    domain: String,
    initial_access: String,
    brake: String,
    listing: String,
    proposal: String,
    trust: String,
    fingerprint: String,
    claim: String,
    attempt: String,
    member: String,
    number: String,
    policy_proposal: String,
    hash: String,
    provider: String,
}

impl Objects {
    pub(crate) async fn of(
        company: &Company,
        tenant: &'static str,
        environment: Environment,
    ) -> Self {
        let made = scene::machine_and_history(company, environment, "notes:read", &[]).await;
        let (Machine { id, .. }, history) = made;
        let History {
            integration,
            request,
            credential,
        } = history;
        Self {
            tenant,
            environment,
            resource: company.notes[&environment].to_string(),
            integration,
            request,
            client: id,
            credential,
            invitation: format!("niv_{}", "a".repeat(43)),
            domain: domain(company).await,
            initial_access: company.initial_access(environment).await.id.to_string(),
            brake: format!("brk_0192{}", "7".repeat(28)),
            listing: listing(company).await,
            proposal: proposal(company, environment).await,
            trust: trust(company, environment).await,
            fingerprint: "a".repeat(64),
            claim: claim(company, environment).await,
            attempt: attempt(company, environment).await,
            member: company.owner.member.to_string(),
            number: "1".to_owned(),
            policy_proposal: policy(company).await,
            hash: logo(company, environment).await,
            provider: provider(company).await,
        }
    }

    /// Ids of the same form that nobody has.
    pub(crate) fn of_nobody(tenant: &'static str, environment: Environment) -> Self {
        let id = |prefix: &str| format!("{prefix}_0192{}", "7".repeat(28));
        let client = match environment {
            Environment::Production => "np_",
            Environment::Sandbox => "ns_",
        };
        Self {
            tenant,
            environment,
            resource: id("res"),
            integration: id("int"),
            request: id("req"),
            client: format!("{client}{}", "q".repeat(26)),
            credential: id("crd"),
            invitation: format!("niv_{}", "q".repeat(43)),
            domain: id("dom"),
            initial_access: id("iat"),
            brake: id("brk"),
            listing: id("lst"),
            proposal: id("prp"),
            trust: id("tdm"),
            fingerprint: "0".repeat(64),
            claim: id("clm"),
            attempt: id("att"),
            member: id("mem"),
            number: "99".to_owned(),
            policy_proposal: id("prp"),
            hash: "0".repeat(64),
            provider: id("idp"),
        }
    }

    /// A path of a table with these objects in it.
    pub(crate) fn path(&self, pattern: &str) -> String {
        let part = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            None => part.to_owned(),
            Some("tenant") => self.tenant.to_owned(),
            Some("environment") => self.environment.to_string(),
            Some("resource") => self.resource.clone(),
            Some("integration") => self.integration.clone(),
            Some("request" | "request_id") => self.request.clone(),
            Some("client" | "client_id") => self.client.clone(),
            Some("credential") => self.credential.clone(),
            Some("token") => self.invitation.clone(),
            Some("domain" | "domain_id") => self.domain.clone(),
            Some("initial_access") => self.initial_access.clone(),
            Some("brake") => self.brake.clone(),
            Some("listing") => self.listing.clone(),
            Some("proposal") if pattern.contains("/policies/") => self.policy_proposal.clone(),
            Some("proposal") => self.proposal.clone(),
            Some("number") => self.number.clone(),
            Some("owner") => self.tenant.to_owned(),
            Some("trust") => self.trust.clone(),
            Some("fingerprint") => self.fingerprint.clone(),
            Some("claim") => self.claim.clone(),
            Some("attempt") => self.attempt.clone(),
            Some("form") => "csv".to_owned(),
            Some("member") => self.member.clone(),
            Some("invitation") => format!("inv_0192{}", "7".repeat(28)),
            Some("hash") => self.hash.clone(),
            Some("provider") => self.provider.clone(),
            Some("api_token") => format!("tok_0192{}", "7".repeat(28)),
            Some("view") => format!("svw_0192{}", "7".repeat(28)),
            Some(other) => panic!("{other} of {pattern} has no sample"),
        };
        pattern.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// The tenant's domain, the same for both environments.
async fn domain(company: &Company) -> String {
    let host = HostName::parse("partner.example").unwrap();
    let added = company
        .owned(Action::EditIntegration, async |tx, acting| {
            add_domain(tx, AddDomain { host }, acting).await
        })
        .await;
    match added {
        Ok(domain) => domain.id.to_string(),
        Err(AddDomainError::AlreadyThere(id)) => id.to_string(),
        Err(error) => panic!("{error}"),
    }
}

/// A line of the tenant's block list, the same for every path: a list has an end.
async fn listing(company: &Company) -> String {
    let there = "select listing_id::text from intake.listing where tenant_id::text = $1 limit 1";
    if let Some(id) = existing(company, there, "lst").await {
        return id;
    }
    let command = AddListing {
        effect: Effect::Block,
        subject: Subject::parse("host", "evil.example").unwrap(),
        reason: Reason::parse("It is evil.").unwrap(),
        expires_at: ambient::now() + chrono::Duration::days(1),
    };
    let listed: Result<_, AddListingError> = company
        .reviewed(Action::EditLists, async |tx, acting| {
            add_listing(tx, command, acting).await
        })
        .await;
    listed.unwrap().id.to_string()
}

/// Domains of their own, so that each is there once.
fn other_domain() -> HostName {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    HostName::parse(&format!("partner-{number}.example")).unwrap()
}

/// The one that is there already, if one is: a list of a tenant has an end.
async fn existing(company: &Company, query: &str, prefix: &str) -> Option<String> {
    let administrator = company.place.administrator().await;
    let tenant = company.tenant.as_uuid().to_string();
    let row = administrator.query_opt(query, &[&tenant]).await.unwrap();
    row.map(|row| format!("{prefix}_{}", row.get::<_, String>(0).replace('-', "")))
}

/// Staff want a domain trusted for the tenant, the same for every path.
async fn proposal(company: &Company, environment: Environment) -> String {
    let there = "select proposal_id::text from review.proposal
        where tenant_id::text = $1 and kind = 'trust_domain' limit 1";
    if let Some(id) = existing(company, there, "prp").await {
        return id;
    }
    let command = ProposeTrust {
        environment,
        domain: other_domain(),
        until: ambient::now() + chrono::Duration::days(1),
        sponsor: company.owner.member,
        reason: Reason::parse("We know them.").unwrap(),
    };
    let proposed: Result<_, ProposeTrustError> = company
        .reviewed(Action::TrustForTenant, async |tx, acting| {
            propose_trust(tx, command, acting).await
        })
        .await;
    proposed.unwrap().to_string()
}

/// A domain that the owner trusts, the same for every path.
async fn trust(company: &Company, environment: Environment) -> String {
    let there = format!(
        "select trust_id::text from review.trusted_domain
            where tenant_id::text = $1 and environment = '{environment}' limit 1"
    );
    if let Some(id) = existing(company, &there, "tdm").await {
        return id;
    }
    let domain = other_domain();
    let command = TrustDomain {
        environment,
        domain: domain.clone(),
        until: ambient::now() + chrono::Duration::days(1),
        because: Reason::parse("We know them.").ok(),
    };
    let trusted: Result<_, TrustDomainError> = company
        .owned(Action::EditSettings, async |tx, acting| {
            trust_domain(tx, command, acting).await
        })
        .await;
    trusted.unwrap();
    let administrator = company.place.administrator().await;
    let id = format!("select trust_id::text from review.trusted_domain where domain = '{domain}'");
    let id: String = administrator.query_one(&id, &[]).await.unwrap().get(0);
    Id::<kind::TrustedDomain>::from_uuid(id.parse().unwrap()).to_string()
}

/// Version 1 of the platform's policy, and of the tenant's, which is proposed: by that proposal.
async fn policy(company: &Company) -> String {
    let there = "select proposal_id::text from review.proposal
        where tenant_id::text = $1 and kind = 'publish_policy' limit 1";
    if let Some(id) = existing(company, there, "prp").await {
        return id;
    }
    let bench = Bench::new(company);
    if bench.state_of(PLATFORM_TENANT, 1).await.is_none() {
        let admin = bench.policy_admin("Pia").await;
        bench.platform_draft(&admin, "// nothing\n").await.unwrap();
    }
    bench.tenant_draft("// nothing\n").await.unwrap();
    bench.try_tenants(1).await;
    bench
        .propose_tenants(1, "// nothing\n")
        .await
        .unwrap()
        .to_string()
}

/// A call on the registration endpoint.
async fn attempt(company: &Company, environment: Environment) -> String {
    let id = Id::<kind::Attempt>::new(ambient::now(), &mut ambient::rng());
    let row = format!(
        "insert into intake.attempt (tenant_id, environment, at, attempt_id, outcome, source, reason, request_id)
            values ('{}', '{environment}', now(), '{}', 'refused', '192.0.2.7', 'no', 'r')",
        company.tenant.as_uuid(),
        id.as_uuid()
    );
    let administrator = company.place.administrator().await;
    administrator.batch_execute(&row).await.unwrap();
    id.to_string()
}

/// A picture that the tenant has in this environment alone.
async fn logo(company: &Company, environment: Environment) -> String {
    let administrator = company.place.administrator().await;
    let row = format!(
        "insert into intake.logo (tenant_id, environment, url, image, image_hash, fetched_at, looked_at)
            select tenant_id, '{environment}', 'https://app.example/logo.png', image, sha256(image), now(), now()
                from tenant.tenant, convert_to(slug || ' {environment}', 'utf8') as image where tenant_id = '{}'
            on conflict do nothing",
        company.tenant.as_uuid()
    );
    administrator.batch_execute(&row).await.unwrap();
    let hash = format!(
        "select encode(image_hash, 'hex') from intake.logo where tenant_id = '{}' and environment = '{environment}'",
        company.tenant.as_uuid()
    );
    administrator.query_one(&hash, &[]).await.unwrap().get(0)
}

/// An identity provider of the tenant, which nobody reaches.
async fn provider(company: &Company) -> String {
    let there = "select provider_id::text from tenant.identity_provider where tenant_id::text = $1";
    if let Some(id) = existing(company, there, "idp").await {
        return id;
    }
    let id = Id::<kind::IdentityProvider>::new(ambient::now(), &mut ambient::rng());
    let row = format!(
        "insert into tenant.identity_provider (tenant_id, provider_id, name, issuer, client_id, client_secret_sealed, created_at)
            values ('{}', '{}', 'Login', 'https://login.invalid', 'narthex', sha256('secret'), now())",
        company.tenant.as_uuid(),
        id.as_uuid()
    );
    let administrator = company.place.administrator().await;
    administrator.batch_execute(&row).await.unwrap();
    id.to_string()
}

/// A registration about which the tenant was asked.
async fn claim(company: &Company, environment: Environment) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("Perhaps {}", NEXT.fetch_add(1, Ordering::Relaxed));
    let client_id = company.registered(environment, &name, "notes:read").await;
    let command = InviteClaim {
        environment,
        client_id,
        reason: Reason::parse("It has your name.").unwrap(),
    };
    let invited: Result<_, InviteClaimError> = company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            invite_claim(tx, command, acting).await
        })
        .await;
    invited.unwrap().to_string()
}

/// A form that every handler can read: whatever stops it is not the form.
const FORM: [(&str, &str); 22] = [
    ("reason", "It is what they need."),
    ("name", "Partner"),
    ("answer", "accept"),
    ("comment", ""),
    ("version", "1"),
    ("offer", "off_01927777777777777777777777777777"),
    ("after", ""),
    ("scope", "notes:other"),
    ("description", "Read other notes"),
    ("risk", "read"),
    ("tool", "other_tool"),
    ("tool_scope", "notes:read"),
    ("tool_description", "Other"),
    ("schema", "{}"),
    ("decision", "approve"),
    (
        "payload",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ),
    ("integration", "Stranger"),
    ("operator", "partner"),
    ("sponsor", "mem_01927777777777777777777777777777"),
    ("host", "partner.example"),
    ("step", "send"),
    ("confirm", "yes"),
];

/// Posts the form, with the token that pages of this session carry.
async fn post(browser: &mut Browser, url: &str, csrf: &str) -> Answer {
    let form: Vec<(&str, &str)> = [("csrf", csrf)].into_iter().chain(FORM).collect();
    browser.post(url, &form).await
}

/// What of an answer may not differ between two that must be the same.
pub(crate) fn bare(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let id = answer.header("x-request-id");
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date" | "connection"));
    let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = headers
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect();
    (answer.status, headers, answer.body.replace(id, ""))
}

/// A member of the company in this role, or in none.
pub(crate) async fn member(company: &Company, name: &str, role: Option<Role>) -> Person {
    company::person(&company.place.approval(), company.tenant, name, role).await
}

/// A browser that shows one listener a cookie that was made for another.
async fn disguised(scene: &Scene, person: &Person, surface: Surface, name: &str) -> Browser {
    let cookie = scene::cookie(&scene.company, person, surface).await;
    Browser::new().with(name, &cookie)
}
