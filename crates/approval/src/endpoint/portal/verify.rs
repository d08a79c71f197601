//! A person enters the verification code of an app that registers itself, reads that a new client is being registered
//! and what it says about itself, and vouches for it or refuses it (draft-dellaert-oauth-approval-based-dcr).
//! A link may fill the code in; it never looks one up by itself, and guesses are counted.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell};
use narthex_http::{Peer, StrictQuery};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Environment, Label, SecretHash, VerificationCode};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::registrant::{Registrant, registrant};
use super::signed_in::SignedIn;
use crate::Acting;
use crate::integration::Operator;
use crate::prose::Purpose;
use crate::turn_away::{TurnAway, TurnAwayError, turn_away};
use crate::vouch::{Vouch, VouchError, vouch};

const TITLE: &str = "Verify an app";
const NOTHING: &str =
    "No app waits under this code. Check the letters; it may also have been used, or have ended";

#[derive(Template)]
#[template(path = "portal/verify.html")]
struct CodePage {
    shell: Shell,
    errors: ErrorSummary,
    field: Field,
    here: String,
}

#[derive(Template)]
#[template(path = "portal/vouch.html")]
struct VouchPage {
    shell: Shell,
    errors: ErrorSummary,
    says: Vec<Fact>,
    asks: Vec<Fact>,
    fields: [Field; 3],
    code: String,
    here: String,
}

/// What the person typed beside the code.
struct Typed {
    name: String,
    operator: String,
    purpose: String,
}

