//! A tenant with an owner, a catalogue of notes in both environments, and a reviewer of the platform: made by the verbs
//! themselves, so that a fixture cannot be what the product would refuse.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_approval::{
    Acting,
    activate::Activated,
    catalogue::{
        AddResource, AddScope, AddTool, CatalogueError, add_resource, add_scope, add_tool,
    },
    confirm::{Confirm, Confirmed, confirm},
    create_tenant::{CreateTenant, create_tenant},
    decide::{Decide, DecideError, Decided, Outcome, decide},
    integration::Operator,
    link::{Link, LinkError, Linked, link},
    onboard::{Onboard, OnboardError, Onboarded, onboard},
    payload_hash::PayloadHash,
    prose::{Prose, Purpose, Reason, ScopeReason},
    reach::{Ask, Reach, ToolRef},
    request::RequestRef,
    settings::{ChangeSettings, ChangeSettingsError, change_settings},
};
use narthex_tenancy::{
    Database, StoreError, TenantTx, ambient,
    catalogue::ResourceKind,
    member::{self, Member},
    permission::{Action, Person, Role},
    schema::review,
};
use narthex_tests::Place;
use narthex_vocab::{
    ClientId, ClientMetadata, Email, Environment, HashKey, Id, Label, PLATFORM_TENANT,
    RegistrationMode, ResourceUri, Risk, SchemaHash, Scope, ScopeSet, TenantSlug, Timestamp,
    ToolName, kind,
};
use serde_json::json;

/// Under which the tests hash secrets.
pub(crate) const KEY: HashKey = HashKey::from_bytes([7; 32]);
/// A redirect address that no host has to be proved for.
pub(crate) const LOOPBACK: &str = "http://127.0.0.1:4711/callback";
/// One of a host that somebody owns.
pub(crate) const HOSTED: &str = "https://partner.example/callback";

/// The scopes of the notes, each with its tool; the first is open in the sandbox.
const NOTES: [(&str, Risk, &str); 3] = [
    ("notes:read", Risk::Read, "list_notes"),
    ("notes:write", Risk::Change, "add_note"),
    ("notes:delete", Risk::Delete, "delete_note"),
];

pub(crate) struct Company {
    pub(crate) place: Place,
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) owner: Person,
    pub(crate) reviewer: Person,
    /// Another person of the platform, who confirms.
    pub(crate) approver: Person,
    pub(crate) notes: BTreeMap<Environment, Id<kind::Resource>>,
}

impl Company {
    pub(crate) async fn new() -> Self {
        let place = Place::new().await;
        let reviewer = person(
            &place.approval(),
            PLATFORM_TENANT,
            "Rita",
            Some(Role::Reviewer),
        )
        .await;
        let second = Some(Role::Approver);
        let approver = person(&place.approval(), PLATFORM_TENANT, "Omar", second).await;
        Self::founded(place, (reviewer, approver), ("acme", "Acme")).await
    }

    /// Another company on the same platform.
    pub(crate) async fn neighbour(&self) -> Self {
        let staff = (self.reviewer.clone(), self.approver.clone());
        Self::founded(self.place.clone(), staff, ("globex", "Globex")).await
    }

