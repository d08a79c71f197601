//! One client: what it is, what it may reach, how it proves itself, what it was given, what was done to it. No secret
//! and no hash of one.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Banner, Day, Fact, Link, Shell, Tone, When, number};
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, ClientState, CredentialState, Timestamp};

use super::acts;
use super::banner::Done;
use super::document_card::{self, DocumentCard};
use super::frame::{self, Area};
use super::identity::{Identity, identity, logos};
use super::place::Place;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::endpoint::{change_words, warning_words};
use crate::promote::{FROM, TO};
use crate::store::dashboard_clients::{self, Client, Which};
use crate::store::dashboard_people::name_of;
use crate::store::lineage::Kin;
use crate::store::promotion::OtherEnd;
use crate::suspend::Stop;

/// What the page was asked to look at.
pub(super) type Looked = Seen<(Tenant, Client)>;

/// One scope or tool that it has.
struct Reach {
    name: String,
    meaning: String,
    risk: Option<Badge>,
    ends: Option<When>,
}

/// One credential, without what it proves.
struct Credential {
    kind: String,
    state: Badge,
    created: When,
    by: String,
    used: Option<When>,
    ends: When,
}

#[derive(Template)]
#[template(path = "dashboard/client.html")]
struct ClientPage {
    shell: Shell,
    facts: Vec<Fact>,
    reach: Vec<Reach>,
    credentials: Vec<Credential>,
    issued: Vec<Fact>,
    identity: Identity,
    document: Option<DocumentCard>,
    /// What changed and was not agreed to.
    causes: Vec<Fact>,
    /// What happens when it changes.
    changes: Vec<Fact>,
    history: Vec<Day>,
    acts: Vec<Link>,
    may_not: Option<String>,
}

/// `GET /clients/{tenant}/{environment}/{client_id}`
pub(crate) async fn page(
    staff: StaffSignedIn,
    place: Place,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let looked = look(&staff, &place).await?;
    let (tenant, client) = &looked.found;
    let shell = staff.shell(Area::Clients, &looked, client.integration.name.as_str());
    let shell = shell.banner(Done::told(&query));
    let may_not = (!staff.may(Action::SuspendAny)).then(|| staff.who_may(Action::SuspendAny));
    Ok(frame::page(&view(
        shell,
        (tenant, client),
        may_not,
        staff.now,
    )))
}

/// Reads a client and all that belongs to it.
pub(super) async fn look(staff: &StaffSignedIn, place: &Place) -> Result<Looked, Refusal> {
    let client_id: ClientId = place.named("client_id")?;
    let (environment, now) = (place.environment, staff.now);
    staff
        .look_at(place, client_id.to_string(), async |tx, tenant| {
            dashboard_clients::load(
                tx,
                Which {
                    tenant,
                    environment,
                    client_id,
                },
                now,
            )
            .await
        })
        .await
}

fn view(
    shell: Shell,
    (tenant, client): (&Tenant, &Client),
    may_not: Option<String>,
    now: Timestamp,
) -> ClientPage {
    let mut shell = frame::of_tenant(shell, tenant, client.environment)
        .badge(words::client_state(client.state));
    if shell.banner.is_none() {
        shell.banner = standing(client);
    }
    ClientPage {
        shell,
        facts: facts(tenant, client, now),
        reach: reach(client),
        credentials: client
            .credentials
            .iter()
            .map(|one| credential(client, one))
            .collect(),
        issued: issued(client),
        identity: identity(
            &client.metadata,
            None,
            &[],
            logos((&tenant.slug, client.environment), &client.logos),
        ),
        document: client.document.as_ref().map(document_card::card),
        causes: change_words::open(&client.causes),
        changes: change_words::facts(&client.rules, Some(&client.metadata)),
        history: acts::days(&client.acts),
        acts: if may_not.is_some() {
            Vec::new()
        } else {
            possible(tenant, client)
        },
        may_not,
    }
}

/// Why it is not live, before anything else.
fn standing(client: &Client) -> Option<Banner> {
    let reason = client
        .state_reason
        .as_deref()
        .unwrap_or("No reason was written.");
    let since = When::new(client.changed_at).text();
    let (tone, heading) = match client.state {
        ClientState::Suspended => (Tone::Danger, format!("Suspended since {since}")),
        ClientState::Revoked => (Tone::Danger, format!("Revoked on {since}")),
        ClientState::Restricted => (Tone::Warn, format!("Limited since {since}")),
        ClientState::Active | ClientState::AwaitingCredentials | ClientState::Expired => {
            return None;
        }
    };
    Some(Banner::new(tone, reason).heading(heading))
}

