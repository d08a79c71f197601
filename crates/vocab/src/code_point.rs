//! Which characters a displayed name may not have, because a reader cannot see them or because
//! they reorder what he sees. It never refuses a script.

/// Bidirectional controls (UAX 9): they make text read otherwise than it is stored.
pub(crate) const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a form of their own: zero width, joiners, variation selectors, fillers, tags,
/// private use, non-characters. A few of them [`serve`](serves) a neighbour.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}

/// Characters that a text which people judge must not have: what cannot be seen, or reorders what is.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    is_bidi_control(c) || is_invisible(c)
}

/// Whether an invisible character changes how its neighbours are written, as an orthography or a
/// picture needs: joiners inside words of some scripts and between pictures, selectors after what
/// has variants.
pub(crate) fn serves(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (Some(before), next) = (before, after.unwrap_or(' ')) else {
        return false;
    };
    match c {
        '\u{200c}' => takes_joiners(before) && takes_joiners(next),
        '\u{200d}' => {
            let pictures = is_picture(before) || before == '\u{fe0f}';
            (takes_joiners(before) && takes_joiners(next)) || (pictures && is_picture(next))
        }
        '\u{180e}' => is_mongolian(before) && is_mongolian(next),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => is_mongolian(before),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(before),
        '\u{fe0e}' => is_picture(before),
        '\u{fe0f}' => is_picture(before) || next == '\u{20e3}',
        _ => false,
    }
}

/// Letters and marks of the scripts whose words need joiners: Arabic and its relatives, the Indic
/// scripts, Khmer, Mongolian.
const fn takes_joiners(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{08ff}' | '\u{0900}'..='\u{0dff}' | '\u{1780}'..='\u{17d3}' | '\u{1820}'..='\u{18aa}')
}

const fn is_mongolian(c: char) -> bool {
    matches!(c, '\u{1820}'..='\u{18aa}')
}

/// Han, whose variants names of people and places tell apart.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// The blocks with emoji, and the few before them.
const fn is_picture(c: char) -> bool {
    matches!(
        c,
        '\u{00a9}' | '\u{00ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
            | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}'
            | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
            | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}'
    )
}
