//! Text that somebody looks for, as a pattern for `like`. It never lets what was typed be a pattern itself.

/// The pattern for "contains this text".
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn typed_text_is_no_pattern() {
        assert_eq!(like("np_50%\\"), "%np\\_50\\%\\\\%");
        assert_eq!(like(""), "%%");
    }
}
