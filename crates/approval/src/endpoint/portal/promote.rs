//! Promoting a client of the sandbox: what is other in production on one page, how ready it is beside it, and the same
//! once more before it is sent. The sandbox's client stays as it is.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Banner, Diff, ErrorSummary, Field, ScopeRow, Shell, Task, Tone};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{ClientId, Environment};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::integration::path_of;
use super::posted::Posted;
use super::problems::Problems;
use super::promotion_form::Answers;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::endpoint::promotion_words;
use crate::promote::{FROM, Prepared, Promote, PromoteError, TO, look, prepare, promote};
use crate::readiness::{Item, Ready};

#[derive(Template)]
#[template(path = "portal/promote.html")]
struct PromotePage {
    shell: Shell,
    errors: ErrorSummary,
    tasks: Vec<Task>,
    summary: String,
    fields: Vec<Field>,
    scopes: Vec<ScopeRow>,
    tools: Vec<ScopeRow>,
    /// Scopes of the sandbox that production has not.
    missing: Vec<String>,
    here: String,
    cancel: String,
}

#[derive(Template)]
#[template(path = "portal/check_promotion.html")]
struct CheckPage {
    shell: Shell,
    tasks: Vec<Task>,
    summary: String,
    diff: Diff,
    kept: Vec<(String, String)>,
    here: String,
}

/// Why there is nothing to promote, with where to go on.
#[derive(Template)]
#[template(path = "portal/no_promotion.html")]
struct NoPromotionPage {
    shell: Shell,
    why: String,
    href: String,
    label: &'static str,
}

/// The path of a client's page.
type At = (String, Environment, String);

/// `GET /t/{tenant}/{environment}/clients/{client}/promote`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::EditIntegration)?;
    let client = client_of(&path)?;
    let prepared = match who.within(async |tx| prepare(tx, &client).await).await {
        Ok(prepared) => prepared,
        Err(error) => return no_promotion(&who, error),
    };
    let answers = Answers::carried(&prepared);
    let view = View {
        who: &who,
        permit: &permit,
        client: &client,
        prepared: &prepared,
    };
    Ok(answer(&view.form(&answers, &Problems::default()).await?))
}

/// `POST /t/{tenant}/{environment}/clients/{client}/promote`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let client = client_of(&path)?;
    let (answers, step) = (Answers::read(&posted)?, posted.text("step")?);
    let prepared = match who.within(async |tx| prepare(tx, &client).await).await {
        Ok(prepared) => prepared,
        Err(error) => return Ok(gone(&who, &step, error)?),
    };
    let view = View {
        who: &who,
        permit: &permit,
        client: &client,
        prepared: &prepared,
    };
    if step == "change" {
        let page = view.form(&answers, &Problems::default()).await?;
        return Ok(answer(&page));
    }
    let command = match answers.parse(&client, &prepared) {
        Ok(command) => command,
        Err(problems) => return Ok(again(&view.form(&answers, &problems).await?)),
    };
    let done = if step == "send" {
        view.send(command).await
    } else {
        view.check(&command, &posted).await
    };
    match done {
        Ok(page) => Ok(page),
        Err(error) => match problems(&error) {
            Some(problems) => Ok(again(&view.form(&answers, &problems).await?)),
            None => Ok(gone(&who, &step, error)?),
        },
    }
}

struct View<'a> {
    who: &'a SignedIn,
    permit: &'a Permit,
    client: &'a ClientId,
    prepared: &'a Prepared,
}

