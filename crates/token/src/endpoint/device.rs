//! `GET|POST …/device` and `POST …/device/answer` (RFC 8628 section 3.3): a person enters the code that a device shows, reads
//! who asks from where for what, and answers. Nobody is led here to answer at once: the code is always compared first.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{Badge, ErrorSummary, Field, Narrow, Tone, When, html};
use narthex_http::{PagePolicy, StrictForm, StrictQuery};
use narthex_tenancy::{StoreError, ambient, tenant};
use narthex_vocab::UserCode;

use crate::call::Call;
use crate::changed::ChangedView;
use crate::consent::Choice;
use crate::continue_to::ContinueTo;
use crate::device::{self, Answered, AskingDevice};
use crate::endpoint::logo;
use crate::endpoint::visit::{Visit, see_other};
use crate::page_error::PageError;
use crate::sealed::{Pending, Step};
use crate::signed_in::{SignedIn, signed_in};
use crate::throttle::{self, Counted};
use crate::wording::{Verb, own_host, verbs_of};

/// Where the code is entered.
#[derive(Template)]
#[template(path = "token/device.html")]
struct DevicePage {
    narrow: Narrow,
    errors: ErrorSummary,
    account: String,
    switch: String,
    /// The code came with the address.
    led: bool,
    user_code: Field,
    action: String,
}

/// The consent page of a device; the fields stand in the order of the page.
#[derive(Template)]
#[template(path = "token/device_consent.html")]
struct DeviceConsentPage {
    narrow: Narrow,
    tenant: String,
    account: String,
    switch: String,
    code: String,
    app_address: String,
    name: Option<String>,
    logo: Option<String>,
    not_verified: Badge,
    /// What changed since the person last allowed it.
    changed: Option<ChangedView>,
    /// It was approved with a warning.
    warned: bool,
    asked_from: String,
    asked_at: When,
    first_seen: When,
    verbs: Vec<Verb>,
    ends: When,
    action: String,
    pending: String,
}

/// The end of it.
#[derive(Template)]
#[template(path = "token/device_done.html")]
struct DeviceDonePage {
    narrow: Narrow,
    allowed: bool,
}

pub(crate) async fn get(visit: Visit, query: StrictQuery) -> HttpResponse {
    let shown = async {
        let arrival = visit.arrive().await?;
        let code = query.given("user_code")?;
        let code: Option<UserCode> = code.and_then(|text| text.parse().ok());
        let Some((person, name)) = somebody(&visit, arrival.call()).await? else {
            let back = ContinueTo::device(&visit.place, code.as_ref());
            return Ok(see_other(&back.sign_in(&visit.place, None)));
        };
        let typed = code.map_or_else(String::new, |code| code.to_string());
        Ok(form(&visit, (&person, &name), &typed, None))
    };
    shown
        .await
        .unwrap_or_else(|error: PageError| error.page(&visit.id))
}

pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    let found = enter(&visit, &form).await;
    found.unwrap_or_else(|error| error.page(&visit.id))
}

pub(crate) async fn answer(visit: Visit, form: StrictForm) -> HttpResponse {
    let answered = decide(&visit, &form).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

/// Looks for the device. Every code that is tried is counted, the right one too: nobody finds out others' by trying.
async fn enter(visit: &Visit, sent: &StrictForm) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    visit.check_form(sent)?;
    let call = arrival.call();
    let (person, name) = somebody(visit, call).await?.ok_or(PageError::OutOfDate)?;
    let guess = person.member.id.to_string();
    throttle::spend(&visit.token, &visit.place, Counted::Guess(&guess), call.now).await?;
    let typed = sent.one("user_code")?.unwrap_or_default().trim();
    let Ok(code) = typed.parse::<UserCode>() else {
        let words = "Enter the eight letters that your device shows";
        return Ok(form(visit, (&person, &name), typed, Some(words)));
    };
    if let Some(asking) = look(visit, call, (person.clone(), code)).await? {
        return consent(visit, asking);
    }
    let words = "No device waits with this code. Compare it letter by letter, or have the device show a new one";
    Ok(form(visit, (&person, &name), typed, Some(words)))
}

