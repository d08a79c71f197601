//! Ending the trust in a domain: one person is enough, since it takes away. What was let in by it goes on.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::{Field, When};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::brakes::{Names, whose};
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;
use crate::store::trusted_domain::Trust;
use crate::store::{dashboard_tenants, trusted_domain};
use crate::trust_domain::{DistrustDomain, DistrustDomainError, distrust_domain};

type Looked = Seen<(Trust, Names)>;

/// `GET /trusted-domains/{trust}/end`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::TrustForTenant)?;
    let looked = look(&staff, &path).await?;
    let problems = Problems::default();
    Ok(frame::page(&view(&staff, &looked, "", &problems)))
}

/// `POST /trusted-domains/{trust}/end`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::TrustForTenant)?;
    let looked = look(&staff, &path).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&written), reason_words);
    if let Some(reason) = reason {
        match carry_out(&staff, &permit, &looked.found.0, reason).await {
            Ok(()) => return Ok(Done::TrustEnded.at(Area::Trust.path())),
            Err(DistrustDomainError::NotPermitted(error)) => return Err(error.into()),
            Err(DistrustDomainError::Store(error)) => return Err(error.into()),
            Err(DistrustDomainError::Over) => {
                problems.add("", "It is not trusted any more. Nothing was changed");
            }
        }
    }
    Ok(frame::again(&view(&staff, &looked, &written, &problems)))
}

async fn look(staff: &StaffSignedIn, path: &str) -> Result<Looked, Refusal> {
    let id: Id<kind::TrustedDomain> = path.parse().map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: id.to_string(),
        tenant: None,
        environment: None,
    };
    staff
        .look(at, async |tx| {
            let trust = trusted_domain::anywhere(tx, id).await?;
            let names = dashboard_tenants::names(tx, &[trust.tenant]).await?;
            Ok((trust, names))
        })
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    trust: &Trust,
    reason: Reason,
) -> Result<(), DistrustDomainError> {
    let command = DistrustDomain {
        environment: trust.environment,
        trust: trust.id,
        because: Some(reason),
    };
    staff
        .within(trust.tenant, async |tx| {
            let mut rng = ambient::rng();
            distrust_domain(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn view(staff: &StaffSignedIn, looked: &Looked, written: &str, problems: &Problems) -> DangerPage {
    let (trust, names) = &looked.found;
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger.")
        .value(written);
    let domain = &trust.domain;
    let shell = staff.shell(Area::Trust, looked, format!("End the trust in {domain}"));
    DangerPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![(
            "All".to_owned(),
            format!(
                "clients that come from {domain} from now on wait in quarantine like any other"
            ),
        )],
        kept: vec![
            format!(
                "It is trusted for {} in {} since {}: “{}”.",
                whose(names, trust.tenant),
                trust.environment,
                When::new(trust.created_at).text(),
                trust.reason
            ),
            "What was let in by it goes on, and is suspended on its own page.".to_owned(),
        ],
        action: format!("{}/{}/end", Area::Trust.path(), trust.id),
        fields: vec![problems.beside(reason)],
        button: format!("End the trust in {domain}"),
        back: Area::Trust.path().to_owned(),
    }
}
