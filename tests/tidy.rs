//! Keeps the shape of the house: the floors, the sizes, the first line of each file, and who may use what.
//! It reads the tree as it is; it builds nothing and needs nothing running. Each rule is a pure function from a
//! file to its faults, with a test of its own that shows the rule catching one.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the house, lowest first. An arrow only ever points to a lower one.
const FLOORS: [&[&str]; 6] = [
    &["vocab"],
    &["policy", "egress"],
    &["tenancy", "http"],
    &["people"],
    &["discovery", "approval", "token"],
    &["narthex"],
];

/// The longest file, in lines, its tests apart.
const LONGEST: usize = 400;

/// The one file with `unsafe`.
const UNSAFE: &str = "crates/narthex/src/services/lifeline.rs";

/// Directories that hold nothing written by hand.
const SKIPPED: [&str; 6] = [
    ".git",
    "target",
    "node_modules",
    "artifacts",
    "var",
    "snapshots",
];

/// Files that are read as text for the rules about any file.
const TEXT: [&str; 13] = [
    "rs", "toml", "sql", "html", "css", "js", "mjs", "json", "sh", "md", "yml", "yaml", "conf",
];

/// One file of the tree: its path from the root, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The path below `crates/NAME/src/`.
    fn below_src(&self) -> Option<&str> {
        self.path
            .strip_prefix("crates/")?
            .split_once("/src/")
            .map(|(_, path)| path)
    }

    /// The text before the file's own tests.
    fn untested(&self) -> &str {
        self.text
            .split("\n#[cfg(test)]\nmod ")
            .next()
            .unwrap_or_default()
    }

    /// Lines with their number, comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..)
            .zip(self.text.lines())
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// The floor of a crate, counted from 1.
fn floor(name: &str) -> Option<usize> {
    FLOORS
        .iter()
        .position(|floor| floor.contains(&name))
        .map(|index| index + 1)
}

/// The crates of the house that a manifest names as dependencies of any kind.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && let Some(rest) = line.strip_prefix("narthex") {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap_or(rest.len());
            found.push(match rest[..end].strip_prefix('-') {
                Some(name) => name.to_owned(),
                None => "narthex".to_owned(),
            });
        }
    }
    found
}

fn arrows_point_down(source: &Source) -> Vec<String> {
    let Some(name) = source
        .crate_name()
        .filter(|_| source.path.ends_with("/Cargo.toml"))
    else {
        return Vec::new();
    };
    let Some(own) = floor(name) else {
        return vec![format!(
            "the crate `{name}` has no floor: give it one in tests/tidy.rs"
        )];
    };
    dependencies(&source.text)
        .iter()
        .filter_map(|other| match floor(other) {
            None => Some(format!("depends on `{other}`, which has no floor")),
            Some(theirs) if theirs < own => None,
            Some(theirs) => Some(format!(
                "`{name}` (floor {own}) depends on `{other}` (floor {theirs}): an arrow only points down"
            )),
        })
        .collect()
}

fn is_short(source: &Source) -> Vec<String> {
    let lines = source.untested().lines().count();
    if source.path.ends_with(".rs") && source.below_src().is_some() && lines > LONGEST {
        vec![format!(
            "{lines} lines without its tests: split it (the limit is {LONGEST})"
        )]
    } else {
        Vec::new()
    }
}

fn says_what_it_is(source: &Source) -> Vec<String> {
    if source.path.ends_with(".rs") && !source.text.starts_with("//! ") {
        vec!["does not start with `//!`: say what it is and what it never does".to_owned()]
    } else {
        Vec::new()
    }
}

/// Where diesel may be used: in tenancy, and in the `store` of people and of the planes.
fn may_use_diesel(source: &Source) -> bool {
    match (source.crate_name(), source.below_src()) {
        (Some("tenancy"), _) => true,
        (Some("people" | "discovery" | "approval" | "token"), Some(path)) => {
            path == "store.rs" || path.starts_with("store/")
        }
        _ => false,
    }
}

fn uses_what_it_may(source: &Source) -> Vec<String> {
    if !source.path.ends_with(".rs") || source.below_src().is_none() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for (number, line) in source.code() {
        let uses = |name: &str| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        if (uses("diesel::") || uses("diesel_async::")) && !may_use_diesel(source) {
            faults.push(format!(
                "line {number}: diesel outside tenancy and a plane's store"
            ));
        }
        if (uses("reqwest::") || uses("hickory_resolver::"))
            && source.crate_name() != Some("egress")
        {
            faults.push(format!(
                "line {number}: only egress opens outbound connections and resolves names"
            ));
        }
        if uses("narthex_egress::")
            && !matches!(
                source.crate_name(),
                Some("egress" | "discovery" | "narthex")
            )
        {
            faults.push(format!(
                "line {number}: only discovery fetches what somebody else names"
            ));
        }
        if line.contains("(unsafe_code") && source.path != UNSAFE {
            faults.push(format!("line {number}: only {UNSAFE} may hold unsafe code"));
        }
    }
    faults
}

