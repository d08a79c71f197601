//! The demo's MCP server as a child process: `tests/peers/mcp-server.mjs` on Node.js. Without Node.js or its packages
//! the demo goes on without it.

use narthex_vocab::{Environment, Issuer};
use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::{
    demo::{Demo, DemoTenant},
    installation::Installation,
    ports::Ports,
    ready_file::ResourceCredential,
};

/// A running server; it ends when this value is dropped, and by itself when its standard input closes.
pub(super) struct ResourceServer(Child);

impl Drop for ResourceServer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whose it is, in which environment, its identifier, and how it proves itself.
type Resource<'a> = (
    &'a DemoTenant,
    Environment,
    &'a String,
    &'a ResourceCredential,
);

/// Starts it for the demo's tenants: a resource for each environment, which trusts that environment's issuer alone.
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
    let resources: Vec<Resource<'_>> = demo
        .tenants
        .iter()
        .flat_map(|tenant| {
            [
                (
                    tenant,
                    Environment::Production,
                    &tenant.resource,
                    &tenant.production,
                ),
                (
                    tenant,
                    Environment::Sandbox,
                    &tenant.sandbox_resource,
                    &tenant.sandbox,
                ),
            ]
        })
        .collect();
    let started = Command::new("node")
        .arg(script)
        .env("PORT", ports.resource().to_string())
        .envs(settings(&resources, installation))
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

/// The lists that the script reads, in one order.
fn settings(
    resources: &[Resource<'_>],
    installation: &Installation,
) -> [(&'static str, String); 5] {
    let token = installation.token.as_str().trim_end_matches('/');
    let listed = |value: &dyn Fn(&Resource<'_>) -> String| {
        resources.iter().map(value).collect::<Vec<_>>().join(",")
    };
    [
        ("RESOURCE_URL", listed(&|(_, _, url, _)| (*url).clone())),
        ("RESOURCE_ID", listed(&|(_, _, _, own)| own.id.clone())),
        (
            "RESOURCE_SECRET",
            listed(&|(_, _, _, own)| own.secret.clone()),
        ),
        (
            "NARTHEX_ISSUER",
            listed(&|(tenant, environment, ..)| {
                Issuer::new(&installation.discovery, &tenant.slug, *environment).to_string()
            }),
        ),
        (
            "NARTHEX_DECISION_URL",
            listed(&|(tenant, environment, ..)| {
                let slug = &tenant.slug;
                format!("{token}/t/{slug}/{environment}/access/v1/evaluation")
            }),
        ),
    ]
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
