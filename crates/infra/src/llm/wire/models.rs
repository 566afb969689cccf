//! The provider's list of models.

use domain::replies::Model;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(untagged)]
enum Models {
    Listed {
        data: Vec<ModelEntry>,
    },
    /// The form of Together AI.
    Bare(Vec<ModelEntry>),
}

#[derive(Deserialize)]
struct ModelEntry {
    id: String,
    created: Option<Value>,
    owned_by: Option<Value>,
}

pub(in crate::llm) fn models(json: &[u8]) -> Option<Vec<Model>> {
    let entries = match serde_json::from_slice(json).ok()? {
        Models::Listed { data } => data,
        Models::Bare(entries) if entries.is_empty() => return None,
        Models::Bare(entries) => entries,
    };
    let models = entries.into_iter().map(|model| {
        let created = model.created.as_ref();
        let owner = model.owned_by.as_ref();
        Model {
            id: model.id,
            // Some servers write fractions of a second.
            created: created
                .and_then(|created| {
                    created
                        .as_i64()
                        .or(created.as_f64().map(|time| time as i64))
                })
                .unwrap_or_default(),
            owned_by: owner.and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    });
    Some(models.collect())
}

/// Whether the list is only a part: other models may exist that are not in it.
pub(in crate::llm) fn is_part_of_the_list(json: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Page {
        has_more: Option<bool>,
        #[serde(alias = "nextPageToken")]
        next_page_token: Option<Value>,
    }
    serde_json::from_slice::<Page>(json).is_ok_and(|page| {
        let token = page.next_page_token.as_ref().and_then(Value::as_str);
        page.has_more == Some(true) || token.is_some_and(|token| !token.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_several_forms() {
        for (json, expected) in [
            (r#"{"object":"list","data":[]}"#, Some(vec![])),
            (r#"{"data":[{"id":"a"}]}"#, Some(vec![("a", 0, "")])),
            (
                r#"[{"id":"a","created":1.5,"owned_by":"x"},{"id":"b","created":null,"owned_by":7}]"#,
                Some(vec![("a", 1, "x"), ("b", 0, "")]),
            ),
            ("[]", None),
            (r#"{"data":null}"#, None),
            ("<html>", None),
        ] {
            let found = models(json.as_bytes());
            let found = found.as_ref().map(|models| {
                let each = models.iter();
                each.map(|model| (model.id.as_str(), model.created, model.owned_by.as_str()))
                    .collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{json}");
        }
    }
}
