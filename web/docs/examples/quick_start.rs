//! Gets an access token for a client that acts for itself.

use std::env::var;
use std::error::Error;

use reqwest::{Client, Url};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let http = Client::new();
    let issuer = var("NARTHEX_ISSUER")?;

    // RFC 8414: the well-known part goes between the host and the issuer's path.
    let mut well_known = Url::parse(&issuer)?;
    let path = format!(
        "/.well-known/oauth-authorization-server{}",
        well_known.path()
    );
    well_known.set_path(&path);
    let metadata: Value = http
        .get(well_known)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let endpoint = metadata["token_endpoint"]
        .as_str()
        .ok_or("no token endpoint")?;

    let token: Value = http
        .post(endpoint)
        .basic_auth(
            var("NARTHEX_CLIENT_ID")?,
            Some(var("NARTHEX_CLIENT_SECRET")?),
        )
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await?
        .json()
        .await?;
    println!("{token}");
    Ok(())
}
