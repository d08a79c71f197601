//! What a registration that waits looks like: a known name, a name of the tenant's own, a look-alike host. In sentences,
//! for whoever decides. It refuses nothing, and screening says the same again about the case.

use std::collections::BTreeSet;

use narthex_vocab::{Brand, ClientMetadata, ClientName, HostName, Imitation, Label, Standing};

/// What is known where the registration waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Names that people trust.
    pub(crate) brands: &'a [Brand],
    /// The names of the tenant and of its integrations.
    pub(crate) names: &'a [Label],
    /// The hosts that the tenant has proved.
    pub(crate) proved: &'a BTreeSet<HostName>,
}

/// What it looks like, one sentence each; empty when like nothing.
pub(crate) fn similar(metadata: &ClientMetadata, known: Known<'_>) -> Vec<String> {
    let Some(name) = metadata.client_name().and_then(label) else {
        return Vec::new();
    };
    let own = name.skeleton();
    let names = known.names.iter().filter(|known| known.skeleton() == own);
    let mut seen: Vec<String> = names
        .take(1)
        .map(|known| format!("Looks like “{known}”, which the tenant has already."))
        .collect();
    let imitation = Imitation::of((&name, metadata), known.proved, known.brands);
    if let Some(claim) = &imitation.brand {
        let brand = &claim.brand;
        match claim.standing {
            Standing::Official => {}
            Standing::Proved => seen.push(format!(
                "Looks like “{brand}”, and leads to hosts that the tenant has proved."
            )),
            Standing::OnDevice => seen.push(format!(
                "Looks like “{brand}”, and leads to a program on the person's device: any program can say so."
            )),
            Standing::Elsewhere => seen.push(format!(
                "Looks like “{brand}”, and leads elsewhere: {}.",
                listed(claim.elsewhere.iter().map(HostName::unicode))
            )),
        }
    }
    seen.extend(
        imitation
            .hosts
            .iter()
            .map(|(host, brand)| format!("{} looks like a host of {brand}.", host.unicode())),
    );
    if !imitation.mixed.is_empty() {
        seen.push(format!(
            "Mixes scripts: {}.",
            listed(imitation.mixed.into_iter())
        ));
    }
    seen
}

/// The name that it gives itself, as far as it is one.
fn label(name: &ClientName) -> Option<Label> {
    let short: String = name.as_str().chars().take(Label::MAX).collect();
    Label::parse(&short).ok()
}

fn listed(items: impl Iterator<Item = String>) -> String {
    items.take(5).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use narthex_vocab::HostPattern;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("Notes", "http://127.0.0.1/cb", &[])]
    #[case("АСМЕ CRM", "http://127.0.0.1/cb", &["Looks like “Acme CRM”, which the tenant has already.", "Mixes scripts: АСМЕ CRM."])]
    #[case("Slack", "https://slack.com/cb", &[])]
    #[case("Slack", "https://evil.example/cb", &["Looks like “Slack”, and leads elsewhere: evil.example."])]
    #[case("Slack", "https://partner.example/cb", &["Looks like “Slack”, and leads to hosts that the tenant has proved."])]
    #[case("Notes", "https://slack-login.example/cb", &["slack-login.example looks like a host of Slack."])]
    fn s13_what_waits_is_said_to_look_like_what_is_known(
        #[case] name: &str,
        #[case] redirect: &str,
        #[case] sentences: &[&str],
    ) {
        let sent = json!({ "client_name": name, "redirect_uris": [redirect] });
        let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
        let brands = [Brand {
            name: Label::parse("Slack").unwrap(),
            hosts: [HostPattern::parse("slack.com").unwrap()].into(),
        }];
        let known = Known {
            brands: &brands,
            names: &[Label::parse("Acme CRM").unwrap()],
            proved: &[HostName::parse("partner.example").unwrap()].into(),
        };
        assert_eq!(similar(&metadata, known), sentences);
    }
}
