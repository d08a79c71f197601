//! Suspending, resuming and revoking a client: each a page of its own with what will happen, counted, and a reason;
//! revoking wants the name typed, since it is final.

use actix_web::HttpResponse;
use narthex_http::page::{Field, When, number};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, ClientState};

use super::banner::Done;
use super::block::DangerPage;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::paths;
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use crate::acting::NotPermitted;
use crate::prose::Reason;
use crate::store::cascade::{self, Cascade};
use crate::store::dashboard_clients::{self, Client, Which};
use crate::suspend::{Stop, Suspend, SuspendError, suspend};

/// The client, and what goes with it.
type Looked = Seen<(Tenant, (Client, Cascade))>;

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    reason: String,
    name: String,
}

/// `GET /clients/{tenant}/{environment}/{client_id}/suspend`
pub(crate) async fn suspend_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &place, Stop::Suspend).await
}

/// `POST /clients/{tenant}/{environment}/{client_id}/suspend`
pub(crate) async fn suspend_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &place, &posted, Stop::Suspend).await
}

/// `GET /clients/{tenant}/{environment}/{client_id}/resume`
pub(crate) async fn resume_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &place, Stop::Resume).await
}

/// `POST /clients/{tenant}/{environment}/{client_id}/resume`
pub(crate) async fn resume_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &place, &posted, Stop::Resume).await
}

/// `GET /clients/{tenant}/{environment}/{client_id}/revoke`
pub(crate) async fn revoke_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &place, Stop::Revoke).await
}

/// `POST /clients/{tenant}/{environment}/{client_id}/revoke`
pub(crate) async fn revoke_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &place, &posted, Stop::Revoke).await
}

async fn page(staff: &StaffSignedIn, place: &Place, what: Stop) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::SuspendAny)?;
    let looked = look(staff, place, what).await?;
    let mut problems = Problems::default();
    if !what.is_possible(looked.found.1.0.state) {
        problems.add("", not_possible(looked.found.1.0.state));
    }
    Ok(frame::page(&view(
        staff,
        &looked,
        (what, &Typed::default()),
        &problems,
    )))
}

/// Reads the client, and what would go with it.
async fn look(staff: &StaffSignedIn, place: &Place, what: Stop) -> Result<Looked, Refusal> {
    let client_id: ClientId = place.named("client_id")?;
    let (environment, now) = (place.environment, staff.now);
    let to = match what {
        Stop::Suspend => ClientState::Suspended,
        Stop::Resume => ClientState::Active,
        Stop::Revoke => ClientState::Revoked,
    };
    staff
        .look_at(place, client_id.to_string(), async |tx, tenant| {
            let at = (tenant, environment);
            let cascade = cascade::of(tx, at, (&client_id, to), now).await?;
            let which = Which {
                tenant,
                environment,
                client_id,
            };
            Ok((dashboard_clients::load(tx, which, now).await?, cascade))
        })
        .await
}

async fn submit(
    staff: &StaffSignedIn,
    place: &Place,
    posted: &Posted,
    what: Stop,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::SuspendAny)?;
    let looked = look(staff, place, what).await?;
    let typed = Typed {
        reason: posted.text("reason")?,
        name: posted.text("name")?,
    };
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    if what == Stop::Revoke && !is_name(&typed.name, looked.found.1.0.integration.name.as_str()) {
        problems.add(
            "name",
            "The name does not match. Type it as it stands above the field",
        );
    }
    match reason.filter(|_| problems.is_empty()) {
        Some(reason) => carry_out(staff, &permit, (looked, typed), (what, reason)).await,
        None => Ok(frame::again(&view(
            staff,
            &looked,
            (what, &typed),
            &problems,
        ))),
    }
}

