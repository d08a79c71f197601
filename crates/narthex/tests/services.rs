//! The private services on the real programs: they start, keep data, stay apart, refuse a second keeper and leave
//! no orphan. Each test has a data directory of its own and erases it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "tests"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use narthex::services::{self, PostgresEndpoint, ROLES, Services, ServicesConfig, ServicesError};

/// Tells [`keeper`] where to keep services; without it that test does nothing.
const KEEP: &str = "NARTHEX_TEST_KEEP";

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("narthex-services-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let erased = services::erase(&self.data());
        let removed = fs::remove_dir_all(&self.0);
        if !std::thread::panicking() {
            erased.unwrap();
            removed.unwrap();
        }
    }
}

fn start(data_dir: &Path) -> Result<Services, ServicesError> {
    let progress = |line: &str| println!("{line}");
    Services::start(&ServicesConfig {
        durable: false,
        ..ServicesConfig::new(data_dir, &progress)
    })
}

/// Runs one statement as the superuser and returns the first column of its rows.
fn query(
    endpoint: &PostgresEndpoint,
    role: &str,
    sql: &str,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(&endpoint.url(role, "postgres"), tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await?;
        Ok(messages
            .iter()
            .filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect())
    })
}

fn ask(services: &Services, sql: &str) -> Vec<String> {
    let endpoint = services.postgres();
    query(&endpoint, &endpoint.superuser, sql).unwrap()
}

/// Processes whose working directory lies in the services of `data_dir`.
fn children_of(data_dir: &Path) -> Vec<String> {
    let Ok(home) = data_dir.join("services").canonicalize() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        if let Ok(cwd) = fs::read_link(entry.path().join("cwd"))
            && cwd.starts_with(&home)
        {
            found.push(
                fs::read_to_string(entry.path().join("comm"))
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
            );
        }
    }
    found
}

