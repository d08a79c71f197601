//! Published texts as they were read, by their hash: a text never changes, so that nothing here grows stale. Which text is
//! in force is asked of the database in the transaction that judges by it.

use std::sync::{Arc, LazyLock};

use narthex_policy::{Layer, Whose};
use quick_cache::sync::Cache;

/// Texts that are kept: one of the platform and one of each busy tenant.
const ROOM: usize = 512;

/// By whose it is and the hash of its text.
type Kept = Cache<(Whose, [u8; 32]), Arc<Layer>>;

static LAYERS: LazyLock<Kept> = LazyLock::new(|| Cache::new(ROOM));

/// The text as it is read; the first problem of one that this release does not read.
pub(crate) fn layer(whose: Whose, source: &str) -> Result<Arc<Layer>, String> {
    let key = (whose, Layer::hash_of(source));
    LAYERS.get_or_insert_with(&key, || {
        let read = Layer::parse(whose, source).map(Arc::new);
        read.map_err(|problems| {
            let first = problems.first();
            first.map_or_else(|| "it does not load".to_owned(), ToString::to_string)
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_text_is_read_once_for_each_that_publishes_it() {
        let text = "// nothing\n";
        let one = layer(Whose::Tenant, text).unwrap();
        assert!(Arc::ptr_eq(&one, &layer(Whose::Tenant, text).unwrap()));
        assert!(!Arc::ptr_eq(&one, &layer(Whose::Platform, text).unwrap()));
        assert!(layer(Whose::Tenant, "permit (principal, action, resource);").is_err());
    }
}
