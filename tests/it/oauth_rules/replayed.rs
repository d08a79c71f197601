//! The replay matrix, generated: every kind of credential x who shows it x what became of it x for which resource. What must
//! come of a cell is said by [`expected`] alone; nothing is picked by hand.

mod world;

use narthex_vocab::Environment::Production;

use self::world::World;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Code,
    Refresh,
    DeviceCode,
    PushedRequest,
    ClientSecret,
    Assertion,
    WorkloadToken,
    Exchanged,
}

/// Who shows it, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Itself,
    /// Another client of the same kind.
    Another,
    /// The same kind of client of the other environment, there.
    OtherEnvironment,
    /// The same kind of client of another tenant, there.
    OtherTenant,
}

/// What became of it, or of its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Fresh,
    Used,
    Expired,
    Suspended,
    Revoked,
}

/// For which resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    ItsResource,
    AnotherResource,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Code,
        Self::Refresh,
        Self::DeviceCode,
        Self::PushedRequest,
        Self::ClientSecret,
        Self::Assertion,
        Self::WorkloadToken,
        Self::Exchanged,
    ];

    /// Whether showing it once is all that it is good for.
    const fn is_used_up(self) -> bool {
        match self {
            Self::Code
            | Self::Refresh
            | Self::DeviceCode
            | Self::PushedRequest
            | Self::Assertion
            | Self::WorkloadToken => true,
            Self::ClientSecret | Self::Exchanged => false,
        }
    }

    /// Whether it proves the client; otherwise the client proves itself, or need not, and shows it.
    const fn proves(self) -> bool {
        matches!(
            self,
            Self::ClientSecret | Self::Assertion | Self::WorkloadToken
        )
    }
}

const BY: [By; 4] = [
    By::Itself,
    By::Another,
    By::OtherEnvironment,
    By::OtherTenant,
];
const STATES: [State; 5] = [
    State::Fresh,
    State::Used,
    State::Expired,
    State::Suspended,
    State::Revoked,
];
const FOR: [For; 2] = [For::ItsResource, For::AnotherResource];

/// What the answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Tokens,
    Refused(&'static [&'static str]),
}

/// The rules, in the order in which they bind.
fn expected(kind: Kind, by: By, state: State, target: For) -> Expected {
    use Expected::{Refused, Tokens};
    let stranger = match kind {
        // A secret or an assertion of another is a failed authentication.
        Kind::ClientSecret | Kind::Assertion | Kind::WorkloadToken => &["invalid_client"][..],
        Kind::Code | Kind::Refresh | Kind::DeviceCode => &["invalid_grant"],
        Kind::PushedRequest => &["a page"],
        // The helper of another place shows it there, where it is nothing.
        Kind::Exchanged => &["invalid_request"],
    };
    let stopped = matches!(state, State::Suspended | State::Revoked);
    match (by, kind) {
        // Whoever is approved for exchanges may show what it holds: that is what an exchange is.
        (By::Itself, _) | (By::Another, Kind::Exchanged) => {}
        (By::Another | By::OtherEnvironment | By::OtherTenant, _) => return Refused(stranger),
    }
    let refused_by_state: Option<&'static [&'static str]> = match (state, kind) {
        (State::Fresh, _) => None,
        (State::Used, kind) if !kind.is_used_up() => None,
        // A device hears that nobody answered in time (RFC 8628 section 3.5).
        (State::Expired, Kind::DeviceCode) => Some(&["expired_token"]),
        (State::Used | State::Expired, _) => Some(stranger),
        // A client that nobody approves any more hears that, and never that it is unknown.
        (State::Suspended | State::Revoked, Kind::PushedRequest) => Some(&["a page"][..]),
        (State::Suspended | State::Revoked, kind) if kind.proves() => Some(&["access_denied"]),
        (State::Suspended | State::Revoked, Kind::Exchanged) => {
            Some(&["invalid_request", "access_denied"])
        }
        (State::Suspended | State::Revoked, _) => Some(&["invalid_grant"]),
    };
    match (refused_by_state, target) {
        (Some(codes), _) => Refused(codes),
        (None, For::AnotherResource) if kind == Kind::PushedRequest && !stopped => Tokens,
        (None, For::AnotherResource) => Refused(&["invalid_target"]),
        (None, For::ItsResource) => Tokens,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_by_everybody_in_every_state_for_every_resource() {
    let world = World::new().await;
    let mut cells = 0;
    let mut wrong = Vec::new();
    for kind in Kind::ALL {
        for state in STATES {
            for by in BY {
                for target in FOR {
                    let expected = expected(kind, by, state, target);
                    let seen = world.show(kind, by, state, target).await;
                    let right = match (expected, seen.as_deref()) {
                        (Expected::Tokens, None) => true,
                        (Expected::Refused(codes), Some(code)) => codes.contains(&code),
                        (Expected::Tokens, Some(_)) | (Expected::Refused(_), None) => false,
                    };
                    if !right {
                        wrong.push(format!(
                            "{kind:?} {by:?} {state:?} {target:?}: {expected:?}, {seen:?}"
                        ));
                    }
                    cells += 1;
                }
            }
        }
    }
    assert_eq!(cells, Kind::ALL.len() * BY.len() * STATES.len() * FOR.len());
    assert!(
        wrong.is_empty(),
        "{} of {cells}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_redeems_as_something_else() {
    let world = World::new().await;
    let shown = world.one_of_each().await;
    assert!(shown.len() >= 10);
    let mut wrong = Vec::new();
    for (is, value) in &shown {
        for (taken_as, form) in world.slots(value) {
            // A workload's token proves its client by the same parameter as a key of its own does.
            let right = taken_as == *is || (taken_as == "assertion" && *is == "workload_token");
            if right {
                continue;
            }
            let answer = world.sends(Production, &form).await;
            if answer.status == 200 {
                wrong.push(format!("{is} as {taken_as}: {}", answer.body));
            }
        }
        for (taken_as, active) in world.is_live(value).await {
            if active && *is != "access_token" {
                wrong.push(format!("{is} counts at {taken_as}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
