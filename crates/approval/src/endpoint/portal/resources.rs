//! The resources of an environment: the APIs and MCP servers that take its tokens; and adding one.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Field, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Catalogue, ResourceKind};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Label, NameError, ResourceUri};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::catalogue::{AddResource, CatalogueError, add_resource};

#[derive(Template)]
#[template(path = "portal/resources.html")]
struct ResourcesPage {
    shell: Shell,
    rows: Vec<ResourceRow>,
    new_href: Option<String>,
    offer_href: Option<String>,
    who_may: String,
}

struct ResourceRow {
    name: String,
    href: String,
    identifier: String,
    kind: &'static str,
    scopes: usize,
    tools: usize,
}

#[derive(Template)]
#[template(path = "portal/new_resource.html")]
struct NewResourcePage {
    shell: Shell,
    errors: ErrorSummary,
    fields: [Field; 3],
    cancel: String,
}

/// What somebody typed, as sent.
#[derive(Default)]
struct Typed {
    name: String,
    identifier: String,
    kind: String,
}

/// `GET /t/{tenant}/{environment}/resources`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let catalogue = who
        .within(async |tx| catalogue::load(tx, environment).await)
        .await?;
    let area = Area::Resources(environment);
    let page = ResourcesPage {
        shell: who.shell(area, area.label()).banner(Done::told(&query)),
        rows: rows(&who, environment, &catalogue),
        new_href: who
            .may(Action::EditCatalogue)
            .then(|| who.path(&format!("{}/new", area.path()))),
        offer_href: (who.may(Action::EditCatalogue) && !takes_registrations(&catalogue))
            .then(|| who.path(&format!("{}/registration", area.path()))),
        who_may: who.who_may(Action::EditCatalogue),
    };
    Ok(answer(&page))
}

/// `GET /t/{tenant}/{environment}/resources/new`
pub(crate) async fn new_page(
    who: SignedIn,
    path: Path<(String, Environment)>,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    who.permit(Action::EditCatalogue)?;
    let typed = Typed {
        kind: ResourceKind::Mcp.as_str().to_owned(),
        ..Typed::default()
    };
    let page = form(&who, environment, &typed, &Problems::default());
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/resources`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditCatalogue)?;
    let typed = Typed::read(&posted)?;
    let command = match typed.parse(environment) {
        Ok(command) => command,
        Err(problems) => return Ok(again(&form(&who, environment, &typed, &problems))),
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| add_resource(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(resource) => {
            let below = format!("/{environment}/resources/{}", resource.id);
            Ok(Done::ResourceAdded.at(&who.path(&below)))
        }
        Err(error) => {
            let problems = problems(error)?;
            Ok(again(&form(&who, environment, &typed, &problems)))
        }
    }
}

impl Typed {
    fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            name: posted.text("name")?,
            identifier: posted.text("identifier")?,
            kind: posted.text("kind")?,
        })
    }

    fn parse(&self, environment: Environment) -> Result<AddResource, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", Label::parse(&self.name), |error| match error {
            NameError::Empty => "Enter a name".to_owned(),
            error => format!("Enter another name: {error}"),
        });
        let identifier = self.identifier.trim();
        let identifier = problems.keep("identifier", ResourceUri::parse(identifier), |error| {
            format!("Enter the address that clients use for it, such as https://api.example.com: {error}")
        });
        let kind = [ResourceKind::Mcp, ResourceKind::Api]
            .into_iter()
            .find(|kind| kind.as_str() == self.kind);
        let kind = problems.keep("kind", kind.ok_or(()), |()| "Choose what it is".to_owned());
        match (name, identifier, kind) {
            (Some(name), Some(identifier), Some(kind)) => Ok(AddResource {
                environment,
                identifier,
                name,
                kind,
            }),
            (None | Some(_), None | Some(_), None | Some(_)) => Err(problems),
        }
    }
}

/// What is wrong with the form, or why there is no form to show.
fn problems(error: CatalogueError) -> Result<Problems, Refusal> {
    match error {
        CatalogueError::Exists => {
            let words = "This environment has a resource with this identifier already";
            Ok(Problems::one("identifier", words))
        }
        // None is a part of a new resource.
        CatalogueError::Unknown | CatalogueError::NotOpen | CatalogueError::Reserved => {
            Err(Refusal::NotFound)
        }
        CatalogueError::NotPermitted(error) => Err(error.into()),
        CatalogueError::Store(error) => Err(error.into()),
    }
}

fn takes_registrations(catalogue: &Catalogue) -> bool {
    catalogue.scopes.iter().any(|entry| entry.scope.registers())
}

fn rows(who: &SignedIn, environment: Environment, catalogue: &Catalogue) -> Vec<ResourceRow> {
    let row = |resource: &catalogue::Resource| ResourceRow {
        name: resource.name.clone(),
        href: who.path(&format!("/{environment}/resources/{}", resource.id)),
        identifier: resource.identifier.as_str().to_owned(),
        kind: kind_label(resource.kind),
        scopes: catalogue
            .scopes
            .iter()
            .filter(|scope| scope.resource == resource.id)
            .count(),
        tools: catalogue
            .tools
            .iter()
            .filter(|tool| tool.resource == resource.id)
            .count(),
    };
    catalogue.resources.iter().map(row).collect()
}

/// The words for what a resource speaks.
pub(super) const fn kind_label(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Mcp => "MCP server",
        ResourceKind::Api => "API",
    }
}

fn form(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> NewResourcePage {
    let area = Area::Resources(environment);
    let kinds = vec![
        Choice::new("mcp", "MCP server").hint("It offers tools to AI agents and assistants."),
        Choice::new("api", "API").hint("Any other service that takes access tokens."),
    ];
    let fields = [
        Field::text("name", "Name")
            .hint("As people call it, such as Ticket archive")
            .value(typed.name.as_str()),
        Field::address("identifier", "Identifier")
            .hint("Its address as clients use it. It goes into tokens and never changes.")
            .value(typed.identifier.as_str()),
        Field::radios("kind", "What it is", kinds).value(typed.kind.as_str()),
    ];
    NewResourcePage {
        shell: who
            .shell(area, "New resource")
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        fields: fields.map(|field| problems.beside(field)),
        cancel: who.path(&area.path()),
    }
}