async fn decide(visit: &Visit, sent: &StrictForm) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    visit.check_form(sent)?;
    let choice = Choice::read(sent)?;
    let field = sent.one("pending")?.ok_or(PageError::OutOfDate)?;
    let call = arrival.call();
    let (person, name) = somebody(visit, call).await?.ok_or(PageError::OutOfDate)?;
    let at = (Step::Device, &visit.place, &person.session);
    let pending = Pending::open(field, &visit.token.sealing, at, call.now)?;
    let mut rng = ambient::rng();
    let answered = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            device::answer(tx, call, (&person, pending, choice), &mut rng).await
        })
        .await?;
    match answered {
        Answered::Allowed => Ok(done(visit, &name, true)),
        Answered::Denied => Ok(done(visit, &name, false)),
        Answered::AskAgain(code) => {
            let asking = look(visit, call, (person, code)).await?;
            consent(visit, asking.ok_or(PageError::OutOfDate)?)
        }
    }
}

/// The person at the browser, and the name of the tenant.
async fn somebody(visit: &Visit, call: Call<'_>) -> Result<Option<(SignedIn, String)>, PageError> {
    let cookie = visit.session();
    let found = visit.token.database.tenant(visit.place.tenant, async |tx| {
        let person = signed_in(tx, call, cookie.as_deref()).await?;
        let name = tenant::load(tx).await?.name.to_string();
        Ok::<_, StoreError>(person.map(|person| (person, name)))
    });
    Ok(found.await?)
}

async fn look(
    visit: &Visit,
    call: Call<'_>,
    asked: (SignedIn, UserCode),
) -> Result<Option<AskingDevice>, PageError> {
    let find = async |tx: &mut _| device::find(tx, call, asked).await;
    visit.token.database.tenant(visit.place.tenant, find).await
}

/// The form, with what was wrong with it.
fn form(
    visit: &Visit,
    (person, tenant): (&SignedIn, &str),
    typed: &str,
    problem: Option<&str>,
) -> HttpResponse {
    let user_code = Field::text("user_code", "Code on your device")
        .hint("Eight letters, such as WDJB-MJHT")
        .mono()
        .value(typed)
        .error(problem.map(str::to_owned));
    let title = format!("Connect a device to your {tenant} account");
    let page = DevicePage {
        narrow: visit.frame(title, tenant).problem(problem.is_some()),
        errors: ErrorSummary::of([&user_code]),
        account: person.member.email.to_string(),
        switch: ContinueTo::device(&visit.place, None).sign_in(&visit.place, None),
        led: problem.is_none() && !typed.is_empty(),
        user_code,
        action: visit.place.path("device"),
    };
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    PagePolicy::NO_SCRIPT.on(html(&page, status))
}

fn consent(visit: &Visit, asking: AskingDevice) -> Result<HttpResponse, PageError> {
    let AskingDevice {
        tenant,
        person,
        code,
        client,
        reach,
        described,
        ends,
        changed,
        warned,
        logo,
        asked_from,
        asked_at,
    } = asking;
    let title = format!("Allow this device to use your {tenant} account?");
    let page = DeviceConsentPage {
        narrow: visit.frame(title, &tenant),
        account: person.member.email.to_string(),
        switch: ContinueTo::device(&visit.place, None).sign_in(&visit.place, None),
        code: code.to_string(),
        app_address: own_host(client.id()).unwrap_or_else(|| client.id().to_string()),
        name: client.metadata().client_name().map(ToString::to_string),
        logo: logo.map(|hash| logo::address(&visit.place, client.id(), hash)),
        not_verified: Badge::new(Tone::Neutral, "Not verified"),
        changed: changed.view(&tenant),
        warned,
        asked_from: asked_from.trim_end_matches("/32").to_owned(),
        asked_at: When::new(asked_at).to_the_second(),
        first_seen: When::new(client.created_at()).day(),
        verbs: verbs_of(&described, &reach.scopes),
        ends: When::new(ends).day(),
        action: visit.place.path("device/answer"),
        pending: {
            let pending = Pending::new(code, reach.scopes, ambient::now()).warned(warned);
            let at = (Step::Device, &visit.place, &person.session);
            pending.seal(&visit.token.sealing, at, &mut ambient::rng())?
        },
        tenant,
    };
    Ok(PagePolicy::NO_SCRIPT.on(html(&page, StatusCode::OK)))
}

fn done(visit: &Visit, tenant: &str, allowed: bool) -> HttpResponse {
    let title = if allowed {
        "Your device is connected"
    } else {
        "The device was not allowed"
    };
    let page = DeviceDonePage {
        narrow: visit.frame(title, tenant),
        allowed,
    };
    PagePolicy::NO_SCRIPT.on(html(&page, StatusCode::OK))
}