    async fn founded(
        place: Place,
        (reviewer, approver): (Person, Person),
        (slug, name): (&str, &str),
    ) -> Self {
        let tenant = Id::new(ambient::now(), &mut ambient::rng());
        let command = CreateTenant {
            slug: TenantSlug::parse(slug).unwrap(),
            name: Label::parse(name).unwrap(),
            owner: Email::parse(&format!("first@{slug}.example")).unwrap(),
            hash_key: &KEY,
        };
        let created = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            create_tenant(tx, command, acting).await.map(drop)
        };
        by(
            &place,
            tenant,
            (&reviewer, Role::Reviewer, Action::CreateTenant),
            created,
        )
        .await
        .unwrap();
        let owner = person(&place.approval(), tenant, "Olga", Some(Role::Owner)).await;
        let mut company = Self {
            place,
            tenant,
            owner,
            reviewer,
            approver,
            notes: BTreeMap::new(),
        };
        for environment in Environment::ALL.iter().copied() {
            let notes = company.owned(Action::EditCatalogue, async |tx, acting| {
                describe_notes(tx, environment, acting).await
            });
            let notes = notes.await.unwrap();
            company.notes.insert(environment, notes);
        }
        company
    }

    /// Does something as the owner.
    pub(crate) async fn owned<T, E, F>(&self, action: Action, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        by(
            &self.place,
            self.tenant,
            (&self.owner, Role::Owner, action),
            work,
        )
        .await
    }

    /// Does something as the platform's reviewer.
    pub(crate) async fn reviewed<T, E, F>(&self, action: Action, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        by(
            &self.place,
            self.tenant,
            (&self.reviewer, Role::Reviewer, action),
            work,
        )
        .await
    }

    /// Does something as the product itself, at some moment.
    pub(crate) async fn itself<T, E, F>(&self, now: Timestamp, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let database = self.place.approval();
        database
            .tenant(self.tenant, async |tx| {
                let mut rng = ambient::rng();
                work(tx, &mut Acting::system("test", now, &mut rng, "test")).await
            })
            .await
    }

    /// An end user of the tenant.
    pub(crate) async fn user(&self, name: &str) -> Person {
        person(&self.place.approval(), self.tenant, name, None).await
    }

    /// Sets how an environment takes registrations.
    pub(crate) async fn takes(
        &self,
        environment: Environment,
        registration_mode: RegistrationMode,
    ) -> Result<(), ChangeSettingsError> {
        let command = ChangeSettings {
            environment,
            registration_mode,
            client_documents: true,
            refusal_text: None,
            because: Some(Reason::parse("Partners come by themselves.").unwrap()),
        };
        self.owned(Action::EditSettings, async |tx, acting| {
            change_settings(tx, command, acting).await.map(drop)
        })
        .await
    }

    /// Scopes and tools of the notes.
    pub(crate) fn reach(&self, environment: Environment, scopes: &str, tools: &[&str]) -> Reach {
        let resource = self.notes[&environment];
        let tool = |tool: &&str| ToolRef {
            resource,
            tool: ToolName::parse(tool).unwrap(),
        };
        Reach {
            scopes: ScopeSet::parse(scopes).unwrap(),
            tools: tools.iter().map(tool).collect(),
            ..Reach::default()
        }
    }

    /// Onboards a partner that asks for this, from the portal.
    pub(crate) async fn onboard(
        &self,
        client: ClientMetadata,
        asks: &[(Environment, Reach)],
    ) -> Result<Onboarded, OnboardError> {
        self.onboard_as("Partner", client, asks).await
    }

    /// The same under a name of its own: names that look alike are a finding.
    pub(crate) async fn onboard_as(
        &self,
        name: &str,
        client: ClientMetadata,
        asks: &[(Environment, Reach)],
    ) -> Result<Onboarded, OnboardError> {
        let ask = |reach: &Reach| Ask {
            scopes: reach
                .scopes
                .iter()
                .map(|s| (s.clone(), ScopeReason::default()))
                .collect(),
            tools: reach.tools.clone(),
        };
        let command = Onboard {
            name: Label::parse(name).unwrap(),
            purpose: Purpose::parse("Keeps notes.").unwrap(),
            operator: Operator::Partner,
            sponsor: self.owner.member,
            client,
            asks: asks
                .iter()
                .map(|(environment, reach)| (*environment, ask(reach)))
                .collect(),
        };
        self.owned(Action::EditIntegration, async |tx, acting| {
            onboard(tx, command, acting).await
        })
        .await
    }

    /// Staff link the registration.
    pub(crate) async fn link(
        &self,
        client_id: &ClientId,
        sponsor: Option<&Person>,
        scopes: Option<&str>,
    ) -> Result<Linked, LinkError> {
        let command = Link {
            environment: client_id.environment().unwrap(),
            client_id: client_id.clone(),
            name: Label::parse("Stranger Notes").unwrap(),
            operator: Operator::Agent,
            sponsor: sponsor.map(|person| person.member),
            scopes: scopes.map(|scopes| ScopeSet::parse(scopes).unwrap()),
        };
        self.reviewed(Action::HandleQuarantine, async |tx, acting| {
            link(tx, command, acting).await
        })
        .await
    }

    /// The hash of a case as a page would carry it.
    pub(crate) async fn payload(&self, at: RequestRef) -> PayloadHash {
        use review::access_request as r;
        let database = self.place.approval();
        let found: Result<Vec<u8>, StoreError> = database
            .tenant(self.tenant, async |tx| {
                let case = r::table.filter(
                    r::request_id
                        .eq(at.id.as_uuid())
                        .and(r::version.eq(at.version)),
                );
                Ok(case.select(r::payload_hash).first(tx.connection()?).await?)
            })
            .await;
        PayloadHash::from_bytes(found.unwrap().try_into().unwrap())
    }

    /// The platform decides: the reviewer, and where the policy wants two people another one confirms.
    pub(crate) async fn decide(
        &self,
        request: RequestRef,
        outcome: Outcome,
    ) -> Result<Decided, DecideError> {
        match self.decide_alone(request, outcome).await? {
            Decided::AwaitsSecond { .. } => Ok(Decided::Activated(self.confirm(request).await)),
            decided @ (Decided::Activated(_) | Decided::Offered { .. } | Decided::Closed(_)) => {
                Ok(decided)
            }
        }
    }

    /// Another person of the platform confirms what waits.
    pub(crate) async fn confirm(&self, request: RequestRef) -> Activated {
        use review::second_wanted as w;
        let database = self.place.approval();
        let first: Result<uuid::Uuid, StoreError> = database
            .tenant(self.tenant, async |tx| {
                let waits = w::table.filter(
                    w::request_id
                        .eq(request.id.as_uuid())
                        .and(w::version.eq(request.version)),
                );
                Ok(waits.select(w::decision_id).first(tx.connection()?).await?)
            })
            .await;
        let command = Confirm {
            request,
            first: Id::from_uuid(first.unwrap()),
            seen: self.payload(request).await,
            confirm: true,
            reason: Reason::parse("I have looked at it too.").unwrap(),
        };
        let who = (&self.approver, Role::Approver, Action::Confirm);
        let confirmed = by(
            &self.place,
            self.tenant,
            who,
            async |tx: &mut TenantTx, acting: &mut Acting<'_>| confirm(tx, command, acting).await,
        );
        match confirmed.await.unwrap() {
            Confirmed::Activated(client) => client,
            Confirmed::Refused => panic!("it was confirmed"),
        }
    }

    /// The reviewer decides what they saw.
    pub(crate) async fn decide_alone(
        &self,
        request: RequestRef,
        outcome: Outcome,
    ) -> Result<Decided, DecideError> {
        let seen = self.payload(request).await;
        let reason = Reason::parse("It is what they need.").unwrap();
        let command = Decide {
            request,
            seen,
            outcome,
            warning: None,
            reason,
        };
        self.reviewed(Action::Decide, async |tx, acting| {
            decide(tx, command, acting).await
        })
        .await
    }
}

