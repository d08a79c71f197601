//! The form of an identity provider to believe: what it asks, and what was typed as a provider. It keeps no secret for a second
//! page.

use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Field};
use narthex_people::provider::{NewProvider, ProviderIssuer};
use narthex_tenancy::permission::Role;
use narthex_vocab::Label;
use zeroize::Zeroizing;

use super::frame::Area;
use super::posted::Posted;
use super::problems::Problems;
use super::signed_in::SignedIn;
use crate::endpoint::account::{FormPage, proof_fields};
use crate::identity_provider::JOINS_AS;

const AREA: Area = Area::SignIn;

/// What somebody typed; the secret is not kept for a second page.
#[derive(Default)]
pub(super) struct Typed {
    name: String,
    issuer: String,
    client_id: String,
    joins_as: String,
}

impl Typed {
    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            name: posted.text("name")?,
            issuer: posted.text("issuer")?,
            client_id: posted.text("client_id")?,
            joins_as: posted.text("joins_as")?,
        })
    }

    pub(super) fn parse(&self, secret: String, problems: &mut Problems) -> Option<NewProvider> {
        let secret = Zeroizing::new(secret);
        let name = problems.keep("name", Label::parse(self.name.trim()), |error| {
            format!("Enter what people call the provider: {error}")
        });
        let issuer = problems.keep(
            "issuer",
            ProviderIssuer::parse(self.issuer.trim()),
            |error| format!("Enter the issuer, as its tokens name it: {error}"),
        );
        let client_id = problems.keep("client_id", plain(&self.client_id), |()| {
            "Enter the client ID that the provider gave: up to 255 visible characters".to_owned()
        });
        let client_secret = problems.keep("client_secret", plain(&secret), |()| {
            "Enter the client secret that the provider gave: up to 255 visible characters"
                .to_owned()
        });
        let joins_as = problems.keep("joins_as", role(&self.joins_as), |()| {
            "Choose who may join".to_owned()
        });
        Some(NewProvider {
            name: name?,
            issuer: issuer?,
            client_id: client_id?,
            client_secret: Zeroizing::new(client_secret?),
            joins_as: joins_as?,
        })
    }
}

/// Visible ASCII (RFC 6749 appendix A), 255 characters at most.
pub(crate) fn plain(text: &str) -> Result<String, ()> {
    let text = text.trim();
    let visible = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    let sound = visible && (1..=255).contains(&text.len());
    sound.then(|| text.to_owned()).ok_or(())
}

fn role(text: &str) -> Result<Option<Role>, ()> {
    if text == "nobody" {
        return Ok(None);
    }
    let role = JOINS_AS.into_iter().find(|role| role.as_str() == text);
    role.map(Some).ok_or(())
}

pub(super) async fn new_form(
    who: &SignedIn,
    typed: &Typed,
    problems: &Problems,
) -> actix_web::Result<FormPage> {
    let chosen =
        |value: &str| value == typed.joins_as || (value == "nobody" && typed.joins_as.is_empty());
    let nobody = Choice::new(
        "nobody",
        "Nobody: people are invited, and connect their account",
    )
    .chosen(chosen("nobody"));
    let roles = JOINS_AS.map(|role| {
        let label = format!(
            "Whoever has a checked address of a domain that you proved, as {}",
            role.label()
        );
        Choice::new(role.as_str(), label).chosen(chosen(role.as_str()))
    });
    let mut fields = vec![
        Field::text("name", "Name")
            .hint("On the sign-in page: Continue with …")
            .value(typed.name.as_str()),
        Field::address("issuer", "Issuer")
            .hint("As its discovery document and its tokens name it, such as https://login.example.com. It cannot be changed later.")
            .value(typed.issuer.as_str()),
        Field::text("client_id", "Client ID")
            .mono()
            .value(typed.client_id.as_str()),
        Field::password("client_secret", "Client secret")
            .hint("Kept sealed, and never shown again")
            .autocomplete("off"),
        Field::radios("joins_as", "Who may join without an invitation", [vec![nobody], roles.into()].concat()),
    ];
    fields.extend(proof_fields(who).await?);
    Ok(FormPage {
        shell: who.shell(AREA, "Add an identity provider").without_script(),
        errors: ErrorSummary::default(),
        lead: "The provider has to speak OpenID Connect with discovery. Register this portal there first; the redirect address is on the list when the provider is added.",
        fields,
        button: "Add provider",
        danger: false,
        here: who.path("/identity-providers/new"),
        cancel: who.path(&AREA.path()),
    }
    .with(problems))
}