/// What opens connections, and whose manifest may name it, tests of its own apart.
const CONNECTS: [(&str, &[&str]); 14] = [
    ("reqwest", &["crates/egress", "tests"]),
    ("hickory-resolver", &["crates/egress"]),
    ("hickory-client", &[]),
    ("hyper", &[]),
    ("hyper-util", &[]),
    ("hyper-rustls", &[]),
    ("awc", &[]),
    ("ureq", &[]),
    ("isahc", &[]),
    ("curl", &[]),
    ("lettre", &["crates/approval"]),
    ("tonic", &[]),
    ("redis", &["crates/tenancy", "crates/narthex", "tests"]),
    (
        "tokio-postgres",
        &["crates/tenancy", "crates/narthex", "tests"],
    ),
];

fn connects_by_its_own(source: &Source) -> Vec<String> {
    let Some(package) = source.path.strip_suffix("/Cargo.toml") else {
        return Vec::new();
    };
    let named = source.text.lines().filter_map(|line| {
        let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        Some(&line[..end?])
    });
    named
        .filter_map(|name| CONNECTS.iter().find(|(library, _)| *library == name))
        .filter(|(_, allowed)| !allowed.contains(&package))
        .map(|(library, _)| format!("`{library}` opens connections, and is not for this package"))
        .collect()
}

/// Each package of a lock file with those it needs.
fn locked(lock: &str) -> Vec<(&str, Vec<&str>)> {
    let quoted = |line: &str| -> Option<(usize, usize)> {
        let start = line.find('"')? + 1;
        Some((start, start + line[start..].find('"')?))
    };
    lock.split("[[package]]")
        .skip(1)
        .filter_map(|entry| {
            let name = entry.lines().find(|line| line.starts_with("name = "))?;
            let (start, end) = quoted(name)?;
            let needs = entry
                .lines()
                .filter(|line| line.starts_with(" \""))
                .filter_map(|line| {
                    let (start, end) = quoted(line)?;
                    line[start..end].split(' ').next()
                });
            Some((&name[start..end], needs.collect()))
        })
        .collect()
}

/// All that a package needs in the end.
fn closure<'a>(locked: &[(&'a str, Vec<&'a str>)], package: &'a str) -> Vec<&'a str> {
    let mut found = vec![package];
    let mut next = 0;
    while let Some(name) = found.get(next).copied() {
        next += 1;
        let needs = locked.iter().filter(|(other, _)| *other == name);
        for need in needs.flat_map(|(_, needs)| needs) {
            if !found.contains(need) {
                found.push(need);
            }
        }
    }
    found
}

fn is_finished(source: &Source) -> Vec<String> {
    if !source.path.ends_with(".rs") {
        return Vec::new();
    }
    // Written in halves, or this file would be at fault.
    let words = [concat!("todo", "!("), concat!("unimplemented", "!(")];
    source
        .code()
        .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
        .map(|(number, _)| format!("line {number}: unfinished"))
        .collect()
}

fn names_no_machine(source: &Source) -> Vec<String> {
    // In halves for the same reason; Homebrew's prefix is the same on every machine.
    let places = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
    ];
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(source.text.lines()) {
        for place in places {
            let found = line.match_indices(place).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let starts = before.is_none_or(|c| c.is_whitespace() || "\"'`(=:[".contains(c));
                starts && !line[at..].starts_with(concat!("/ho", "me/linuxbrew"))
            });
            if found {
                faults.push(format!("line {number}: a path of one machine ({place}…)"));
            }
        }
    }
    faults
}

type Rule = fn(&Source) -> Vec<String>;

const RULES: [Rule; 7] = [
    arrows_point_down,
    is_short,
    says_what_it_is,
    uses_what_it_may,
    connects_by_its_own,
    is_finished,
    names_no_machine,
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the tree is there")
}

