//! The ids of items, in OpenAI's spelling: the prefix tells the type, and the ULID is that of `item_…` under `/v1`.

use domain::error::{Error, Resource};
use domain::id::ItemId;

/// The types of items and their prefixes, as OpenAI's API writes them. Other types have ours.
const PREFIXES: [(&str, &str); 24] = [
    ("message", "msg_"),
    ("function_call", "fc_"),
    ("function_call_output", "fco_"),
    ("reasoning", "rs_"),
    ("web_search_call", "ws_"),
    ("file_search_call", "fs_"),
    ("image_generation_call", "ig_"),
    ("code_interpreter_call", "ci_"),
    ("computer_call", "cu_"),
    ("computer_call_output", "cuo_"),
    ("local_shell_call", "lsh_"),
    ("local_shell_call_output", "lsho_"),
    ("shell_call", "sh_"),
    ("shell_call_output", "sho_"),
    ("apply_patch_call", "apc_"),
    ("apply_patch_call_output", "apco_"),
    ("mcp_list_tools", "mcpl_"),
    ("mcp_approval_request", "mcpr_"),
    ("mcp_approval_response", "mcpa_"),
    ("mcp_call", "mcp_"),
    ("custom_tool_call", "ctc_"),
    ("custom_tool_call_output", "ctco_"),
    ("tool_search_call", "tsc_"),
    ("compaction", "cmp_"),
];

/// The prefix of the service's own ids of items.
const OURS: &str = "item_";

/// The id of an item of this type.
pub(super) fn shown(id: ItemId, kind: &str) -> String {
    let known = PREFIXES.iter().find(|(known, _)| *known == kind);
    let prefix = known.map_or(OURS, |(_, prefix)| prefix);
    id.to_string().replacen(OURS, prefix, 1)
}

/// Reads an id of an item, with the prefix of any type. A malformed id counts as unknown.
pub(super) fn read(raw: &str) -> Result<ItemId, Error> {
    let mut prefixes = PREFIXES.iter().map(|(_, prefix)| *prefix);
    let ulid = prefixes.find_map(|prefix| {
        let (begin, rest) = raw.split_at_checked(prefix.len())?;
        begin.eq_ignore_ascii_case(prefix).then_some(rest)
    });
    match ulid {
        Some(ulid) => ItemId::read(&format!("{OURS}{ulid}")).ok_or_else(|| Resource::Item.absent()),
        // Without a hint at its spelling: this face shows other prefixes.
        None => ItemId::read(raw).ok_or_else(|| Resource::Item.absent()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_the_same_item_with_every_prefix() {
        let id = ItemId::parse("item_01ARZ3NDEKTSV4RRFFQ69G0001").unwrap();
        for (kind, prefix) in PREFIXES {
            let shown = shown(id, kind);
            assert_eq!(shown, format!("{prefix}01ARZ3NDEKTSV4RRFFQ69G0001"));
            assert_eq!(read(&shown).unwrap(), id);
            assert_eq!(read(&shown.to_lowercase()).unwrap(), id);
        }
        assert_eq!(shown(id, "new_call"), id.to_string());
        assert_eq!(read(&id.to_string()).unwrap(), id);
    }

    #[test]
    fn other_ids_are_unknown() {
        for raw in [
            "",
            "msg_",
            "msg_x",
            "msg_item_01ARZ3NDEKTSV4RRFFQ69G0001",
            "resp_01ARZ3NDEKTSV4RRFFQ69G0001",
            "msg_81ARZ3NDEKTSV4RRFFQ69G0001",
            "msg\u{e9}01ARZ3NDEKTSV4RRFFQ69G0001",
        ] {
            assert!(matches!(read(raw), Err(Error::NotFound { .. })), "{raw}");
        }
    }
}
