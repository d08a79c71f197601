//! What others got wrong, tried on the running product: credentials of another, codes and refresh tokens of another,
//! forged and foreign tokens, more reach than was approved, clients that were stopped.

mod client_authentication;
mod code;
mod device;
mod exchange;
mod forged;
mod id_jag;
mod pushed;
mod reach;
mod refresh;
mod replayed;
mod stopped;

use narthex_tests::Answer;

/// An OAuth refusal with this code, never kept by a cache.
fn says(what: &str, answer: &Answer, (status, code): (u16, &str)) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert_eq!(answer.json()["error"], code, "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    for member in ["access_token", "refresh_token", "id_token"] {
        assert!(
            answer.json().get(member).is_none(),
            "{what}: {}",
            answer.body
        );
    }
}

fn text(answer: &Answer, member: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let value = answer.json()[member].as_str().map(str::to_owned);
    value.unwrap_or_else(|| panic!("no {member}: {}", answer.body))
}