/// Pasted or typed, in whatever case.
fn is_name(typed: &str, name: &str) -> bool {
    typed.trim().to_lowercase() == name.to_lowercase()
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    (looked, typed): (Looked, Typed),
    (what, reason): (Stop, Reason),
) -> Result<HttpResponse, Refusal> {
    let (tenant, (client, _)) = &looked.found;
    let (environment, client_id) = (client.environment, client.id.clone());
    let command = Suspend {
        environment,
        client_id,
        what,
        reason,
    };
    let stopped = staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            suspend(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    match stopped {
        Ok(_) => Ok(done(what).at(&paths::client(&tenant.slug, environment, &client.id))),
        Err(SuspendError::NotPermitted(error)) => Err(error.into()),
        Err(SuspendError::HeldByStaff) => Err(NotPermitted.into()),
        Err(SuspendError::Store(error)) => Err(error.into()),
        Err(SuspendError::NotPossible(state)) => {
            let words = not_possible(state);
            Ok(refused(staff, &looked, (what, &typed), words))
        }
        Err(SuspendError::ParentStopped) => {
            let words = "The client that registered it does not work. Resume that one first";
            Ok(refused(staff, &looked, (what, &typed), words.to_owned()))
        }
    }
}

/// The page again, with why nothing was done.
fn refused(
    staff: &StaffSignedIn,
    looked: &Looked,
    (what, typed): (Stop, &Typed),
    words: String,
) -> HttpResponse {
    let mut problems = Problems::default();
    problems.add("", words);
    frame::again(&view(staff, looked, (what, typed), &problems))
}

fn not_possible(state: ClientState) -> String {
    let state = state.label().to_lowercase();
    format!("This is not possible now: the client is {state}. Nothing was changed")
}

const fn done(what: Stop) -> Done {
    match what {
        Stop::Suspend => Done::Suspended,
        Stop::Resume => Done::Resumed,
        Stop::Revoke => Done::Revoked,
    }
}

fn view(
    staff: &StaffSignedIn,
    looked: &Looked,
    (what, typed): (Stop, &Typed),
    problems: &Problems,
) -> DangerPage {
    let (tenant, (client, cascade)) = &looked.found;
    let name = client.integration.name.as_str();
    let verb = match what {
        Stop::Suspend => "Suspend",
        Stop::Resume => "Resume",
        Stop::Revoke => "Revoke",
    };
    let title = format!("{verb} {name}");
    let back = paths::client(&tenant.slug, client.environment, &client.id);
    let shell = staff
        .shell(Area::Clients, looked, &title)
        .crumb(name, &back);
    DangerPage {
        shell: frame::of_tenant(shell, tenant, client.environment).problem(!problems.is_empty()),
        errors: problems.summary(),
        last: (what == Stop::Revoke).then(|| {
            let words = "Revoking is final. To stop it for a while, suspend it instead.";
            ("This cannot be undone", words.to_owned())
        }),
        effects: effects((client, cascade), what),
        kept: kept(what),
        action: format!("{back}/{}", verb.to_lowercase()),
        fields: fields(name, (what, typed), problems),
        button: title,
        back,
    }
}

fn fields(name: &str, (what, typed): (Stop, &Typed), problems: &Problems) -> Vec<Field> {
    let reason = Field::area("reason", "Reason", 3)
        .hint("The tenant reads it, and it is kept in the ledger.")
        .value(typed.reason.as_str());
    let mut fields = vec![problems.beside(reason)];
    if what == Stop::Revoke {
        let field = Field::text("name", "Type the name to confirm")
            .hint(name)
            .value(typed.name.as_str())
            .autocomplete("off");
        fields.push(problems.beside(field));
    }
    fields
}

fn effects((client, cascade): (&Client, &Cascade), what: Stop) -> Vec<(String, String)> {
    if what == Stop::Resume {
        return vec![(
            "1".to_owned(),
            "client gets tokens again, as it was approved".to_owned(),
        )];
    }
    let ends = cascade.last_ends.map_or_else(String::new, |at| {
        let at = When::new(at).to_the_second().text();
        format!(
            " A server that only checks signatures accepts the last of them until {at}; one that asks us refuses them at \
             once."
        )
    });
    let live = client
        .credentials
        .iter()
        .filter(|one| one.state.is_live())
        .count();
    let mut effects = vec![(
        "1".to_owned(),
        "client gets no tokens from now on".to_owned(),
    )];
    effects.extend(followers(cascade));
    effects.extend([
        (
            number(cascade.tokens),
            format!("access tokens have not ended yet.{ends}"),
        ),
        (
            number(cascade.subjects),
            "people or services they are for have to wait or use another client".to_owned(),
        ),
        (live.to_string(), "credentials stop working".to_owned()),
    ]);
    effects
}

/// The clients that stop with it, by the names of what they belong to.
fn followers(cascade: &Cascade) -> Option<(String, String)> {
    let names: Vec<_> = cascade
        .followers
        .iter()
        .map(|kin| kin.name.as_str())
        .collect();
    let count = number(u64::try_from(names.len()).unwrap_or_default());
    let which = names.join(", ");
    (!names.is_empty()).then(|| {
        (
            count,
            format!("clients that it registered stop with it: {which}"),
        )
    })
}

fn kept(what: Stop) -> Vec<String> {
    let mut kept = vec![
        "Clients of this integration in the other environment keep working.".to_owned(),
        "The logs and the ledger stay.".to_owned(),
    ];
    match what {
        Stop::Suspend => {
            kept.insert(
                0,
                "Its approval and its credentials stay: you can resume it.".to_owned(),
            );
        }
        Stop::Resume => kept.insert(0, "What it may reach does not change.".to_owned()),
        Stop::Revoke => {}
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn a_name_may_be_pasted_in_any_case() {
        assert!(is_name(" northwind crm sync\n", "Northwind CRM sync"));
        assert!(!is_name("", "Northwind CRM sync"));
        assert!(!is_name("Northwind CRM", "Northwind CRM sync"));
    }
}
