//! Which characters a displayed name may not have, because a reader cannot see them or because
//! they reorder what he sees. It never refuses a script.

/// Bidirectional controls (UAX 9): they make text read otherwise than it is stored.
pub(crate) const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Zero-width joiners, which some scripts need inside a word.
pub(crate) const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Characters without a visible form: zero width, fillers, tags, private use, non-characters.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}

/// Letters and marks of the scripts whose words need joiners: Arabic and its relatives, the Indic
/// scripts, Khmer, Mongolian.
pub(crate) const fn takes_joiners(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{08ff}' | '\u{0900}'..='\u{0dff}' | '\u{1780}'..='\u{17d3}' | '\u{1820}'..='\u{18aa}')
}