fn tree() -> Vec<Source> {
    let root = root();
    let mut waiting = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory)
            .expect("a directory of the tree can be read")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().expect("its kind is known");
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                waiting.push(path);
            } else if kind.is_file()
                && (name == "Makefile"
                    || path
                        .extension()
                        .is_some_and(|e| TEXT.iter().any(|text| e == *text)))
                && name != "package-lock.json"
                && let Ok(text) = fs::read_to_string(&path)
            {
                let relative = path.strip_prefix(&root).expect("below the root");
                found.push(Source {
                    path: relative.to_string_lossy().into_owned(),
                    text,
                });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

#[test]
fn the_house_is_tidy() {
    let tree = tree();
    for floor in FLOORS.iter().copied().flatten() {
        let manifest = format!("crates/{floor}/Cargo.toml");
        assert!(
            tree.iter().any(|source| source.path == manifest),
            "{manifest} was not read"
        );
    }
    let mut faults = String::new();
    for source in &tree {
        for fault in RULES.iter().flat_map(|rule| rule(source)) {
            writeln!(faults, "  {}: {fault}", source.path).expect("a String takes everything");
        }
    }
    assert!(faults.is_empty(), "untidy:\n{faults}");
}

/// One file for a rule to look at.
fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn an_arrow_up_or_sideways_is_a_fault() {
    let manifest = |text| arrows_point_down(&source("crates/token/Cargo.toml", text));
    assert_eq!(
        manifest(
            "[dependencies]\nnarthex-vocab.workspace = true\nnarthex-people = { path = \"x\" }"
        ),
        [""; 0]
    );
    assert_eq!(manifest("[package]\nname = \"narthex-token\"\n"), [""; 0]);
    assert_eq!(
        manifest("[dependencies]\nnarthex-approval.workspace = true").len(),
        1
    );
    assert_eq!(
        manifest("[dev-dependencies]\nnarthex.workspace = true").len(),
        1
    );
    assert_eq!(
        manifest("[dependencies]\nnarthex-attic.workspace = true").len(),
        1
    );
    assert_eq!(
        arrows_point_down(&source("crates/attic/Cargo.toml", "")).len(),
        1
    );
}

#[test]
fn a_long_file_is_a_fault_and_its_tests_are_not_counted() {
    let long = "x\n".repeat(LONGEST + 1);
    assert_eq!(is_short(&source("crates/vocab/src/a.rs", &long)).len(), 1);
    let tested = format!("x\n#[cfg(test)]\nmod tests {{\n{long}}}");
    assert_eq!(is_short(&source("crates/vocab/src/a.rs", &tested)), [""; 0]);
}

#[test]
fn a_file_that_does_not_say_what_it_is_is_a_fault() {
    assert_eq!(
        says_what_it_is(&source("crates/vocab/src/a.rs", "use std::fs;")).len(),
        1
    );
    assert_eq!(
        says_what_it_is(&source("crates/vocab/src/a.rs", "//! A noun.")),
        [""; 0]
    );
}

#[test]
fn a_library_in_the_wrong_place_is_a_fault() {
    let uses = |path, text| uses_what_it_may(&source(path, text)).len();
    assert_eq!(
        uses("crates/token/src/issue.rs", "use diesel::prelude::*;"),
        1
    );
    assert_eq!(
        uses("crates/token/src/store/issue.rs", "use diesel::prelude::*;"),
        0
    );
    assert_eq!(
        uses("crates/tenancy/src/db.rs", "use diesel_async::RunQueryDsl;"),
        0
    );
    assert_eq!(uses("crates/token/src/issue.rs", "// not diesel:: here"), 0);
    assert_eq!(
        uses("crates/approval/src/hook.rs", "reqwest::Client::new()"),
        1
    );
    assert_eq!(
        uses("crates/egress/src/fetch.rs", "reqwest::Client::new()"),
        0
    );
    assert_eq!(
        uses("crates/token/src/check.rs", "use narthex_egress::Guard;"),
        1
    );
    assert_eq!(
        uses("crates/discovery/src/a.rs", "use narthex_egress::Guard;"),
        0
    );
    assert_eq!(
        uses(
            "crates/http/src/a.rs",
            "#[expect(unsafe_code, reason = \"\")]"
        ),
        1
    );
}

#[test]
fn a_library_that_connects_in_the_wrong_manifest_is_a_fault() {
    let names = |path, text| connects_by_its_own(&source(path, text)).len();
    let client = "[dependencies]\nreqwest.workspace = true\n";
    assert_eq!(names("crates/token/Cargo.toml", client), 1);
    assert_eq!(names("crates/egress/Cargo.toml", client), 0);
    let other = "[dev-dependencies]\nawc = { version = \"3\" }";
    assert_eq!(names("crates/http/Cargo.toml", other), 1);
    assert_eq!(names("crates/http/Cargo.toml", "# reqwest"), 0);
    assert_eq!(names("Cargo.toml", client), 0, "the workspace lists all");
}

#[test]
fn s11_no_plane_but_discovery_is_linked_with_a_client_or_a_resolver() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file is there");
    let locked = locked(&lock);
    let away = [
        "reqwest",
        "hickory-resolver",
        "hyper-util",
        "awc",
        "ureq",
        "curl",
    ];
    for plane in [
        "narthex-token",
        "narthex-approval",
        "narthex-people",
        "narthex-http",
    ] {
        let needs = closure(&locked, plane);
        assert!(needs.contains(&"tokio"), "{plane} was not read");
        let found: Vec<_> = away.iter().filter(|one| needs.contains(one)).collect();
        assert!(found.is_empty(), "{plane} is linked with {found:?}");
    }
    let needs = closure(&locked, "narthex-discovery");
    assert!(needs.contains(&"reqwest") && needs.contains(&"hickory-resolver"));
}

#[test]
fn an_unfinished_line_is_a_fault() {
    assert_eq!(
        is_finished(&source(
            "crates/http/src/a.rs",
            concat!("fn a() { todo", "!() }")
        ))
        .len(),
        1
    );
}

#[test]
fn a_path_of_one_machine_is_a_fault() {
    let names = |text| names_no_machine(&source("docs/a.md", text)).len();
    assert_eq!(names(concat!("see /wo", "rk/here")), 1);
    assert_eq!(names(concat!("at \"/ho", "me/ada/narthex\"")), 1);
    assert_eq!(names(concat!("https://acme.example/wo", "rk/here")), 0);
    assert_eq!(names(concat!("\"/ho", "me/linuxbrew/.linuxbrew\"")), 0);
}
