//! The short table that `dev` prints when it is ready.

use std::path::Path;

use crate::ready_file::ReadyFile;

/// Prints addresses and sign-ins.
#[expect(clippy::print_stdout, reason = "a command line speaks to its terminal")]
pub(super) fn print(content: &ReadyFile, resource_server: bool, file: &Path) {
    let mut lines = vec![String::new(), "Narthex is ready.".to_owned(), String::new()];
    for (name, address) in [
        ("Staff dashboard", &content.staff),
        ("Portal", &content.portal),
        ("Discovery plane", &content.discovery),
        ("Token plane", &content.token),
        ("Mail that was sent", &content.mail),
    ] {
        lines.push(format!("  {name:<20}{address}"));
    }
    for account in content.staff_accounts.iter().take(2) {
        lines.push(String::new());
        lines.push(format!("  Staff ({})", account.role));
        lines.push(format!("    {:<28}{}", account.email, account.password));
        lines.push(format!(
            "    second factor               {}",
            account.totp_secret
        ));
    }
    for tenant in content.tenants.iter().take(1) {
        lines.push(String::new());
        lines.push(format!(
            "  Tenant {}          {}/t/{}",
            tenant.slug, content.portal, tenant.slug
        ));
        lines.push(format!(
            "    {:<28}{}  (owner)",
            tenant.owner.email, tenant.owner.password
        ));
        lines.push(format!(
            "    {:<28}{}  (end user)",
            tenant.member.email, tenant.member.password
        ));
        let state = if resource_server {
            "running"
        } else {
            "not started"
        };
        lines.push(format!(
            "    MCP server                  {} ({state})",
            tenant.resource
        ));
    }
    lines.push(String::new());
    lines.push(format!("  All of it, for scripts: {}", file.display()));
    lines.push("  Ctrl-C stops everything; the data stays.".to_owned());
    println!("{}", lines.join("\n"));
}
