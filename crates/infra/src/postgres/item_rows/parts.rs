//! The type and the parts of items, as columns.

use domain::items::{Content, Parts};

/// The columns of one item. All are null for a message that is a text alone.
#[derive(Default)]
pub(in crate::postgres) struct PartColumns<'a> {
    pub(in crate::postgres) item_type: Option<&'a str>,
    pub(in crate::postgres) parts: Option<&'a str>,
    pub(in crate::postgres) shown: Option<String>,
}

impl<'a> From<&'a Content> for PartColumns<'a> {
    fn from(content: &'a Content) -> Self {
        let Some(parts) = content.parts() else {
            return Self::default();
        };
        let kind = parts.kind();
        Self {
            item_type: (!kind.is_message()).then(|| kind.as_str()),
            parts: Some(parts.as_json()),
            shown: parts.shown(),
        }
    }
}

/// The columns of many items, as one array each.
#[derive(Default)]
pub(in crate::postgres) struct PartArrays<'a> {
    pub(in crate::postgres) types: Vec<Option<&'a str>>,
    pub(in crate::postgres) parts: Vec<Option<&'a str>>,
    pub(in crate::postgres) shown: Vec<Option<String>>,
}

impl<'a> FromIterator<&'a Content> for PartArrays<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Content>>(contents: I) -> Self {
        let mut arrays = Self::default();
        for content in contents {
            let columns = PartColumns::from(content);
            arrays.types.push(columns.item_type);
            arrays.parts.push(columns.parts);
            arrays.shown.push(columns.shown);
        }
        arrays
    }
}

impl PartArrays<'_> {
    /// The size of the parts in bytes.
    pub(in crate::postgres) fn bytes(&self) -> usize {
        self.parts.iter().flatten().map(|parts| parts.len()).sum()
    }
}

/// The parts of a row.
pub(in crate::postgres) fn stored(
    item_type: Option<String>,
    parts: Option<String>,
) -> Option<Parts> {
    parts.map(|parts| Parts::stored(item_type, parts))
}
