//! Binding and running listeners: several in one process, each with its own application.
//!
//! Works under a multi-thread tokio runtime; each worker has its own single-thread one. Signals are
//! the binary's business: servers stop when the future given to [`run`] resolves.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use actix_web::web::{Data, ServiceConfig};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use crate::front::{Front, app};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// `discovery`, `token`, `portal`, `staff` or `metrics`.
    pub name: &'static str,
    /// Port 0 takes a free one.
    pub address: SocketAddr,
    /// The configuration key that sets the address, for the error message.
    pub setting: &'static str,
}

/// Why a listener could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another process listens there.
    #[error("{0} is in use: stop the other process or change {1}", listener.address, listener.setting)]
    InUse {
        /// Which.
        listener: Listener,
    },
    /// A privileged port.
    #[error("not permitted to listen on {0}: change {1}", listener.address, listener.setting)]
    NotPermitted {
        /// Which.
        listener: Listener,
    },
    /// No interface has the address.
    #[error("{0} is no address of this machine: change {1}", listener.address, listener.setting)]
    NotLocal {
        /// Which.
        listener: Listener,
    },
    /// Anything else.
    #[error("cannot listen on {0} ({1})", listener.address, listener.setting)]
    Other {
        /// Which.
        listener: Listener,
        /// What the system said.
        source: io::Error,
    },
}

/// A bound socket, not yet served.
#[derive(Debug)]
pub struct Bound {
    listener: Listener,
    socket: TcpListener,
    address: SocketAddr,
}

/// Bounds of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Worker threads.
    pub workers: usize,
    /// Connections at once for each worker.
    pub connections: usize,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long a request head may take to arrive.
    pub head: Duration,
    /// How long running requests may take to end when the server stops.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            workers: 2,
            connections: 10_000,
            keep_alive: Duration::from_secs(30),
            head: Duration::from_secs(5),
            shutdown: Duration::from_secs(10),
        }
    }
}

/// A server that accepts connections once [`run`] drives it.
pub struct Serving {
    name: &'static str,
    server: Server,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serving")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why serving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A server could not be started.
    #[error("the {name} server did not start")]
    Start {
        /// Which.
        name: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A server ended by itself.
    #[error("the {name} server ended")]
    Ended {
        /// Which.
        name: &'static str,
        /// What the system said, if anything.
        source: Option<io::Error>,
    },
}

impl Listener {
    /// Binds with `SO_REUSEADDR`, so that a restart does not wait for old connections to fade.
    /// Needs a tokio runtime.
    pub fn bind(self) -> Result<Bound, BindError> {
        let bound = || -> io::Result<(TcpListener, SocketAddr)> {
            let socket = match self.address {
                SocketAddr::V4(_) => TcpSocket::new_v4()?,
                SocketAddr::V6(_) => TcpSocket::new_v6()?,
            };
            socket.set_reuseaddr(true)?;
            socket.bind(self.address)?;
            let socket = socket.listen(BACKLOG)?.into_std()?;
            let address = socket.local_addr()?;
            Ok((socket, address))
        };
        match bound() {
            Ok((socket, address)) => Ok(Bound {
                listener: self,
                socket,
                address,
            }),
            Err(source) => Err(match source.kind() {
                io::ErrorKind::AddrInUse => BindError::InUse { listener: self },
                io::ErrorKind::PermissionDenied => BindError::NotPermitted { listener: self },
                io::ErrorKind::AddrNotAvailable => BindError::NotLocal { listener: self },
                _ => BindError::Other {
                    listener: self,
                    source,
                },
            }),
        }
    }
}

impl Bound {
    /// The address with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Builds the server; `configure` runs once for each worker.
    pub fn serve<C>(self, front: Front, limits: Limits, configure: C) -> Result<Serving, ServeError>
    where
        C: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let name = self.listener.name;
        let front = Data::new(front);
        let server = HttpServer::new(move || app(front.clone(), configure.clone()))
            .workers(limits.workers)
            .max_connections(limits.connections)
            .keep_alive(limits.keep_alive)
            .client_request_timeout(limits.head)
            .client_disconnect_timeout(Duration::from_secs(1))
            .shutdown_timeout(limits.shutdown.as_secs())
            .disable_signals()
            .listen(self.socket)
            .map_err(|source| ServeError::Start { name, source })?
            .run();
        Ok(Serving { name, server })
    }
}

/// Runs every server until `stop` resolves, then lets running requests end. When one server ends
/// by itself the others are stopped and its error is returned.
pub async fn run(servers: Vec<Serving>, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
    let mut running = JoinSet::new();
    let mut handles: Vec<ServerHandle> = Vec::new();
    for Serving { name, server } in servers {
        handles.push(server.handle());
        running.spawn(async move { (name, server.await) });
    }
    let outcome = tokio::select! {
        () = stop => Ok(()),
        Some(ended) = running.join_next() => Err(match ended {
            Ok((name, Ok(()))) => ServeError::Ended { name, source: None },
            Ok((name, Err(source))) => ServeError::Ended { name, source: Some(source) },
            Err(error) => {
                ServeError::Ended { name: "a", source: Some(io::Error::other(error)) }
            }
        }),
    };
    let mut stopping = JoinSet::new();
    for handle in handles {
        stopping.spawn(handle.stop(true));
    }
    stopping.join_all().await;
    while running.join_next().await.is_some() {}
    outcome
}
