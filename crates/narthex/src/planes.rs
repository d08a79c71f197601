//! Wiring: from an installation to running planes, each with its own listeners, pool and database role, in `dev` too.

use actix_web::web::{self, Data, ServiceConfig};
use anyhow::Context;
use narthex_approval::{Approval, mailer::MailServer, routes};
use narthex_discovery::Discovery;
use narthex_http::{
    CookieName, Front, Limits, Listener, PublicOrigin, Surface,
    ambient::Ambient,
    health::{self, Missing, Readiness},
    page,
    server::{self, Bound, Serving},
};
use narthex_tenancy::{
    Database, ambient,
    budget::{Budgets, LocalLimiter},
    keys,
    lease::Leases,
};
use narthex_token::{Issuances, Memory, Token};
use rand_core::RngCore;
use std::{net::IpAddr, process::ExitCode, time::Instant};
use url::Url;

use crate::{
    background::Background,
    cli::{ApprovalArgs, PlaneArgs},
    database::DatabaseUrls,
    installation::Installation,
    outbound,
};

/// Connections of one role's pool.
const POOL: usize = 16;
/// Connections of a log's writer.
const WRITERS: usize = 4;

/// Servers and background tasks of one or more planes, ready to run.
#[derive(Debug, Default)]
pub struct Running {
    servers: Vec<Serving>,
    background: Vec<Background>,
}

impl Running {
    /// Serves until `stop` resolves.
    pub async fn until(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let ended = server::run(self.servers, stop).await;
        drop(self.background);
        Ok(ended?)
    }

    /// The public plane on one listener.
    pub fn discovery(
        &mut self,
        installation: &Installation,
        urls: &DatabaseUrls,
        bound: Bound,
    ) -> anyhow::Result<()> {
        let database = Database::new(&urls.discovery, POOL)?;
        let readiness = readiness(database.clone());
        let (tally, notes) = narthex_discovery::tally::tally();
        let log = Database::new(&urls.discovery, WRITERS)?;
        self.background
            .push(Background::start("discovery-attempts", move || {
                narthex_discovery::tally::keep(notes, log)
            })?);
        let state = Data::new(Discovery {
            database,
            tally,
            memory: narthex_discovery::Memory::default(),
            budgets: Budgets::new(&installation.redis_url)?,
            discovery_base: installation.discovery.clone(),
            token_base: installation.token.clone(),
            portal_base: installation.portal.clone(),
            hash_key: keys::hash_key(&installation.keys.registration())?,
            guard: outbound::guard(&installation.test_hosts, bound.address())?,
        });
        let (working, url) = (state.clone(), urls.discovery.clone());
        self.background
            .push(Background::start("discovery-orders", move || {
                narthex_discovery::workers::run(working, url)
            })?);
        let front = front(
            "discovery",
            &installation.discovery,
            Surface::OAuthJson,
            None,
            installation,
        )?;
        self.serve(bound, front, installation, move |config| {
            health_checks(config, readiness.clone());
            page::configure(config);
            narthex_discovery::routes::configure(config, state.clone());
        })
    }

    /// The token plane on one listener.
    pub fn token(
        &mut self,
        installation: &Installation,
        urls: &DatabaseUrls,
        bound: Bound,
    ) -> anyhow::Result<()> {
        let database = Database::new(&urls.token, POOL)?;
        let readiness = readiness(database.clone());
        let state = Data::new(token_state(installation, urls, database)?);
        let (watching, url) = (state.clone(), urls.token.clone());
        self.background
            .push(Background::start("token-memory", move || {
                narthex_token::watch(watching, url)
            })?);
        let front = front(
            "token",
            &installation.token,
            Surface::OAuthJson,
            Some(CookieName::User),
            installation,
        )?;
        self.serve(bound, front, installation, move |config| {
            health_checks(config, readiness.clone());
            page::configure(config);
            narthex_token::configure(config, state.clone());
        })
    }

    /// The private plane on its two listeners.
    pub fn approval(
        &mut self,
        installation: &Installation,
        urls: &DatabaseUrls,
        (portal, staff): (Bound, Bound),
    ) -> anyhow::Result<Data<Approval>> {
        outbound::beside(&installation.test_hosts, portal.address())?;
        let database = Database::new(&urls.approval, POOL)?;
        let readiness = readiness(database.clone());
        let state = Data::new(approval_state(installation, urls, database)?);
        let (working, url) = (state.clone().into_inner(), urls.approval.clone());
        self.background.push(Background::start("cases", move || {
            narthex_approval::workers::run(working, url)
        })?);
        let (working, url) = (state.clone().into_inner(), urls.approval.clone());
        self.background.push(Background::start("mail", move || {
            narthex_approval::mail_rounds::run(working, url)
        })?);

        let front_of =
            |name, origin, cookie| front(name, origin, Surface::PAGE, Some(cookie), installation);
        let (state_of_portal, ready) = (state.clone(), readiness.clone());
        let portal_front = front_of("portal", &installation.portal, CookieName::Portal)?;
        self.serve(portal, portal_front, installation, move |config| {
            health_checks(config, ready.clone());
            page::configure(config);
            config.app_data(state_of_portal.clone());
            routes::portal::routes().configure(config);
        })?;
        let state_of_staff = state.clone();
        let staff_front = front_of("staff", &installation.staff, CookieName::Staff)?;
        self.serve(staff, staff_front, installation, move |config| {
            health_checks(config, readiness.clone());
            page::configure(config);
            config.app_data(state_of_staff.clone());
            routes::dashboard::routes().configure(config);
        })?;
        Ok(state)
    }

