//! What the command line shows of the API's answers: a table of a list, and the facts of one object. It never shows a
//! control character that somebody else wrote.

use serde_json::Value;

/// A heading and where the value stands in a row (RFC 6901).
pub(crate) type Column = (&'static str, &'static str);

/// Rows below their headings, in columns.
pub(crate) fn of(columns: &[Column], rows: &[Value]) -> String {
    let mut lines = vec![
        columns
            .iter()
            .map(|(heading, _)| (*heading).to_owned())
            .collect(),
    ];
    lines.extend(rows.iter().map(|row| {
        let cell = |(_, at): &Column| row.pointer(at).map_or_else(String::new, word);
        columns.iter().map(cell).collect::<Vec<_>>()
    }));
    let width = |column: usize| {
        let of = |line: &Vec<String>| line.get(column).map_or(0, |cell| cell.chars().count());
        lines.iter().map(of).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The members of an object, one a line; what is nested is indented.
pub(crate) fn facts(object: &Value) -> String {
    lines(object, 0).concat()
}

fn lines(value: &Value, depth: usize) -> Vec<String> {
    let indent = "  ".repeat(depth);
    let member = |(name, value): (&str, &Value)| match value {
        Value::Object(_) | Value::Array(_) => {
            let mut all = vec![format!("{indent}{name}:\n")];
            all.extend(lines(value, depth + 1));
            all
        }
        plain => vec![format!("{indent}{name}: {}\n", word(plain))],
    };
    match value {
        Value::Object(members) => {
            let named = members.iter().map(|(name, value)| (name.as_str(), value));
            named.flat_map(member).collect()
        }
        Value::Array(all) => all
            .iter()
            .map(|value| ("-", value))
            .flat_map(member)
            .collect(),
        plain => vec![format!("{indent}{}\n", word(plain))],
    }
}

/// A client with what is below it, each in a line of its own.
pub(crate) fn tree(root: &Value) -> String {
    branch(root, 0).concat()
}

fn branch(node: &Value, depth: usize) -> Vec<String> {
    let names = ["client_id", "name", "state", "sponsor"];
    let cells = names.map(|name| node.get(name).map_or_else(String::new, word));
    let below = node.get("below").and_then(Value::as_array);
    let below = below.into_iter().flatten();
    let own = format!("{}{}\n", "  ".repeat(depth), cells.join("  "));
    std::iter::once(own)
        .chain(below.flat_map(|child| branch(child, depth + 1)))
        .collect()
}

/// A plain value without quotes, and without what would move the cursor.
fn word(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_has_its_columns_below_one_another() {
        let rows = [
            json!({"a": "x", "b": {"c": 7}}),
            json!({"a": "longer", "b": {}}),
        ];
        let text = of(&[("A", "/a"), ("COUNT", "/b/c")], &rows);
        assert_eq!(text, "A       COUNT\nx       7\nlonger\n");
    }

    #[test]
    fn nothing_of_a_stranger_moves_the_cursor() {
        let text = facts(&json!({"list": [{"x": null}, "y"], "name": "a\u{1b}[2Jb\nc"}));
        assert_eq!(
            text,
            "list:\n  -:\n    x: -\n  -: y\nname: a\u{fffd}[2Jb\u{fffd}c\n"
        );
    }
}
