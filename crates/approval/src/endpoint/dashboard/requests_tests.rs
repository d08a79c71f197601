//! Every state belongs to exactly one stage, so that no case can be lost between the filters.

use super::*;

#[test]
fn every_state_has_one_stage() {
    for state in RequestState::ALL {
        let stages: Vec<_> = Stage::ALL
            .into_iter()
            .filter(|stage| {
                !matches!(stage, Stage::Any | Stage::Second) && stage.states().contains(state)
            })
            .collect();
        assert_eq!(stages.len(), 1, "{state} is in {stages:?}");
    }
    assert_eq!(Stage::Second.states(), [RequestState::AwaitingSecond]);
    assert_eq!(Stage::Any.states(), RequestState::ALL);
}
