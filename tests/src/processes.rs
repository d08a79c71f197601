//! The three planes as processes of their own, as an operator runs them, each with a witness preloaded that writes down
//! whom it connects to. The process is this test program again, which runs the command line that it is told.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use clap::Parser as _;
use narthex::cli::{Cli, run};
use url::Url;

use crate::Place;
use crate::system::{Plane, System, keys, scratch};

/// The command line of a plane, one argument a line.
const LINE: &str = "NARTHEX_TEST_LINE";
/// Where the witness writes.
const CONNECTS: &str = "NARTHEX_TEST_CONNECTS";

/// The running planes; dropping them ends them.
pub struct Processes {
    planes: Vec<(&'static str, Child, PathBuf)>,
}

impl Processes {
    /// Starts the planes over the place's database and Redis. `keeper` is the name of the test that calls
    /// [`serve_if_told`].
    pub fn start(place: &Place, hash_key: [u8; 32], keeper: &str) -> (Self, System) {
        let directory = scratch("processes");
        let witness = witness(&directory);
        let keys = keys(hash_key);
        let addresses = Plane::ALL.map(|_| free());
        let [discovery, token, portal, staff] = addresses;
        let origin = |address: SocketAddr| format!("http://{address}");
        let shared = [
            ("discovery-url", origin(discovery)),
            ("token-url", origin(token)),
            ("portal-url", origin(portal)),
            ("staff-url", origin(staff)),
            ("redis-url", place.redis_url.clone()),
            ("keys", keys.display().to_string()),
            ("workers", "1".to_owned()),
        ];
        let one = |role: &str, address: SocketAddr| {
            vec![
                ("database-url", place.url(role)),
                ("listen", address.to_string()),
            ]
        };
        let both = vec![
            ("database-url", place.url("narthex_approval")),
            ("staff-database-url", place.url("narthex_staff")),
            ("portal-listen", portal.to_string()),
            ("staff-listen", staff.to_string()),
        ];
        let planes = [
            ("discovery", one("narthex_discovery", discovery)),
            ("token", one("narthex_token", token)),
            ("approval", both),
        ];
        let planes = planes.map(|(plane, own)| {
            let settings = shared.iter().chain(&own);
            let settings = settings.map(|(name, value)| format!("--{name}={value}"));
            let line: Vec<String> = ["narthex", plane]
                .map(str::to_owned)
                .into_iter()
                .chain(settings)
                .collect();
            let connects = directory.join(plane);
            let child = spawn(keeper, &line, (&witness, &connects));
            (plane, child, connects)
        });
        let processes = Self {
            planes: planes.into(),
        };
        for address in addresses {
            answers(address);
        }
        let origins = addresses.map(|address| Url::parse(&origin(address)).unwrap());
        (processes, System::elsewhere(origins))
    }

    /// Whom a plane has connected to so far, one line each.
    #[must_use]
    pub fn connections(&self, plane: &str) -> Vec<String> {
        let (_, _, connects) = self
            .planes
            .iter()
            .find(|(name, _, _)| *name == plane)
            .expect("it is a plane");
        let text = std::fs::read_to_string(connects).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for (_, child, _) in &mut self.planes {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// In a process that [`Processes`] or [`command`] started: what it is told. In any other: nothing.
pub fn serve_if_told() {
    if let Ok(line) = std::env::var(LINE) {
        run(Cli::parse_from(line.lines())).expect("the command line runs to its end");
    }
}

/// Runs a command line to its end in a process of its own: what it said and what it complained of. `keeper` is the name
/// of the test that calls [`serve_if_told`].
pub fn command(keeper: &str, line: &[String]) -> (String, String) {
    let line: Vec<_> = std::iter::once("narthex")
        .chain(line.iter().map(String::as_str))
        .collect();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([keeper, "--exact", "--nocapture"])
        .env(LINE, line.join("\n"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

fn spawn(keeper: &str, line: &[String], (witness, connects): (&Path, &Path)) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([keeper, "--exact", "--nocapture"])
        .env(LINE, line.join("\n"))
        .env("LD_PRELOAD", witness)
        .env(CONNECTS, connects)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Compiles the witness; whoever builds the product has a C compiler.
fn witness(directory: &Path) -> PathBuf {
    let library = directory.join("connects.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/connects.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .args([source, "-ldl"])
        .status()
        .expect("a C compiler is installed");
    assert!(compiled.success(), "{source} compiles");
    library
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap()
}

fn answers(address: SocketAddr) {
    for _ in 0..400 {
        if TcpStream::connect(address).is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(25));
    }
    panic!("nobody listens at {address}");
}