/// Metadata of a client with this name and redirect address.
pub(crate) fn metadata(name: &str, redirect_uri: &str, auth_method: &str) -> ClientMetadata {
    let sent = json!({
        "client_name": name,
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": auth_method,
    });
    ClientMetadata::parse(sent.as_object().unwrap()).unwrap()
}

pub(crate) async fn by<T, E, F>(
    place: &Place,
    tenant: Id<kind::Tenant>,
    (person, role, action): (&Person, Role, Action),
    work: F,
) -> Result<T, E>
where
    F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    let permit = role.permit(person, action).unwrap();
    let database = place.approval();
    database
        .tenant(tenant, async |tx| {
            let mut rng = ambient::rng();
            work(
                tx,
                &mut Acting::person(&permit, ambient::now(), &mut rng, "test"),
            )
            .await
        })
        .await
}

pub(crate) async fn person(
    database: &Database,
    tenant: Id<kind::Tenant>,
    name: &str,
    role: Option<Role>,
) -> Person {
    let member = Member {
        id: Id::new(ambient::now(), &mut ambient::rng()),
        email: Email::parse(&format!("{name}@people.example")).unwrap(),
        name: Label::parse(name).unwrap(),
        role,
    };
    let written: Result<(), StoreError> = database
        .tenant(tenant, async |tx| {
            member::create(tx, &member, ambient::now()).await
        })
        .await;
    written.unwrap();
    Person {
        tenant,
        member: member.id,
        name: name.to_owned(),
    }
}

async fn describe_notes(
    tx: &mut TenantTx,
    environment: Environment,
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Resource>, CatalogueError> {
    let command = AddResource {
        environment,
        identifier: ResourceUri::parse("https://notes.example/mcp").unwrap(),
        name: Label::parse("Notes").unwrap(),
        kind: ResourceKind::Mcp,
    };
    let resource = add_resource(tx, command, acting).await?.id;
    for (scope, risk, tool) in NOTES {
        let scope = Scope::parse(scope).unwrap();
        let command = AddScope {
            environment,
            resource,
            scope: scope.clone(),
            description: Prose::parse("Handle your notes").unwrap(),
            risk,
            open: environment == Environment::Sandbox && risk == Risk::Read,
        };
        add_scope(tx, command, acting).await?;
        let command = AddTool {
            environment,
            resource,
            tool: ToolName::parse(tool).unwrap(),
            scope,
            description: Prose::default(),
            schema_hash: SchemaHash::of(&json!({ "name": tool })),
        };
        add_tool(tx, command, acting).await?;
    }
    Ok(resource)
}