impl View<'_> {
    async fn send(&self, command: Promote) -> Result<HttpResponse, PromoteError> {
        let work =
            async |tx: &mut TenantTx, acting: &mut Acting<'_>| promote(tx, command, acting).await;
        let sent = self.who.act(self.permit, work).await?;
        Ok(Done::Sent.at(&self.who.request_path(TO, sent.request.id)))
    }

    async fn ready(&self, command: &Promote) -> Result<Vec<Ready>, PromoteError> {
        let work =
            async |tx: &mut TenantTx, acting: &mut Acting<'_>| look(tx, command, acting).await;
        self.who.act(self.permit, work).await
    }

    /// The form, with how ready it is as it was typed; a form that cannot be read says nothing of that.
    async fn form(&self, answers: &Answers, wrong: &Problems) -> Result<PromotePage, Refusal> {
        let (tasks, summary) = match answers.parse(self.client, self.prepared) {
            Err(_) => (Vec::new(), "It is looked at when you continue.".to_owned()),
            Ok(command) => match self.ready(&command).await {
                Ok(list) => (self.tasks(&list), promotion_words::summary(&list)),
                Err(PromoteError::Store(error)) => return Err(error.into()),
                Err(error) => (Vec::new(), error.to_string()),
            },
        };
        let missing = self.prepared.scopes.iter();
        let there = |scope: &&String| {
            let all = self.prepared.catalogue.scopes.iter();
            !all.map(|entry| entry.scope.as_str())
                .any(|one| one == *scope)
        };
        Ok(PromotePage {
            shell: self
                .shell("Promote to production")
                .problem(!wrong.is_empty()),
            errors: wrong.summary(),
            tasks,
            summary,
            fields: answers.fields(self.prepared, wrong),
            scopes: answers.scope_rows(self.prepared, wrong),
            tools: answers.tool_rows(self.prepared),
            missing: missing.filter(there).cloned().collect(),
            here: self.here(),
            cancel: path_of(self.who, self.prepared.integration),
        })
    }

    async fn check(
        &self,
        command: &Promote,
        posted: &Posted,
    ) -> Result<HttpResponse, PromoteError> {
        let list = self.ready(command).await?;
        let kept = posted.pairs().filter(|(name, _)| *name != "step");
        Ok(answer(&CheckPage {
            shell: self
                .shell("Check the promotion")
                .crumb("Promote to production", self.here()),
            tasks: self.tasks(&list),
            summary: promotion_words::summary(&list),
            diff: self.diff(command),
            kept: kept
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            here: self.here(),
        }))
    }

    /// Everything that is other in production.
    fn diff(&self, command: &Promote) -> Diff {
        let sandbox = &self.prepared.sandbox;
        let mut changes = promotion_words::new_ones(sandbox);
        let issuer = |environment| vec![self.who.issuer(environment).as_str().to_owned()];
        changes.extend(promotion_words::names("Issuer", &issuer(FROM), &issuer(TO)));
        let was: Vec<String> = addresses(sandbox.redirect_uris());
        let is: Vec<String> = addresses(&command.redirect_uris);
        changes.extend(promotion_words::names("Redirect addresses", &was, &is));
        let asked: Vec<String> = command.ask.scopes.keys().map(ToString::to_string).collect();
        changes.extend(promotion_words::names(
            "Scopes",
            &self.prepared.scopes,
            &asked,
        ));
        let had = self.prepared.tools.iter().map(|(_, tool)| tool.clone());
        let (mut had, mut wanted): (Vec<String>, Vec<String>) = (
            had.collect(),
            command
                .ask
                .tools
                .iter()
                .map(|one| one.tool.to_string())
                .collect(),
        );
        had.sort();
        wanted.sort();
        changes.extend(promotion_words::names("Tools", &had, &wanted));
        promotion_words::diff(changes, sandbox)
    }

    fn tasks(&self, list: &[Ready]) -> Vec<Task> {
        let integration = path_of(self.who, self.prepared.integration);
        let mend = |item| match item {
            Item::Hosts => Some(self.who.path("/domains")),
            Item::Token => Some(format!("{integration}#{FROM}")),
            Item::Redirects => Some("#redirect_uris".to_owned()),
            Item::Contact => Some(format!("{integration}#about")),
            Item::Policy => None,
        };
        promotion_words::tasks(list, mend)
    }

    fn here(&self) -> String {
        let id = url::form_urlencoded::byte_serialize(self.client.as_str().as_bytes());
        let id: String = id.collect();
        self.who.path(&format!("/{FROM}/clients/{id}/promote"))
    }

    fn shell(&self, title: &str) -> Shell {
        let back = path_of(self.who, self.prepared.integration);
        let mut shell = self
            .who
            .shell(Area::Integrations, title)
            .crumb("Integration", back);
        shell.environment = Some(TO);
        shell
    }
}