fn facts(tenant: &Tenant, client: &Client, now: Timestamp) -> Vec<Fact> {
    let sponsor = client.integration.sponsor.map_or_else(
        || "Nobody answers for it".to_owned(),
        |id| name_of(&client.people, id),
    );
    let kin = |label: &'static str, all: &[Kin]| {
        let of = |kin: &Kin| {
            let words = format!("{}, {}", kin.name, kin.state.label().to_lowercase());
            let path = paths::client(&tenant.slug, client.environment, &kin.client_id);
            Fact::code(label, kin.client_id.as_str()).link(words, path)
        };
        all.iter().map(of).collect::<Vec<_>>()
    };
    let review = paths::request(&tenant.slug, client.environment, client.request);
    let mut facts = vec![
        Fact::code("Client identifier", client.id.as_str()),
        Fact::text("Integration", client.integration.name.as_str()),
        Fact::text("Runs it", client.integration.operator.label()),
        Fact::text("Sponsor", sponsor),
        Fact::new("Approved by").link("Open the request it came from", review),
        Fact::when("Since", When::new(client.created_at)),
        Fact::when("Approval ends", When::new(client.expires_at)),
    ];
    if client.connected.now > 0 || client.connected.day > 0 || client.document.is_some() {
        let people = client.connected;
        let words = format!(
            "{} now; {} allowed it in the last 24 h",
            number(people.now),
            number(people.day)
        );
        facts.push(Fact::text("People who use it", words));
    }
    facts.extend(client.warned.map(|warned| warning_words::fact(warned, now)));
    facts.extend(promotion(tenant, client));
    facts.extend(kin("Registered by", &client.line.above));
    facts.extend(kin("Has registered", &client.line.below));
    if !client.line.above.is_empty() || !client.line.below.is_empty() {
        let here = paths::client(&tenant.slug, client.environment, &client.id);
        let tree = Fact::new("Who registered whom");
        facts.push(tree.link("Open the whole tree", format!("{here}/lineage")));
    }
    facts
}

/// Where it came from or went to.
fn promotion(tenant: &Tenant, client: &Client) -> Option<Fact> {
    Some(match client.promotion.as_ref()? {
        OtherEnd::From(from) => {
            let href = paths::client(&tenant.slug, FROM, from);
            Fact::code("Promoted from", from.as_str()).link("Open its client in the sandbox", href)
        }
        OtherEnd::To(promoted) => {
            if let Some(live) = &promoted.client_id {
                let href = paths::client(&tenant.slug, TO, live);
                Fact::code("Promoted to", live.as_str()).link("Open its client in production", href)
            } else {
                let href = paths::request(&tenant.slug, TO, promoted.request);
                let state = promoted.state.label();
                Fact::text("Promotion", state).link("Open the request for production", href)
            }
        }
    })
}

fn reach(client: &Client) -> Vec<Reach> {
    let scopes = client.scopes.iter().map(|(scope, ends)| {
        let known = client.words.scopes.get(scope);
        Reach {
            name: scope.as_str().to_owned(),
            meaning: known.map_or_else(String::new, |words| words.meaning.clone()),
            risk: known.map(|words| words::reach_risk(words.risk).badge()),
            ends: Some(When::new(*ends).day()),
        }
    });
    let tools = client.tools.iter().map(|(tool, at)| Reach {
        name: tool.clone(),
        meaning: format!("Tool of {at}, pinned to the schema that was approved"),
        risk: None,
        ends: None,
    });
    scopes.chain(tools).collect()
}

fn credential(client: &Client, one: &dashboard_clients::Credential) -> Credential {
    let tone = match one.state {
        CredentialState::Active => Tone::Ok,
        CredentialState::Retiring => Tone::Warn,
        CredentialState::Retired | CredentialState::Expired => Tone::Neutral,
        CredentialState::Revoked => Tone::Danger,
    };
    let kind = if one.kind == "key" {
        "Public key"
    } else {
        "Secret"
    };
    Credential {
        kind: format!("{kind} ending in {}", one.last4),
        state: Badge::new(tone, one.state.label()),
        created: When::new(one.created_at),
        by: name_of(&client.people, one.created_by),
        used: one.last_used.map(When::new),
        ends: When::new(one.expires_at).day(),
    }
}

fn issued(client: &Client) -> Vec<Fact> {
    let issued = client.issued;
    let last = issued.last_at.map_or_else(
        || Fact::text("Last token", "None so far"),
        |at| Fact::when("Last token", When::new(at).to_the_second()),
    );
    let log = format!("/issuance?q={}", client.id);
    vec![
        Fact::text("In the last 24 h", number(issued.day)),
        Fact::text("Not ended yet", number(issued.live)),
        Fact::text(
            "For",
            format!("{} people or services", number(issued.subjects)),
        ),
        last.link("Open its token log", log),
    ]
}

/// What may be done with it now, each on a page of its own.
fn possible(tenant: &Tenant, client: &Client) -> Vec<Link> {
    let path = paths::client(&tenant.slug, client.environment, &client.id);
    let name = &client.integration.name;
    [
        (Stop::Suspend, "Suspend", "suspend"),
        (Stop::Resume, "Resume", "resume"),
        (Stop::Revoke, "Revoke", "revoke"),
    ]
    .into_iter()
    .filter(|(what, _, _)| what.is_possible(client.state))
    .map(|(_, verb, below)| Link::new(format!("{verb} {name}"), format!("{path}/{below}")))
    .collect()
}