    pub(crate) fn serve<C>(
        &mut self,
        bound: Bound,
        front: Front,
        installation: &Installation,
        configure: C,
    ) -> anyhow::Result<()>
    where
        C: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let limits = Limits {
            workers: installation.workers,
            ..Limits::default()
        };
        self.servers.push(bound.serve(front, limits, configure)?);
        Ok(())
    }
}

/// What the token plane needs.
pub(crate) fn token_state(
    installation: &Installation,
    urls: &DatabaseUrls,
    database: Database,
) -> anyhow::Result<Token> {
    Ok(Token {
        people: installation.people(database.clone(), false)?,
        database,
        budgets: Budgets::new(&installation.redis_url)?,
        fallback: LocalLimiter::default(),
        sealing: keys::sealing_key(&installation.keys.signing())?,
        discovery_base: installation.discovery.clone(),
        token_base: installation.token.clone(),
        leases: Leases::default(),
        memory: Memory::default(),
        issuances: Issuances::new(Database::new(&urls.token, WRITERS)?),
    })
}

/// The approval plane's state: for its listeners, and for administration at the keyboard.
pub fn approval_state(
    installation: &Installation,
    urls: &DatabaseUrls,
    database: Database,
) -> anyhow::Result<Approval> {
    Ok(Approval {
        registration_key: keys::hash_key(&installation.keys.registration())?,
        people: installation.people(database.clone(), true)?,
        staff: Database::new(&urls.staff, POOL)?,
        database,
        discovery_base: installation.discovery.clone(),
        token_base: installation.token.clone(),
        portal_base: installation.portal.clone(),
        staff_base: installation.staff.clone(),
        mail: installation.mail()?,
        live: narthex_approval::live::Live::default(),
    })
}

pub(crate) fn front(
    name: &'static str,
    origin: &Url,
    surface: Surface,
    session: Option<CookieName>,
    installation: &Installation,
) -> anyhow::Result<Front> {
    let origin = PublicOrigin::parse(origin.as_str().trim_end_matches('/')).context(name)?;
    Ok(Front {
        name,
        origin,
        docs: format!(
            "{}/docs",
            installation.discovery.as_str().trim_end_matches('/')
        ),
        surface,
        proxies: installation.proxies.clone(),
        session,
        ambient: AMBIENT,
    })
}

const AMBIENT: Ambient = Ambient {
    fill_random: |bytes| ambient::rng().fill_bytes(bytes),
    instant: Instant::now,
};

fn readiness(database: Database) -> Readiness {
    Readiness::new(move || {
        let database = database.clone();
        async move {
            if database.ping().await.is_ok() {
                Missing::new()
            } else {
                vec!["postgres"]
            }
        }
    })
}

fn health_checks(config: &mut ServiceConfig, readiness: Readiness) {
    config
        .app_data(Data::new(readiness))
        .route("/healthz", web::get().to(health::alive))
        .route("/readyz", web::get().to(health::ready));
}

/// `narthex discovery`.
pub async fn run_discovery(args: PlaneArgs) -> anyhow::Result<ExitCode> {
    run_one(args, "discovery", Running::discovery).await
}

/// `narthex token`.
pub async fn run_token(args: PlaneArgs) -> anyhow::Result<ExitCode> {
    run_one(args, "token", Running::token).await
}

async fn run_one(
    args: PlaneArgs,
    name: &'static str,
    add: fn(&mut Running, &Installation, &DatabaseUrls, Bound) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let installation = Installation::from_args(&args.shared)?;
    let bound = Listener {
        name,
        address: args.listen,
        setting: "--listen",
    }
    .bind()?;
    let mut running = Running::default();
    add(
        &mut running,
        &installation,
        &all_roles(&args.database_url),
        bound,
    )?;
    running.until(stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// `narthex approval`.
pub async fn run_approval(args: ApprovalArgs) -> anyhow::Result<ExitCode> {
    let installation = Installation {
        mail: mail_server(&args)?,
        ..Installation::from_args(&args.shared)?
    };
    if !args.staff_listen_anywhere && !is_private(args.staff_listen.ip()) {
        anyhow::bail!(
            "the staff listener would be reachable from anywhere at {}; choose a loopback or private address, \
             or say --staff-listen-anywhere",
            args.staff_listen
        );
    }
    let portal = Listener {
        name: "portal",
        address: args.portal_listen,
        setting: "--portal-listen",
    }
    .bind()?;
    let staff = Listener {
        name: "staff",
        address: args.staff_listen,
        setting: "--staff-listen",
    }
    .bind()?;
    let urls = DatabaseUrls {
        staff: args.staff_database_url.clone(),
        ..all_roles(&args.database_url)
    };
    let mut running = Running::default();
    running.approval(&installation, &urls, (portal, staff))?;
    running.until(stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// The mail server of the settings. Half of them is refused by the command line.
fn mail_server(args: &ApprovalArgs) -> anyhow::Result<Option<MailServer>> {
    let both = args.smtp_url.as_deref().zip(args.mail_from.as_deref());
    both.map(|(server, from)| MailServer::parse(server, from))
        .transpose()
        .context("--smtp-url and --mail-from")
}

/// A process that serves one plane knows one role.
fn all_roles(url: &str) -> DatabaseUrls {
    let url = || url.to_owned();
    DatabaseUrls {
        owner: url(),
        discovery: url(),
        approval: url(),
        staff: url(),
        token: url(),
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Resolves on Ctrl-C and on SIGTERM.
pub async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
