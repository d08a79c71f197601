//! Reading one member of client metadata: absent and null are the same (RFC 7591 section 2), a
//! wrong type is an error. It never knows what a member means.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::metadata_error::{MetadataError, MetadataProblem};

/// Metadata as it was sent.
pub(crate) struct Members<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Members<'a> {
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// What stands behind the `#` of each localized form of a member (RFC 7591 section 2.2), with the whole name.
    pub(crate) fn languages(&self, member: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| {
            let tag = name.strip_prefix(member)?.strip_prefix('#')?;
            (!value.is_null()).then_some((name.as_str(), tag))
        })
    }

    /// A member that is true or false; false when nothing was said.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, MetadataError> {
        let flag = |value: &Value| {
            value
                .as_bool()
                .ok_or_else(|| wrong_type(name, "true or false"))
        };
        Ok(self.value(name).map(flag).transpose()?.unwrap_or_default())
    }

    /// A text member.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, MetadataError> {
        let text = |value: &'a Value| value.as_str().ok_or_else(|| wrong_type(name, "a text"));
        self.value(name).map(text).transpose()
    }

    /// A text member, parsed.
    pub(crate) fn parsed<T>(&self, name: &str) -> Result<Option<T>, MetadataError>
    where
        T: FromStr,
        MetadataProblem: From<T::Err>,
    {
        let parse = |text: &str| {
            text.parse()
                .map_err(|error: T::Err| MetadataError::client(name, error))
        };
        self.text(name)?.map(parse).transpose()
    }

    /// A text member, parsed, where the empty text means that nothing was said: clients send it
    /// for fields that their configuration leaves open.
    pub(crate) fn spoken<T>(&self, name: &str) -> Result<Option<T>, MetadataError>
    where
        T: FromStr,
        MetadataProblem: From<T::Err>,
    {
        if self.text(name)?.is_some_and(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        self.parsed(name)
    }

    /// A list of texts, at most `max`.
    pub(crate) fn texts(
        &self,
        name: &str,
        max: usize,
    ) -> Result<Option<Vec<&'a str>>, MetadataError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let list = value
            .as_array()
            .ok_or_else(|| wrong_type(name, "a list of texts"))?;
        if list.len() > max {
            return Err(MetadataError::client(
                name,
                MetadataProblem::TooMany { max },
            ));
        }
        let text = |(index, entry): (usize, &'a Value)| {
            entry
                .as_str()
                .ok_or_else(|| wrong_type(&format!("{name}[{index}]"), "a text"))
        };
        list.iter()
            .enumerate()
            .map(text)
            .collect::<Result<Vec<_>, _>>()
            .map(Some)
    }

    /// A list of texts, each parsed.
    pub(crate) fn parsed_list<T>(
        &self,
        name: &str,
        max: usize,
    ) -> Result<Option<Vec<T>>, MetadataError>
    where
        T: FromStr,
        MetadataProblem: From<T::Err>,
    {
        let Some(texts) = self.texts(name, max)? else {
            return Ok(None);
        };
        let parse = |(index, text): (usize, &str)| {
            text.parse()
                .map_err(|error: T::Err| MetadataError::client(format!("{name}[{index}]"), error))
        };
        texts
            .into_iter()
            .enumerate()
            .map(parse)
            .collect::<Result<Vec<_>, _>>()
            .map(Some)
    }
}

pub(crate) fn wrong_type(name: &str, expected: &'static str) -> MetadataError {
    MetadataError::client(name, MetadataProblem::Type { expected })
}
