//! Responses as rows.

use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::row::row;
use chrono::{DateTime, Utc};
use domain::error::{Error, Result};
use domain::id::{ConversationId, ResponseId, Sequence};
use domain::items::elements;
use domain::responses::{
    Cut, CutBy, Failed, ItemEntry, OutputItem, Response, ResponseItems, Status, TokenUsage,
};
use uuid::Uuid;

row!(
    /// A response without its input.
    ResponseRow of responses {
        id: Uuid,
        created_at: DateTime<Utc>,
        ended_at: Option<DateTime<Utc>>,
        conversation_id: Option<Uuid>,
        previous_id: Option<Uuid>,
        first_number: i32,
        input_count: i32,
        status: i16,
        cut_by: Option<i16>,
        is_background: bool,
        model: Option<String>,
        settings: String,
        output: String,
        cuts: Vec<i32>,
        usage: Option<Vec<i32>>,
        failure_code: Option<String>,
        failure_message: Option<String>,
    }
);

impl TryFrom<ResponseRow> for Response {
    type Error = Error;

    fn try_from(row: ResponseRow) -> Result<Self> {
        let first = Sequence(row.first_number.cast_unsigned());
        let input_count = row.input_count.cast_unsigned();
        let Stored { entries, deleted } = Stored::read(&row.output)?;
        let failed = row.failure_code.map(|code| Failed {
            code,
            message: row.failure_message.unwrap_or_default(),
        });
        Ok(Self {
            id: ResponseId::new(ids::read(row.id)),
            created_at: row.created_at,
            ended_at: row.ended_at,
            status: status(row.status)?,
            is_background: row.is_background,
            conversation: row
                .conversation_id
                .map(|id| ConversationId::new(ids::read(id))),
            previous: row.previous_id.map(|id| ResponseId::new(ids::read(id))),
            settings: row.settings,
            model: row.model,
            first,
            input_count,
            output: entries.iter().map(OutputItem::of).collect(),
            deleted: numbers(first.0.saturating_add(input_count), &deleted).collect(),
            cuts: cuts(&row.cuts),
            usage: row.usage.as_deref().and_then(usage),
            failed,
            cut_by: match row.cut_by {
                Some(1) => Some(CutBy::Length),
                Some(_) => Some(CutBy::Filter),
                None => None,
            },
        })
    }
}

/// A response with its input.
pub(super) fn with_input(row: ResponseRow, input: &str) -> Result<ResponseItems> {
    let mut response = Response::try_from(row)?;
    let Stored { entries, deleted } = Stored::read(input)?;
    let deleted = numbers(response.first.0, &deleted);
    response.deleted.extend(deleted);
    Ok(ResponseItems {
        input: entries,
        response,
    })
}

/// A stored list of items.
struct Stored {
    entries: Vec<ItemEntry>,
    /// The places of those that were deleted from their conversation, which are null in the list.
    deleted: Vec<u32>,
}

impl Stored {
    fn read(json: &str) -> Result<Self> {
        let items = elements(json);
        let items = items.ok_or_else(|| Error::Internal("a stored list is none".into()))?;
        let indexed = (0..).zip(&items);
        let deleted = indexed.filter(|(_, item)| **item == "null");
        let deleted = deleted.map(|(index, _)| index).collect();
        let entries = items.into_iter().map(|item| match item {
            "null" => Ok(ItemEntry::deleted()),
            item => ItemEntry::stored(item).map_err(inconsistent),
        });
        Ok(Self {
            entries: entries.collect::<Result<_>>()?,
            deleted,
        })
    }
}

/// The numbers of items at these places of a list whose first item has the number `first`.
fn numbers(first: u32, indexes: &[u32]) -> impl Iterator<Item = u32> {
    indexes
        .iter()
        .map(move |index| first.saturating_add(*index))
}

/// A list of items as JSON.
pub(super) fn list<'a>(entries: impl Iterator<Item = &'a ItemEntry>) -> String {
    let items: Vec<_> = entries.map(ItemEntry::json).collect();
    format!("[{}]", items.join(","))
}

fn status(stored: i16) -> Result<Status> {
    Ok(match stored {
        1 => Status::InProgress,
        2 => Status::Completed,
        3 => Status::Failed,
        4 => Status::Incomplete,
        5 => Status::Cancelled,
        other => {
            return Err(Error::Internal(format!("{other} is not a status").into()));
        }
    })
}

pub(super) fn stored_status(status: Status) -> i16 {
    match status {
        Status::InProgress => 1,
        Status::Completed => 2,
        Status::Failed => 3,
        Status::Incomplete => 4,
        Status::Cancelled => 5,
    }
}

pub(super) fn stored_cut_by(cut_by: CutBy) -> i16 {
    match cut_by {
        CutBy::Length => 1,
        CutBy::Filter => 2,
    }
}

fn cuts(stored: &[i32]) -> Vec<Cut> {
    let number = |stored: i32| usize::try_from(stored).unwrap_or_default();
    let cuts = stored.chunks_exact(3).filter_map(|cut| match *cut {
        [output, part, bytes] => Some(Cut {
            output: number(output),
            part: number(part),
            bytes: number(bytes),
        }),
        _ => None,
    });
    cuts.collect()
}

pub(super) fn stored_cuts(cuts: &[Cut]) -> Vec<i32> {
    let number = |number| i32::try_from(number).unwrap_or(i32::MAX);
    let each = cuts.iter();
    let each = each.flat_map(|cut| [cut.output, cut.part, cut.bytes].map(number));
    each.collect()
}

fn usage(stored: &[i32]) -> Option<TokenUsage> {
    let &[input, cached, output, reasoning, total] = stored else {
        return None;
    };
    Some(TokenUsage {
        input: input.cast_unsigned(),
        cached: cached.cast_unsigned(),
        output: output.cast_unsigned(),
        reasoning: reasoning.cast_unsigned(),
        total: total.cast_unsigned(),
    })
}

pub(super) fn stored_usage(usage: TokenUsage) -> Vec<i32> {
    let TokenUsage {
        input,
        cached,
        output,
        reasoning,
        total,
    } = usage;
    [input, cached, output, reasoning, total]
        .map(u32::cast_signed)
        .to_vec()
}
