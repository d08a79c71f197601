//! The loopback ports of `narthex dev`, counted from one base. It opens nothing and keeps nothing: a port that
//! was free when looked at may still be taken by another process a moment later, and the listener then says so.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// The base when nothing else is said.
pub const DEFAULT_BASE: u16 = 7400;

/// Who listens on each port, in the order of the ports.
const LISTENERS: [&str; 6] = [
    "the discovery plane",
    "the token plane",
    "the portal",
    "the staff dashboard",
    "the demo resource server",
    "the mail viewer",
];

/// Six ports in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    base: u16,
}

/// Why the ports cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The base leaves no room for six ports.
    #[error(
        "port base {base} is out of range: choose 1 to 65530 with --port-base or NARTHEX_PORT_BASE"
    )]
    OutOfRange {
        /// The base asked for.
        base: u16,
    },
    /// Another process listens there.
    #[error(
        "port {port} is taken, and {listener} needs it; choose another base with --port-base or NARTHEX_PORT_BASE \
         (now {base})"
    )]
    Taken {
        /// The port.
        port: u16,
        /// Who wants it.
        listener: &'static str,
        /// The base it was counted from.
        base: u16,
    },
    /// The system does not let us listen there.
    #[error(
        "{listener} cannot listen on port {port}: {source}; choose another base with --port-base or \
         NARTHEX_PORT_BASE (now {base})"
    )]
    Refused {
        /// The port.
        port: u16,
        /// Who wants it.
        listener: &'static str,
        /// The base it was counted from.
        base: u16,
        /// What the system said.
        source: io::Error,
    },
}

impl Default for Ports {
    fn default() -> Self {
        Self { base: DEFAULT_BASE }
    }
}

impl Ports {
    /// Six ports from `base` on.
    ///
    /// # Errors
    /// [`PortError::OutOfRange`] for 0 and for a base whose sixth port would be above 65535.
    pub fn from_base(base: u16) -> Result<Self, PortError> {
        if base == 0 || base > u16::MAX - 5 {
            Err(PortError::OutOfRange { base })
        } else {
            Ok(Self { base })
        }
    }

    /// The first port.
    pub fn base(self) -> u16 {
        self.base
    }

    /// The discovery plane's port.
    pub fn discovery(self) -> u16 {
        self.base
    }

    /// The token plane's port.
    pub fn token(self) -> u16 {
        self.base + 1
    }

    /// The tenant portal's port.
    pub fn portal(self) -> u16 {
        self.base + 2
    }

    /// The staff dashboard's port.
    pub fn staff(self) -> u16 {
        self.base + 3
    }

    /// The demo resource server's port.
    pub fn resource(self) -> u16 {
        self.base + 4
    }

    /// The mail viewer's port.
    pub fn mail(self) -> u16 {
        self.base + 5
    }

    /// Looks whether all six ports are free on the loopback address.
    ///
    /// # Errors
    /// The first port that is not, with its listener's name and the setting that changes it.
    pub fn check_free(self) -> Result<(), PortError> {
        for (port, listener) in (self.base..).zip(LISTENERS) {
            if let Err(source) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                let base = self.base;
                return Err(match source.kind() {
                    io::ErrorKind::AddrInUse => PortError::Taken {
                        port,
                        listener,
                        base,
                    },
                    _ => PortError::Refused {
                        port,
                        listener,
                        base,
                        source,
                    },
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_ports_count_from_the_base() {
        let ports = Ports::from_base(9000).unwrap();
        let all = [
            ports.discovery(),
            ports.token(),
            ports.portal(),
            ports.staff(),
            ports.resource(),
            ports.mail(),
        ];
        assert_eq!(all, [9000, 9001, 9002, 9003, 9004, 9005]);
        assert_eq!(Ports::default().base(), DEFAULT_BASE);
    }

    #[test]
    fn a_base_without_room_is_refused() {
        assert!(Ports::from_base(65530).is_ok());
        assert!(matches!(
            Ports::from_base(65531),
            Err(PortError::OutOfRange { base: 65531 })
        ));
        assert!(Ports::from_base(0).is_err());
    }

    #[test]
    fn a_taken_port_names_who_wants_it_and_the_setting() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = Ports::from_base(port - 1)
            .unwrap()
            .check_free()
            .expect_err("it is taken")
            .to_string();
        // A neighbour of the port may be taken too, on a busy machine: then another listener is named.
        assert!(
            said.contains("is taken") && said.contains("--port-base"),
            "{said}"
        );
        let said = Ports::from_base(port)
            .unwrap()
            .check_free()
            .expect_err("it is taken")
            .to_string();
        assert!(
            said.contains(&format!(
                "port {port} is taken, and the discovery plane needs it"
            )),
            "{said}"
        );
        assert!(said.contains("NARTHEX_PORT_BASE"), "{said}");
    }
}