fn addresses(all: &[narthex_vocab::RedirectUri]) -> Vec<String> {
    all.iter().map(|uri| uri.as_str().to_owned()).collect()
}

/// Only what is in the sandbox is promoted: in production there is nothing to see here.
fn client_of((_, environment, client): &At) -> Result<ClientId, Refusal> {
    if *environment != FROM {
        return Err(Refusal::NotFound);
    }
    ClientId::parse(client).map_err(|_| Refusal::NotFound)
}

/// What the person can mend, if it is that.
fn problems(error: &PromoteError) -> Option<Problems> {
    match error {
        PromoteError::Metadata(error) => {
            let words = format!("These answers do not fit together: {}", error.why);
            let field = if error.member.starts_with("jwks") {
                "keys"
            } else if error.member == "workload_identity" {
                "workload_issuer"
            } else {
                "redirect_uris"
            };
            Some(Problems::one(field, words))
        }
        PromoteError::Disallowed(disallowed) => {
            let mut problems = Problems::default();
            for breach in disallowed.breaches() {
                let (rule, fix) = (breach.rule, breach.rule.fix());
                let words = format!("Production, rule {rule}: {}. {fix}", breach.observed);
                problems.add("redirect_uris", words);
            }
            Some(problems)
        }
        PromoteError::NobodyAnswers => {
            let words =
                "Nobody answers for this integration any more. Have an owner hand it over first";
            Some(Problems::one("", words))
        }
        PromoteError::NotPermitted(_)
        | PromoteError::NotLive(_)
        | PromoteError::OwnAddress
        | PromoteError::BelowAnother
        | PromoteError::AlreadyOpen(_)
        | PromoteError::AlreadyThere(_)
        | PromoteError::UnknownReach(_)
        | PromoteError::Store(_) => None,
    }
}

/// It was sent already, by the same form or by somebody else: that is where it is. Else why there is nothing to send.
fn gone(who: &SignedIn, step: &str, error: PromoteError) -> Result<HttpResponse, Refusal> {
    match error {
        PromoteError::AlreadyOpen(request) if step == "send" => {
            Ok(Done::Sent.at(&who.request_path(TO, request)))
        }
        error => no_promotion(who, error),
    }
}

fn no_promotion(who: &SignedIn, error: PromoteError) -> Result<HttpResponse, Refusal> {
    let (why, href, label) = match error {
        PromoteError::AlreadyOpen(request) => (
            "A request for production is open already.".to_owned(),
            who.request_path(TO, request),
            "Go to the request",
        ),
        PromoteError::AlreadyThere(client) => (
            format!("It has a client in production already: {client}."),
            who.path(&Area::Integrations.path()),
            "Go to the integrations",
        ),
        PromoteError::NotLive(state) => (
            format!(
                "Its client in the sandbox is {}. Only one that works is promoted.",
                state.label().to_lowercase()
            ),
            who.path(&Area::Integrations.path()),
            "Go to the integrations",
        ),
        PromoteError::OwnAddress => (
            "Its identifier is its own address. It comes to production by itself, and is decided there.".to_owned(),
            who.path(&Area::Integrations.path()),
            "Go to the integrations",
        ),
        PromoteError::BelowAnother => (
            "Another client registered it. That one registers it in production too.".to_owned(),
            who.path(&Area::Integrations.path()),
            "Go to the integrations",
        ),
        PromoteError::NotPermitted(error) => return Err(error.into()),
        PromoteError::Store(error) => return Err(error.into()),
        PromoteError::NobodyAnswers
        | PromoteError::Metadata(_)
        | PromoteError::UnknownReach(_)
        | PromoteError::Disallowed(_) => return Err(Refusal::Stale),
    };
    let shell = who.shell(Area::Integrations, "Promote to production");
    let banner = Banner::new(Tone::Warn, why.as_str()).heading("There is nothing to promote");
    Ok(answer(&NoPromotionPage {
        shell: shell.banner(Some(banner)),
        why,
        href,
        label,
    }))
}
