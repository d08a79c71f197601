//! Every state belongs to exactly one stage, so that no case can be lost between the filters.

use super::*;

#[test]
fn every_state_has_one_stage() {
    for state in RequestState::ALL {
        let stages: Vec<_> = Stage::ALL
            .into_iter()
            .filter(|stage| *stage != Stage::Any && stage.states().contains(state))
            .collect();
        assert_eq!(stages.len(), 1, "{state} is in {stages:?}");
    }
    assert_eq!(Stage::Any.states(), RequestState::ALL);
}
