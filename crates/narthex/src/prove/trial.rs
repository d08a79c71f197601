//! One thing that must be impossible, tried; and the same with the obstacle removed, so that the refusal is known to
//! come from the control and from nothing else in the statement.

use super::refusal::{Control, Tried, instead};
use super::report::{Outcome, Report};
use super::role::Role;
use super::stage::Stage;

/// A try, as tenant A.
pub(super) struct Trial {
    /// What must be impossible.
    pub(super) what: &'static str,
    /// As whom.
    pub(super) role: Role,
    /// How.
    pub(super) sql: &'static str,
    /// What must refuse it.
    pub(super) by: Control,
    /// What must work.
    pub(super) but: But,
}

/// The obstacle removed.
#[derive(Clone, Copy)]
pub(super) enum But {
    /// This role may do the same.
    As(Role),
    /// The same role may do this.
    This(&'static str),
}

/// Tries each, all in the scene as it stands.
pub(super) async fn run(
    stage: &Stage<'_>,
    report: &mut Report,
    part: &'static str,
    trials: &[Trial],
) -> anyhow::Result<()> {
    for trial in trials {
        let tried = stage.attempt(trial.role, "$A", trial.sql).await?;
        let (role, sql) = match trial.but {
            But::As(role) => (role, trial.sql),
            But::This(sql) => (trial.role, sql),
        };
        let control = stage.attempt(role, "$A", sql).await?;
        report.tries += 1;
        report.controls += 1;
        let outcome = judge(trial.by, &tried, &control);
        report.push(part, trial.what, trial.role.name(), outcome);
    }
    Ok(())
}

/// Whether the right control refused, and nothing but it.
pub(super) fn judge(by: Control, tried: &Tried, control: &Tried) -> Outcome {
    if !by.refused(tried) {
        return Outcome::Hole(instead(tried));
    }
    match control {
        Ok(1..) => Outcome::Refused(by.to_string()),
        Ok(0) => Outcome::Hole("the try proves nothing: the control sees no row".to_owned()),
        Err(_) => Outcome::Hole(format!("the try proves nothing: {}", instead(control))),
    }
}
