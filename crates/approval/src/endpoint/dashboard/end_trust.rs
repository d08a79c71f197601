//! Ending the trust in a domain: one person is enough, since it takes away. What was let in by it goes on.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::{ErrorSummary, Field, When};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::brakes::{Names, whose};
use super::by_reason::{self, ByReason, NotDone};
use super::frame::Area;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;
use crate::store::trusted_domain::Trust;
use crate::store::{dashboard_tenants, trusted_domain};
use crate::trust_domain::{DistrustDomain, DistrustDomainError, distrust_domain};

/// `GET /trusted-domains/{trust}/end`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, EndTrust(path.into_inner())).await
}

/// `POST /trusted-domains/{trust}/end`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, EndTrust(path.into_inner())).await
}

/// The trust to end, as the path names it.
struct EndTrust(String);

impl ByReason for EndTrust {
    const ACTION: Action = Action::TrustForTenant;
    type Found = (Trust, Names);

    async fn look(&self, staff: &StaffSignedIn) -> Result<Seen<Self::Found>, Refusal> {
        let id: Id<kind::TrustedDomain> = self.0.parse().map_err(|_| Refusal::NotFound)?;
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

    fn page(&self, staff: &StaffSignedIn, looked: &Seen<Self::Found>) -> DangerPage {
        let (trust, names) = &looked.found;
        let domain = &trust.domain;
        let title = format!("End the trust in {domain}");
        DangerPage {
            shell: staff.shell(Area::Trust, looked, title.as_str()),
            errors: ErrorSummary::default(),
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
            fields: vec![Field::area("reason", "Reason", 3).hint("Kept in the ledger.")],
            button: title,
            back: Area::Trust.path().to_owned(),
        }
    }

    async fn carry_out(
        &self,
        staff: &StaffSignedIn,
        permit: &Permit,
        (trust, _): &Self::Found,
        reason: Reason,
    ) -> Result<HttpResponse, NotDone> {
        let command = DistrustDomain {
            environment: trust.environment,
            trust: trust.id,
            because: Some(reason),
        };
        let ended = staff
            .within(trust.tenant, async |tx| {
                let mut rng = ambient::rng();
                distrust_domain(tx, command, &mut staff.acting(permit, &mut rng)).await
            })
            .await;
        match ended {
            Ok(()) => Ok(Done::TrustEnded.at(Area::Trust.path())),
            Err(DistrustDomainError::NotPermitted(error)) => Err(error.into()),
            Err(DistrustDomainError::Store(error)) => Err(error.into()),
            Err(DistrustDomainError::Over) => Err(NotDone::Told(
                "It is not trusted any more. Nothing was changed",
            )),
        }
    }
}
