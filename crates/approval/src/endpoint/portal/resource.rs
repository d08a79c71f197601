//! One resource: the scopes it understands, the tools it offers, and how its server proves itself. A scope or tool that
//! is added here gives nobody anything.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, ErrorSummary, Fact, Field, Icon, RiskLevel, Shell, Tone, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Catalogue, Resource, ResourceKind};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, Risk, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::resource_forms::{SchemaTyped, ScopeTyped, ToolTyped};
use super::resources::kind_label;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::catalogue::{CatalogueError, add_scope, add_tool};
use crate::change_tool::{ChangeToolError, change_tool};
use crate::store::portal_resource::{self, Listed};

#[derive(Template)]
#[template(path = "portal/resource.html")]
struct ResourcePage {
    shell: Shell,
    errors: ErrorSummary,
    facts: Vec<Fact>,
    here: String,
    scopes: Vec<ScopeRow>,
    tools: Vec<ToolRow>,
    credentials: Vec<CredentialRow>,
    newest: String,
    add_scope: Option<Vec<Field>>,
    add_tool: Option<Vec<Field>>,
    change_tool: Option<Vec<Field>>,
    has_tools: bool,
    who_may: Option<String>,
}

struct ScopeRow {
    scope: String,
    description: String,
    risk: Badge,
    open: bool,
}

struct ToolRow {
    tool: String,
    description: String,
    scope: String,
    hash: String,
}

struct CredentialRow {
    name: String,
    state: Badge,
    created: When,
    expires: When,
}

/// The path of a resource's page and of its forms.
pub(super) type At = (String, Environment, Id<kind::Resource>);

/// One resource with everything its page shows.
struct Shown {
    resource: Resource,
    catalogue: Catalogue,
    credentials: Vec<Listed>,
}

/// The forms of the page, as typed.
#[derive(Default)]
struct Typed {
    scope: ScopeTyped,
    tool: ToolTyped,
    schema: SchemaTyped,
}

/// `GET /t/{tenant}/{environment}/resources/{resource}`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<At>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let shown = load(&who, &path).await?;
    let mut page = view(&who, &shown, &Typed::default(), &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/scopes`
pub(crate) async fn submit_scope(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let scope = ScopeTyped::read(&posted)?;
    let outcome = match scope.parse(path.1, path.2) {
        Err(problems) => Err(problems),
        Ok(command) => {
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                add_scope(tx, command, acting).await
            };
            refused(who.act(&permit, work).await, "scope")?
        }
    };
    let Err(problems) = outcome else {
        return Ok(Done::ScopeAdded.at(&here(&who, &path)));
    };
    let shown = load(&who, &path).await?;
    let typed = Typed {
        scope,
        ..Typed::default()
    };
    Ok(again(&view(&who, &shown, &typed, &problems)))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/tools`
pub(crate) async fn submit_tool(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let tool = ToolTyped::read(&posted)?;
    let outcome = match tool.parse(path.1, path.2) {
        Err(problems) => Err(problems),
        Ok(command) => {
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                add_tool(tx, command, acting).await
            };
            refused(who.act(&permit, work).await, "tool")?
        }
    };
    let Err(problems) = outcome else {
        return Ok(Done::ToolAdded.at(&here(&who, &path)));
    };
    let shown = load(&who, &path).await?;
    let typed = Typed {
        tool,
        ..Typed::default()
    };
    Ok(again(&view(&who, &shown, &typed, &problems)))
}

/// `POST /t/{tenant}/{environment}/resources/{resource}/tools/schema`
pub(crate) async fn submit_schema(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let shown = load(&who, &path).await?;
    let schema = SchemaTyped::read(&posted)?;
    let problems = match schema.parse(path.1, path.2) {
        Err(problems) => problems,
        Ok(command) => {
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                change_tool(tx, command, acting).await
            };
            match who.act(&permit, work).await {
                Ok(()) => return Ok(Done::ToolChanged.at(&here(&who, &path))),
                Err(ChangeToolError::Unknown) => {
                    Problems::one("changed_tool", "Choose a tool of this resource")
                }
                Err(ChangeToolError::Same) => {
                    let words = "The tool has this schema already. Paste the one that it has now";
                    Problems::one("changed_schema", words)
                }
                Err(ChangeToolError::NotPermitted(error)) => {
                    return Err(Refusal::from(error).into());
                }
                Err(ChangeToolError::Store(error)) => return Err(Refusal::from(error).into()),
            }
        }
    };
    let typed = Typed {
        schema,
        ..Typed::default()
    };
    Ok(again(&view(&who, &shown, &typed, &problems)))
}

/// What the person can mend, beside the field it is about; everything else is a refusal.
fn refused<T>(
    added: Result<T, CatalogueError>,
    field: &str,
) -> Result<Result<(), Problems>, Refusal> {
    match added {
        Ok(_) => Ok(Ok(())),
        Err(CatalogueError::Exists) => {
            let words = format!("There is a {field} of this name already");
            Ok(Err(Problems::one(field, words)))
        }
        Err(CatalogueError::NotOpen) => {
            let words = "Only a sandbox gives scopes to everybody, and only scopes that read";
            Ok(Err(Problems::one("open", words)))
        }
        Err(CatalogueError::Reserved) => {
            let words =
                "Choose another name: those that begin with narthex: have a meaning already";
            Ok(Err(Problems::one("scope", words)))
        }
        Err(CatalogueError::Unknown) if field == "tool" => {
            let words = "Choose a scope of this resource";
            Ok(Err(Problems::one("tool_scope", words)))
        }
        Err(CatalogueError::Unknown) => Err(Refusal::NotFound),
        Err(CatalogueError::NotPermitted(error)) => Err(error.into()),
        Err(CatalogueError::Store(error)) => Err(error.into()),
    }
}

