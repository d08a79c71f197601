//! What the verbs of daily work are told at the command line.

use clap::{Args, Subcommand};
use url::Url;

/// Where the API is, and by which token.
#[derive(Debug, Args)]
pub(super) struct Access {
    /// The address of the staff dashboard; of the portal, for what people of a tenant do.
    #[arg(long, env = "NARTHEX_API_URL", default_value = "http://127.0.0.1:7403")]
    pub(super) api_url: Url,
    /// A token of yours, from the dashboard's page of API tokens.
    #[arg(long, env = "NARTHEX_API_TOKEN", hide_env_values = true)]
    pub(super) api_token: Option<String>,
    /// The code that your authenticator shows now, to act.
    #[arg(long)]
    pub(super) code: Option<String>,
    /// What the API answered, as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists requests, longest there first.
    Queue(Queue),
    /// Shows a request or a client.
    Show(Place),
    /// Approves a request as it was asked for.
    Approve(Decide),
    /// Offers less than a request asks for.
    Offer(Offer),
    /// Asks for changes to a request.
    AskForChanges(Decide),
    /// Rejects a request; its tenant may ask again.
    Reject(Reject),
    /// Confirms, as the second person, what another decided.
    Confirm(Decide),
    /// Refuses, as the second person, what another decided.
    Refuse(Decide),
    /// Stops a client: no token is issued or honoured until it is resumed.
    Suspend(Act),
    /// Lets a suspended client go on.
    Resume(Act),
    /// Ends a client for good.
    Revoke(Act),
    /// Writes every client with what it was given, one JSON object a line.
    Export(Export),
    /// Works with policies: list, show, validate, draft, simulate, propose, confirm, refuse.
    Policy {
        /// What to do.
        #[command(subcommand)]
        verb: super::policy::PolicyVerb,
    },
    /// Shows who registered whom, from whichever client of the tree.
    Lineage(super::call::Of),
    /// As a tenant: shows or chooses what happens when an approved client changes.
    Changes(super::call::Changes),
    /// Calls any operation of the API by its name.
    Call(super::call::Call),
    /// As a tenant: onboards an integration that a file describes.
    Onboard(super::call::Onboard),
    /// As a tenant: accepts the offer of a request.
    Accept(super::call::Answer),
    /// As a tenant: declines the offer of a request.
    Decline(super::call::Answer),
    /// As a tenant: takes a request back.
    Withdraw(super::call::Withdraw),
    /// As a tenant: makes a secret for a client, which is shown once.
    Credential(super::call::Of),
    /// As a tenant: asks for production for a client of the sandbox.
    Promote(super::call::Promote),
}

/// Settings of `narthex queue`.
#[derive(Debug, Args)]
pub struct Queue {
    /// In this state, as `in_review`; `any` for all.
    #[arg(long, default_value = "in_review")]
    pub(super) state: String,
    /// Of tenants whose slug or name has this text.
    #[arg(long)]
    pub(super) tenant: Option<String>,
    /// `sandbox` or `production`.
    #[arg(long)]
    pub(super) environment: Option<String>,
    #[command(flatten)]
    pub(super) access: Access,
}

/// Settings of `narthex show`.
#[derive(Debug, Args)]
pub struct Place {
    /// `TENANT/ENVIRONMENT/ID`, as `acme/production/req_…`.
    pub(super) place: String,
    #[command(flatten)]
    pub(super) access: Access,
}

/// Settings of a verb that acts.
#[derive(Debug, Args)]
pub struct Act {
    /// `TENANT/ENVIRONMENT/ID`, as `acme/production/np_…`.
    pub(super) place: String,
    /// Why: people of the tenant read it, and the ledger keeps it.
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) access: Access,
}

/// Settings of a decision.
#[derive(Debug, Args)]
pub struct Decide {
    #[command(flatten)]
    pub(super) act: Act,
    /// The `payload_hash` that `narthex show` printed: what is decided on.
    #[arg(long)]
    pub(super) payload: String,
}

/// Settings of `narthex reject`.
#[derive(Debug, Args)]
pub struct Reject {
    #[command(flatten)]
    pub(super) decide: Decide,
    /// Block the registration that asked, too.
    #[arg(long)]
    pub(super) block: bool,
}

/// Settings of `narthex offer`.
#[derive(Debug, Args)]
pub struct Offer {
    #[command(flatten)]
    pub(super) decide: Decide,
    /// A scope that is given, as `notes:read` or `notes:read=2027-03-01T00:00:00Z` with its end; may be given again. What
    /// is not named is withheld.
    #[arg(long, required = true)]
    pub(super) scope: Vec<String>,
    /// A tool that is not given, though its scope is; may be given again.
    #[arg(long)]
    pub(super) without_tool: Vec<String>,
    /// Minutes that an access token lives.
    #[arg(long)]
    pub(super) token_minutes: Option<u16>,
}

/// Settings of `narthex export`.
#[derive(Debug, Args)]
pub struct Export {
    /// In this state, as `active`.
    #[arg(long)]
    pub(super) state: Option<String>,
    /// Of tenants whose slug or name has this text.
    #[arg(long)]
    pub(super) tenant: Option<String>,
    /// `sandbox` or `production`.
    #[arg(long)]
    pub(super) environment: Option<String>,
    #[command(flatten)]
    pub(super) access: Access,
}