/// `GET /t/{tenant}/{environment}/verify`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    who.permit(Action::EditIntegration)?;
    let (_, environment) = path.into_inner();
    let code = query.one("code").ok().flatten().unwrap_or_default();
    let mut page = code_page(&who, environment, code, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/verify`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    who.permit(Action::EditIntegration)?;
    let (_, environment) = path.into_inner();
    let typed = posted.text("code")?;
    let code = match counted(&who, environment, &peer, &typed).await {
        Ok(code) => code,
        Err(problems) => return Ok(again(&code_page(&who, environment, &typed, &problems))),
    };
    let found = match find(&who, environment, &code).await {
        Err(StoreError::NotFound) => return Ok(nothing(&who, environment, &typed)),
        found => found.map_err(Refusal::from)?,
    };
    match posted.text("step")?.as_str() {
        "vouch" => vouch_for(&who, (environment, &code, &found), &posted).await,
        "refuse" => refuse(&who, (environment, &code), &typed).await,
        _ => {
            let typed = Typed::of(&found);
            let page = vouch_page(
                &who,
                (environment, &code, &found),
                &typed,
                &Problems::default(),
            );
            Ok(answer(&page))
        }
    }
}

/// The code, when the person and their source may try another one.
async fn counted(
    who: &SignedIn,
    environment: Environment,
    peer: &Peer,
    typed: &str,
) -> Result<VerificationCode, Problems> {
    let code = VerificationCode::parse(typed)
        .map_err(|_| Problems::one("code", "Enter the eight letters that the app shows"))?;
    let tries = format!("verify/{environment}");
    match who.may_try(&tries, &peer.source()).await {
        None => Ok(code),
        Some(seconds) => {
            let minutes = seconds.div_ceil(60);
            let words = format!("Too many codes were tried. Try again in {minutes} min");
            Err(Problems::one("code", words))
        }
    }
}

async fn find(
    who: &SignedIn,
    environment: Environment,
    code: &VerificationCode,
) -> Result<Registrant, StoreError> {
    let hash = hash(who, code);
    let now = who.now;
    who.within(async |tx| registrant(tx, environment, &hash, now).await)
        .await
}

async fn vouch_for(
    who: &SignedIn,
    (environment, code, found): (Environment, &VerificationCode, &Registrant),
    posted: &Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let typed = Typed::read(posted)?;
    let command = match typed.parse(environment, hash(who, code)) {
        Ok(command) => command,
        Err(problems) => {
            let page = vouch_page(who, (environment, code, found), &typed, &problems);
            return Ok(again(&page));
        }
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| vouch(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(vouched) => {
            let path = format!("/{environment}/requests/{}", vouched.request.id);
            Ok(Done::Sent.at(&who.path(&path)))
        }
        Err(VouchError::NotWaiting) => Ok(nothing(who, environment, &code.to_string())),
        Err(VouchError::UnknownReach(_)) => Err(Refusal::Stale.into()),
        Err(VouchError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(VouchError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

async fn refuse(
    who: &SignedIn,
    (environment, code): (Environment, &VerificationCode),
    typed: &str,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let command = TurnAway {
        environment,
        verification: hash(who, code),
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| turn_away(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::TurnedAway.at(&who.path(&below(environment)))),
        Err(TurnAwayError::NotWaiting) => Ok(nothing(who, environment, typed)),
        Err(TurnAwayError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(TurnAwayError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

impl Typed {
    fn of(found: &Registrant) -> Self {
        Self {
            name: found.name.clone(),
            operator: String::new(),
            purpose: String::new(),
        }
    }

    fn read(posted: &Posted) -> actix_web::Result<Self> {
        Ok(Self {
            name: posted.text("name")?,
            operator: posted.text("operator")?,
            purpose: posted.text("purpose")?,
        })
    }

    fn parse(&self, environment: Environment, verification: SecretHash) -> Result<Vouch, Problems> {
        let mut problems = Problems::default();
        let name = problems.keep("name", Label::parse(&self.name), |error| {
            format!("Enter a name: {error}")
        });
        let operator = problems.keep("operator", self.operator.parse::<Operator>(), |_| {
            "Choose who runs it".to_owned()
        });
        let purpose = problems.keep("purpose", Purpose::parse(&self.purpose), |error| {
            format!("Enter another purpose: {error}")
        });
        match (name, operator, purpose) {
            (Some(name), Some(operator), Some(purpose)) => Ok(Vouch {
                environment,
                verification,
                name,
                purpose,
                operator,
            }),
            (None | Some(_), None | Some(_), None | Some(_)) => Err(problems),
        }
    }
}

fn hash(who: &SignedIn, code: &VerificationCode) -> SecretHash {
    code.hash(who.registration_key())
}

/// The path of this page, below the tenant's.
pub(super) fn below(environment: Environment) -> String {
    format!("/{environment}/verify")
}

fn nothing(who: &SignedIn, environment: Environment, typed: &str) -> HttpResponse {
    let problems = Problems::one("code", NOTHING);
    again(&code_page(who, environment, typed, &problems))
}

fn code_page(
    who: &SignedIn,
    environment: Environment,
    code: &str,
    problems: &Problems,
) -> CodePage {
    let mut shell = who
        .shell(Area::Integrations, TITLE)
        .problem(!problems.is_empty());
    shell.environment = Some(environment);
    let field = Field::text("code", "Code")
        .hint("Eight letters that the app shows, such as WDJB-MJHT")
        .autocomplete("off")
        .mono()
        .value(code);
    CodePage {
        shell,
        errors: problems.summary(),
        field: problems.beside(field),
        here: who.path(&below(environment)),
    }
}

fn vouch_page(
    who: &SignedIn,
    (environment, code, found): (Environment, &VerificationCode, &Registrant),
    typed: &Typed,
    problems: &Problems,
) -> VouchPage {
    let here = who.path(&below(environment));
    let mut shell = who
        .shell(Area::Integrations, "A new client asks to be registered")
        .crumb(TITLE, here.as_str())
        .problem(!problems.is_empty());
    shell.environment = Some(environment);
    let operators = Operator::ALL.map(|one| Choice::new(one.as_str(), one.label()));
    let fields = [
        Field::text("name", "Name")
            .hint("What your people call it. The app's own name is only a claim.")
            .value(typed.name.as_str()),
        Field::radios("operator", "Who runs it", operators.into()).value(typed.operator.as_str()),
        Field::area("purpose", "Purpose", 3)
            .hint("What it does and for whom. The review team reads it.")
            .optional()
            .value(typed.purpose.as_str()),
    ];
    VouchPage {
        shell,
        errors: problems.summary(),
        says: found.says.clone(),
        asks: found.asks.clone(),
        fields: fields.map(|field| problems.beside(field)),
        code: code.to_string(),
        here,
    }
}