fn wait_until(what: &str, seconds: u64, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(seconds),
            "{what}: not within {seconds} s"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_restart_keeps_a_table() {
    let scratch = Scratch::new();
    let services = start(&scratch.data()).unwrap();
    ask(
        &services,
        "create table kept (word text); insert into kept values ('narthex')",
    );
    services.stop().unwrap();
    assert_eq!(children_of(&scratch.data()), Vec::<String>::new());

    let services = start(&scratch.data()).unwrap();
    assert_eq!(ask(&services, "select word from kept"), ["narthex"]);
}

#[test]
fn nothing_listens_on_a_port() {
    let scratch = Scratch::new();
    let services = start(&scratch.data()).unwrap();
    assert_eq!(ask(&services, "show listen_addresses"), [""]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let port: Vec<String> = runtime.block_on(async {
        let client = redis::Client::open(services.redis_url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("CONFIG")
            .arg("GET")
            .arg("port")
            .query_async(&mut connection)
            .await
            .unwrap()
    });
    assert_eq!(port, ["port", "0"]);
}

#[test]
fn a_known_role_connects_and_another_does_not() {
    let scratch = Scratch::new();
    let services = start(&scratch.data()).unwrap();
    ask(
        &services,
        &format!("create role {} login; create role stranger login", ROLES[0]),
    );
    let endpoint = services.postgres();
    assert_eq!(
        query(&endpoint, ROLES[0], "select current_user").unwrap(),
        [ROLES[0]]
    );
    let refused = query(&endpoint, "stranger", "select 1").expect_err("not in the map");
    let code = refused.code().cloned().unwrap();
    assert_eq!(
        code,
        tokio_postgres::error::SqlState::INVALID_AUTHORIZATION_SPECIFICATION
    );
}

#[test]
fn two_instances_live_side_by_side() {
    let (one, two) = (Scratch::new(), Scratch::new());
    let (first, second) = (start(&one.data()).unwrap(), start(&two.data()).unwrap());
    ask(&first, "create table only_here ()");
    let seen = "select count(*)::text from pg_class where relname = 'only_here'";
    assert_eq!(ask(&first, seen), ["1"]);
    assert_eq!(ask(&second, seen), ["0"]);
    assert_ne!(first.redis_url(), second.redis_url());
}

#[test]
fn a_second_keeper_is_told_who_the_first_is() {
    let scratch = Scratch::new();
    let _services = start(&scratch.data()).unwrap();
    let refused = start(&scratch.data())
        .err()
        .expect("it is in use")
        .to_string();
    assert!(
        refused.contains(&format!("in use by process {}", std::process::id())),
        "{refused}"
    );
    assert!(matches!(
        services::erase(&scratch.data()),
        Err(ServicesError::InUse { .. })
    ));
}

#[test]
fn a_cluster_of_another_version_is_left_alone() {
    let scratch = Scratch::new();
    start(&scratch.data()).unwrap().stop().unwrap();
    let version = scratch.data().join("services/postgres/PG_VERSION");
    fs::write(&version, "9\n").unwrap();
    let refused = start(&scratch.data())
        .err()
        .expect("no PostgreSQL 9 here")
        .to_string();
    assert!(
        refused.contains("made by PostgreSQL 9") && refused.contains("this machine has PostgreSQL"),
        "{refused}"
    );
}

#[test]
fn a_pid_file_that_names_somebody_else_does_not_matter() {
    let scratch = Scratch::new();
    start(&scratch.data()).unwrap().stop().unwrap();
    // As after a power cut: the file remains, and its number now belongs to an unrelated process.
    let mut unrelated = Command::new("sleep").arg("60").spawn().unwrap();
    let file = scratch.data().join("services/postgres/postmaster.pid");
    fs::write(
        &file,
        format!(
            "{}\n/nowhere\n1\n5432\n/nowhere\n\n0 0\nready\n",
            unrelated.id()
        ),
    )
    .unwrap();
    let services = start(&scratch.data()).unwrap();
    assert_eq!(ask(&services, "select 1"), ["1"]);
    assert_eq!(unrelated.try_wait().unwrap(), None);
    unrelated.kill().unwrap();
    unrelated.wait().unwrap();
}

#[test]
fn a_long_path_gets_short_sockets() {
    let scratch = Scratch::new();
    let deep = scratch
        .0
        .join("a-long-name-of-a-directory/".repeat(4))
        .join("data");
    let services = start(&deep).unwrap();
    assert_eq!(ask(&services, "select 1"), ["1"]);
    services.stop().unwrap();
    services::erase(&deep).unwrap();
}

#[test]
fn root_may_keep_its_data_where_the_cluster_account_cannot_go() {
    if !rustix::process::geteuid().is_root() {
        return; // only root changes accounts
    }
    let scratch = Scratch::new();
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o700)).unwrap();
    for _ in 0..2 {
        let services = start(&scratch.data()).unwrap();
        assert_eq!(ask(&services, "select 1"), ["1"]);
        services.stop().unwrap();
    }
    let home = fs::read_link(scratch.data().join("services")).unwrap();
    assert!(home.starts_with("/var/tmp"), "{}", home.display());
    services::erase(&scratch.data()).unwrap();
    assert!(!home.exists());
}

#[test]
fn a_link_to_another_place_is_refused() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.data()).unwrap();
    std::os::unix::fs::symlink(
        "/var/tmp/narthex-0000000000000000",
        scratch.data().join("services"),
    )
    .unwrap();
    let refused = start(&scratch.data())
        .err()
        .expect("the link is not ours")
        .to_string();
    assert!(
        refused.contains("links to /var/tmp/narthex-0000000000000000"),
        "{refused}"
    );
}

/// Not a test of its own: the process that [`a_killed_keeper_leaves_no_orphan`] kills.
#[test]
#[ignore = "run by another test, as a process"]
fn keeper() {
    let Ok(data_dir) = std::env::var(KEEP) else {
        return;
    };
    let _services = start(Path::new(&data_dir)).unwrap();
    println!("kept");
    std::thread::sleep(Duration::from_mins(10));
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_keeper_leaves_no_orphan() {
    let scratch = Scratch::new();
    let mut keeper = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keeper", "--ignored", "--nocapture"])
        .env(KEEP, scratch.data())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(keeper.stdout.take().unwrap());
    assert!(
        out.lines()
            .map_while(Result::ok)
            .any(|line| line.contains("kept")),
        "the keeper did not start"
    );
    let alive = children_of(&scratch.data());
    assert!(alive.iter().any(|name| name == "postgres"), "{alive:?}");
    assert!(
        alive
            .iter()
            .any(|name| name.contains("redis") || name.contains("valkey")),
        "{alive:?}"
    );

    keeper.kill().unwrap();
    keeper.wait().unwrap();
    // A start at once waits for the old server's last checkpoint rather than colliding with it.
    let services = start(&scratch.data()).unwrap();
    assert_eq!(ask(&services, "select 1"), ["1"]);
    services.stop().unwrap();
    wait_until("no process is left", 10, || {
        children_of(&scratch.data()).is_empty()
    });
}
