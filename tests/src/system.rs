//! The whole product as `narthex dev` runs it: three planes on four loopback listeners, wired by the binary's own
//! [`Running`], over the database and Redis of one test. It holds no fixture and no expectation.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use narthex::{
    database::DatabaseUrls,
    installation::{Installation, KeyFiles},
    outbound::TestHosts,
    planes::Running,
};
use narthex_http::{Listener, TrustedProxies, peer::ProxyHeader, server::Bound};
use narthex_people::password::Cost;
use tokio::sync::oneshot;
use url::Url;

use crate::{MailServer, Place};

/// One of the four listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Plane {
    /// The public one.
    Discovery,
    /// The token plane.
    Token,
    /// The tenants' side of the approval plane.
    Portal,
    /// The staff's side of it.
    Staff,
}

impl Plane {
    /// All four, in the order of their ports.
    pub const ALL: [Self; 4] = [Self::Discovery, Self::Token, Self::Portal, Self::Staff];

    const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Token => "token",
            Self::Portal => "portal",
            Self::Staff => "staff",
        }
    }
}

/// The running product. Dropping it stops the listeners in their own time.
pub struct System {
    origins: [Url; 4],
    keys: Option<KeyFiles>,
    _stop: oneshot::Sender<()>,
}

/// What is around the product.
struct World {
    hosts: TestHosts,
    proxies: TrustedProxies,
    mail: Option<narthex_approval::mailer::MailServer>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            hosts: TestHosts::default(),
            proxies: TrustedProxies::none(),
            mail: None,
        }
    }
}

impl System {
    /// Runs the planes over the place's database and Redis, with secrets hashed under `hash_key`.
    pub async fn start(place: &Place, hash_key: [u8; 32]) -> Self {
        Self::with_redis(place, &place.redis_url, hash_key).await
    }

    /// The same, and these hosts of the outside world are on this machine.
    pub async fn with_hosts(place: &Place, hash_key: [u8; 32], hosts: TestHosts) -> Self {
        let keys = key_files(hash_key);
        let world = World {
            hosts,
            ..World::default()
        };
        Self::launch(place, &place.redis_url, (keys, None), world).await
    }

    /// The same, and mail goes to this server.
    pub async fn with_mail(place: &Place, hash_key: [u8; 32], server: &MailServer) -> Self {
        let keys = key_files(hash_key);
        let world = World {
            mail: Some(server.settings.clone()),
            ..World::default()
        };
        Self::launch(place, &place.redis_url, (keys, None), world).await
    }

    /// The same behind a proxy at 127.0.0.1, which is believed about where calls come from.
    pub async fn behind_a_proxy(place: &Place, hash_key: [u8; 32]) -> Self {
        let proxies = TrustedProxies::parse(["127.0.0.1"], ProxyHeader::XForwardedFor).unwrap();
        let world = World {
            proxies,
            ..World::default()
        };
        let keys = key_files(hash_key);
        Self::launch(place, &place.redis_url, (keys, None), world).await
    }

    /// The same with a Redis of the test's own.
    pub async fn with_redis(place: &Place, redis_url: &str, hash_key: [u8; 32]) -> Self {
        let keys = key_files(hash_key);
        Self::launch(place, redis_url, (keys, None), World::default()).await
    }

    /// The planes once more, over the same database, Redis and keys, known under the same origins.
    pub async fn beside(&self, place: &Place) -> Self {
        let keys = self.keys.clone().expect("the planes run here");
        let known = (keys, Some(self.origins.clone()));
        Self::launch(place, &place.redis_url, known, World::default()).await
    }

    /// Planes that run elsewhere, at these origins.
    pub(crate) fn elsewhere(origins: [Url; 4]) -> Self {
        let (stop, _) = oneshot::channel();
        Self {
            origins,
            keys: None,
            _stop: stop,
        }
    }

    async fn launch(
        place: &Place,
        redis_url: &str,
        (keys, known): (KeyFiles, Option<[Url; 4]>),
        world: World,
    ) -> Self {
        let urls = DatabaseUrls {
            owner: place.owner_url(),
            discovery: place.url("narthex_discovery"),
            approval: place.url("narthex_approval"),
            staff: place.url("narthex_staff"),
            token: place.url("narthex_token"),
        };
        let kept = Some(keys.clone());
        let redis_url = redis_url.to_owned();
        let (say, heard) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        // The planes outlive the runtime of any one test only by their own thread.
        let serve = move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let bound = Plane::ALL.map(bind);
                let origins = bound.each_ref().map(origin);
                let [discovery, token, portal, staff] = known.unwrap_or_else(|| origins.clone());
                let installation = Installation {
                    discovery,
                    token,
                    portal,
                    staff,
                    redis_url,
                    keys,
                    proxies: world.proxies,
                    workers: 1,
                    password_cost: Cost::default(),
                    mail: world.mail,
                    test_hosts: world.hosts,
                };
                let running = run(&installation, &urls, bound).unwrap();
                let _ = say.send(origins);
                running
                    .until(async { drop(stopped.await) })
                    .await
                    .expect("the planes serve until they are stopped");
            });
        };
        std::thread::Builder::new()
            .name("planes".to_owned())
            .spawn(serve)
            .unwrap();
        Self {
            origins: heard.await.expect("the planes start"),
            keys: kept,
            _stop: stop,
        }
    }

    /// The origin of a listener, without a slash at the end.
    #[must_use]
    pub fn origin(&self, plane: Plane) -> &str {
        let [discovery, token, portal, staff] = &self.origins;
        let origin = match plane {
            Plane::Discovery => discovery,
            Plane::Token => token,
            Plane::Portal => portal,
            Plane::Staff => staff,
        };
        origin.as_str().trim_end_matches('/')
    }

    /// The address of a path of a listener.
    #[must_use]
    pub fn at(&self, plane: Plane, path: &str) -> String {
        format!("{}{path}", self.origin(plane))
    }
}

fn run(
    installation: &Installation,
    urls: &DatabaseUrls,
    bound: [Bound; 4],
) -> anyhow::Result<Running> {
    let [discovery, token, portal, staff] = bound;
    let mut running = Running::default();
    running.discovery(installation, urls, discovery)?;
    running.token(installation, urls, token)?;
    running.approval(installation, urls, (portal, staff))?;
    Ok(running)
}

fn bind(plane: Plane) -> Bound {
    let listener = Listener {
        name: plane.name(),
        address: ([127, 0, 0, 1], 0).into(),
        setting: "--listen",
    };
    listener.bind().expect("a loopback port is free")
}

fn origin(bound: &Bound) -> Url {
    Url::parse(&format!("http://{}/", bound.address())).unwrap()
}

/// The directory of a system's own key files.
pub(crate) fn keys(hash_key: [u8; 32]) -> PathBuf {
    let directory = scratch("keys");
    for key in ["hash.key", "registration.key", "people.key"] {
        fs::write(directory.join(key), hex(&hash_key)).unwrap();
    }
    KeyFiles::ensure(&directory).unwrap();
    directory
}

fn key_files(hash_key: [u8; 32]) -> KeyFiles {
    KeyFiles::ensure(&keys(hash_key)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A directory for what a test needs beside the services, below the data of this process, so that it goes with it.
pub(crate) fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = crate::cluster::data_dir().join(format!("{name}-{number}"));
    fs::create_dir_all(&directory).unwrap();
    directory
}
