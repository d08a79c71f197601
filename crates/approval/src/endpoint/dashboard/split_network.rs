//! Splitting what comes from one network off a family, on a page that says what that changes.

use actix_web::HttpResponse;
use chrono::Duration;
use ipnet::IpNet;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, Field};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};

use super::add_listing::SPANS;
use super::banner::Done;
use super::decide::reason_words;
use super::family::{Looked, here, look};
use super::frame::{self, Area};
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::quarantine::{count, family_name};
use super::refusal::Refusal;
use super::signed_in::StaffSignedIn;
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;
use crate::split_network::{SplitNetwork, SplitNetworkError, split_network};

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    network: String,
    span: String,
    reason: String,
}

/// `GET /families/{tenant}/{environment}/{fingerprint}/split`
pub(crate) async fn page(
    staff: StaffSignedIn,
    place: Place,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    let network = query.one("network").ok().flatten().unwrap_or_default();
    let typed = Typed {
        network: network.to_owned(),
        span: "30d".to_owned(),
        ..Typed::default()
    };
    let page = view(&staff, &looked, &typed, &Problems::default());
    Ok(frame::page(&page))
}

/// `POST /families/{tenant}/{environment}/{fingerprint}/split`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    let typed = Typed {
        network: posted.text("network")?,
        span: posted.text("span")?,
        reason: posted.text("reason")?,
    };
    let mut problems = Problems::default();
    if let Some(command) = typed.read(&staff, &looked, &mut problems) {
        match carry_out(&staff, &permit, &looked, command).await {
            Ok(()) => return Ok(Done::NetworkSplit.at(&here(&looked))),
            Err(SplitNetworkError::NotPermitted(error)) => return Err(error.into()),
            Err(SplitNetworkError::Store(error)) => return Err(error.into()),
            Err(error @ SplitNetworkError::End) => problems.add("span", error.to_string()),
            Err(error @ (SplitNetworkError::Apart | SplitNetworkError::Width)) => {
                problems.add("network", error.to_string());
            }
        }
    }
    Ok(frame::again(&view(&staff, &looked, &typed, &problems)))
}

impl Typed {
    /// The command, or what to mend. Only networks that the family's own log names can be chosen.
    fn read(
        &self,
        staff: &StaffSignedIn,
        looked: &Looked,
        problems: &mut Problems,
    ) -> Option<SplitNetwork> {
        let family = &looked.found.1;
        let network = networks(looked).find(|network| network.to_string() == self.network);
        if network.is_none() {
            problems.add("network", "Choose a network that its calls came from");
        }
        let days = SPANS.iter().find(|(word, ..)| *word == self.span);
        if days.is_none() {
            problems.add("span", "Choose for how long");
        }
        let reason = problems.keep("reason", Reason::parse(&self.reason), reason_words);
        let (_, _, days) = days?;
        Some(SplitNetwork {
            environment: family.line.environment,
            fingerprint: family.line.fingerprint,
            network: network?,
            reason: reason?,
            until: staff.now + Duration::days(*days),
        })
    }
}

/// Those that the log tells apart.
fn networks(looked: &Looked) -> impl Iterator<Item = IpNet> {
    let networks = looked.found.1.networks.iter();
    networks
        .map(|one| one.range)
        .filter(|range| range.prefix_len() > 0)
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    looked: &Looked,
    command: SplitNetwork,
) -> Result<(), SplitNetworkError> {
    staff
        .within(looked.found.0.id, async |tx| {
            let mut rng = ambient::rng();
            split_network(tx, command, &mut staff.acting(permit, &mut rng))
                .await
                .map(drop)
        })
        .await
}

fn view(staff: &StaffSignedIn, looked: &Looked, typed: &Typed, problems: &Problems) -> DangerPage {
    let (tenant, family) = &looked.found;
    let name = family_name(&family.line.name);
    let back = here(looked);
    let shell = staff.shell(
        Area::Quarantine,
        looked,
        format!("Split a network off {name}"),
    );
    let shell = frame::of_tenant(shell, tenant, family.line.environment);
    let choices = networks(looked).map(|range| Choice::new(range.to_string(), range.to_string()));
    let calls = family
        .networks
        .iter()
        .find(|one| one.range.to_string() == typed.network);
    let calls = calls.map_or(0, |one| one.calls);
    let spans = SPANS.map(|(word, label, _)| Choice::new(word, label));
    let fields = [
        Field::select("network", "Network", choices.collect())
            .hint("Those that its calls came from.")
            .value(typed.network.as_str()),
        Field::select("span", "Keep it apart for", spans.into()).value(typed.span.as_str()),
        Field::area("reason", "Reason", 3)
            .hint("Kept in the ledger. The registrant is not told.")
            .value(typed.reason.as_str()),
    ];
    DangerPage {
        shell: shell
            .crumb(name.clone(), back.clone())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![
            (
                "1".to_owned(),
                "identifier of its own for whoever calls from there from now on".to_owned(),
            ),
            (
                count(calls),
                "calls came from there so far, and stay in the log of this family".to_owned(),
            ),
        ],
        kept: vec![
            "What registered before keeps its identifier, its request and its client.".to_owned(),
            "Blocking one of the two families leaves the other alone.".to_owned(),
        ],
        action: format!("{back}/split"),
        fields: fields.map(|field| problems.beside(field)).into(),
        button: "Split the network off".to_owned(),
        back,
    }
}