async fn load(who: &SignedIn, (_, environment, id): &At) -> Result<Shown, Refusal> {
    let (environment, id) = (*environment, *id);
    who.within(async |tx| {
        let catalogue = catalogue::load(tx, environment).await?;
        let resource = catalogue.resources.iter().find(|one| one.id == id).cloned();
        Ok(Shown {
            resource: resource.ok_or(Refusal::NotFound)?,
            catalogue,
            credentials: portal_resource::credentials(tx, environment, id).await?,
        })
    })
    .await
}

/// The path of the resource's own page.
pub(super) fn here(who: &SignedIn, (_, environment, id): &At) -> String {
    who.path(&format!("/{environment}/resources/{id}"))
}

fn view(who: &SignedIn, shown: &Shown, typed: &Typed, problems: &Problems) -> ResourcePage {
    let Shown {
        resource,
        catalogue,
        credentials,
    } = shown;
    let environment = resource.environment;
    let may = who.may(Action::EditCatalogue);
    let scopes: Vec<_> = catalogue
        .scopes
        .iter()
        .filter(|one| one.resource == resource.id)
        .collect();
    let tools = catalogue
        .tools
        .iter()
        .filter(|one| one.resource == resource.id)
        .collect::<Vec<_>>();
    let own: Vec<_> = tools.iter().map(|one| one.tool.as_str()).collect();
    let names: Vec<_> = scopes.iter().map(|one| one.scope.as_str()).collect();
    let is_mcp = resource.kind == ResourceKind::Mcp;
    let beside = |fields: Vec<Field>| fields.into_iter().map(|f| problems.beside(f)).collect();
    ResourcePage {
        shell: who
            .shell(Area::Resources(environment), resource.name.as_str())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        facts: vec![
            Fact::code("Identifier", resource.identifier.as_str()),
            Fact::text("What it is", kind_label(resource.kind)),
            Fact::code("Resource id", resource.id.to_string()),
        ],
        here: who.path(&format!("/{environment}/resources/{}", resource.id)),
        add_tool: (may && is_mcp && !names.is_empty()).then(|| beside(typed.tool.fields(&names))),
        add_scope: may.then(|| beside(typed.scope.fields(environment))),
        scopes: scopes.into_iter().map(scope_row).collect(),
        change_tool: (may && !own.is_empty()).then(|| beside(typed.schema.fields(&own))),
        tools: tools.into_iter().map(tool_row).collect(),
        newest: newest(credentials),
        credentials: credentials
            .iter()
            .map(|one| credential_row(one, who))
            .collect(),
        has_tools: is_mcp,
        who_may: (!may).then(|| who.who_may(Action::EditCatalogue)),
    }
}

/// What the form for a new secret has seen: the newest credential, or nothing.
fn newest(credentials: &[Listed]) -> String {
    let newest = credentials.iter().map(|one| one.id).max();
    newest.map_or_else(String::new, |id| id.to_string())
}

fn scope_row(entry: &catalogue::ScopeEntry) -> ScopeRow {
    ScopeRow {
        scope: entry.scope.as_str().to_owned(),
        description: entry.description.clone(),
        risk: risk_badge(entry.risk),
        open: entry.open,
    }
}

fn tool_row(entry: &catalogue::ToolEntry) -> ToolRow {
    ToolRow {
        tool: entry.tool.as_str().to_owned(),
        description: entry.description.clone(),
        scope: entry.scope.as_str().to_owned(),
        hash: entry.schema_hash.to_string().chars().take(12).collect(),
    }
}

fn credential_row(listed: &Listed, who: &SignedIn) -> CredentialRow {
    let state = if !listed.active {
        Badge::new(Tone::Neutral, "Revoked").icon(Icon::Cross)
    } else if listed.expires_at <= who.now {
        Badge::new(Tone::Neutral, "Ended").icon(Icon::Clock)
    } else {
        Badge::new(Tone::Ok, "Works").icon(Icon::Tick)
    };
    CredentialRow {
        name: format!("nrs_…{}", listed.last4),
        state,
        created: When::new(listed.created_at),
        expires: When::new(listed.expires_at).day(),
    }
}

/// How far a scope reaches, on the scale of every page.
pub(super) const fn risk_level(risk: Risk) -> RiskLevel {
    match risk {
        Risk::Read => RiskLevel::Low,
        Risk::Change => RiskLevel::Medium,
        Risk::Delete => RiskLevel::High,
        Risk::Admin => RiskLevel::Critical,
    }
}

/// How far a scope reaches, in the word that says what it does.
pub(super) fn risk_badge(risk: Risk) -> Badge {
    let mut badge = risk_level(risk).badge();
    risk.label().clone_into(&mut badge.label);
    badge
}
