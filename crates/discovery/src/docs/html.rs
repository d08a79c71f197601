//! Markdown of our own as HTML (by `pulldown-cmark`). Each heading gets an id from its words, so that an error
//! can lead to its entry. It is never given text of somebody else.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

/// The HTML of a page's text.
pub(crate) fn of(markdown: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new(markdown).collect();
    let mut heading: Option<(usize, String)> = None;
    let mut ids = Vec::new();
    for (at, event) in events.iter().enumerate() {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some((at, String::new())),
            (Event::Text(text) | Event::Code(text), Some((_, words))) => words.push_str(text),
            (Event::End(TagEnd::Heading(_)), _) => {
                ids.extend(heading.take().map(|(at, words)| (at, slug(&words))));
            }
            _ => {}
        }
    }
    for (at, name) in ids {
        if let Some(Event::Start(Tag::Heading { id, .. })) = events.get_mut(at) {
            *id = Some(name.into());
        }
    }
    let mut page = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut page, events.into_iter());
    page
}

/// The words as an id: a name stays as it is, other words get hyphens.
fn slug(words: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let one_word = words.chars().all(plain);
    let words = if one_word {
        words.to_owned()
    } else {
        words.to_lowercase()
    };
    words
        .split(|c| !plain(c))
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn headings_can_be_reached_and_code_is_text() {
        let page = of(
            "## How a client comes in\n\n### invalid_client\n\n## R-07\n\n```rust\nlet a = \"<b>\";\n```\n",
        );
        for part in [
            "<h2 id=\"how-a-client-comes-in\">",
            "<h3 id=\"invalid_client\">",
            "<h2 id=\"R-07\">",
            "&lt;b&gt;",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
