//! The demo's MCP server as a child process: `tests/peers/mcp-server.mjs` on Node.js. Without Node.js or its packages
//! the demo goes on without it.

use narthex_vocab::{Environment, Issuer};
use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::{demo::Demo, installation::Installation, ports::Ports};

/// A running server; it ends when this value is dropped, and by itself when its standard input closes.
pub(super) struct ResourceServer(Child);

impl Drop for ResourceServer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it for the demo's first tenant, trusting both of its issuers.
pub(super) fn start(
    demo: &Demo,
    installation: &Installation,
    ports: Ports,
) -> Option<ResourceServer> {
    let Some(script) = script() else {
        super::progress(
            "The demo's MCP server is not started: tests/peers/node_modules is not there",
        );
        return None;
    };
    let tenant = demo.tenants.first()?;
    let both = [Environment::Production, Environment::Sandbox];
    let issuers = both.map(|environment| {
        Issuer::new(&installation.discovery, &tenant.slug, environment).to_string()
    });
    let token = installation.token.as_str().trim_end_matches('/');
    let decisions = both.map(|environment| {
        format!(
            "{token}/t/{}/{environment}/access/v1/evaluation",
            tenant.slug
        )
    });
    let started = Command::new("node")
        .arg(script)
        .env("PORT", ports.resource().to_string())
        .env("RESOURCE_URL", &tenant.resource)
        .env(
            "RESOURCE_ID",
            format!("{},{}", tenant.production.id, tenant.sandbox.id),
        )
        .env(
            "RESOURCE_SECRET",
            format!("{},{}", tenant.production.secret, tenant.sandbox.secret),
        )
        .env("NARTHEX_ISSUER", issuers.join(","))
        .env("NARTHEX_DECISION_URL", decisions.join(","))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn();
    match started {
        Ok(child) => Some(ResourceServer(child)),
        Err(error) => {
            super::progress(&format!(
                "The demo's MCP server is not started: node: {error}"
            ));
            None
        }
    }
}

/// The script, in this directory or beside the directories of the running binary, when its packages are installed.
fn script() -> Option<PathBuf> {
    let here = std::env::current_dir().ok();
    let binary = std::env::current_exe().ok();
    let places = here
        .iter()
        .chain(binary.iter())
        .flat_map(|path| path.ancestors());
    places
        .map(|directory| directory.join("tests/peers"))
        .find(|peers| peers.join("node_modules").is_dir())
        .map(|peers| peers.join("mcp-server.mjs"))
}
