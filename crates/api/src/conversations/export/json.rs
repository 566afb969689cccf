use super::{EarlierVersionBody, Source};
use crate::conversations::ConversationBody;
use crate::error::ApiError;
use crate::items::ItemBody;
use crate::items::parts::shown;
use crate::memory::AnswerPart;
use crate::stream::internal;
use domain::conversations::Conversation;
use domain::items::{ExportCursor, ExportEntry};
use futures_util::stream::{self, Stream};
use serde::Serialize;

/// The export as JSON, written while it is read.
pub(super) fn write(
    source: Source,
    conversation: Conversation,
) -> Result<impl Stream<Item = Result<AnswerPart, ApiError>>, ApiError> {
    let mut writer = Writer {
        text: Vec::new(),
        open: None,
    };
    writer.object(&ConversationBody::from(conversation))?;
    writer.text.extend_from_slice(b",\"items\":[");
    let state = Some((source, writer, ExportCursor::default()));
    Ok(stream::try_unfold(state, |state| async move {
        let Some((mut source, mut writer, cursor)) = state else {
            return Ok(None);
        };
        let memory = source.parts.next().await?;
        let entries = source
            .items
            .export(source.owner, source.id, cursor, source.last)
            .await;
        let entries = entries?;
        let Some(cursor) = writer.entries(entries)? else {
            return Ok(Some((AnswerPart::new(writer.end(), memory), None)));
        };
        let text = std::mem::take(&mut writer.text);
        let part = AnswerPart::new(text, memory);
        Ok(Some((part, Some((source, writer, cursor)))))
    }))
}

struct Writer {
    text: Vec<u8>,
    /// The item whose earlier versions are being written.
    open: Option<Open>,
}

#[derive(Clone, Copy)]
struct Open {
    /// The item's version when it was read. A later edit makes that version an earlier one.
    version: u32,
    has_earlier: bool,
}

impl Writer {
    /// Writes entries and returns the cursor after the last one.
    fn entries(&mut self, entries: Vec<ExportEntry>) -> Result<Option<ExportCursor>, ApiError> {
        let mut cursor = None;
        for entry in entries {
            cursor = Some(match entry {
                ExportEntry::Item(item) => {
                    let sequence = item.id.sequence();
                    let separator: &[u8] = if self.open.is_some() { b"]}," } else { b"" };
                    self.text.extend_from_slice(separator);
                    self.open = Some(Open {
                        version: item.version,
                        has_earlier: false,
                    });
                    self.object(&ItemBody::from(item))?;
                    self.text.extend_from_slice(b",\"earlier_versions\":[");
                    ExportCursor {
                        sequence,
                        version: 0,
                    }
                }
                ExportEntry::Earlier { sequence, version } => {
                    let cursor = ExportCursor {
                        sequence,
                        version: version.number,
                    };
                    self.earlier(version)?;
                    cursor
                }
            });
        }
        Ok(cursor)
    }

    fn earlier(&mut self, version: domain::items::Version) -> Result<(), ApiError> {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        if version.number >= open.version {
            return Ok(());
        }
        if open.has_earlier {
            self.text.push(b',');
        }
        open.has_earlier = true;
        let (content, parts) = shown(version.content);
        let body = EarlierVersionBody {
            version: version.number,
            content,
            parts,
            reasoning: version.reasoning,
            model: version.model,
            created_at: version.created_at.into(),
        };
        serde_json::to_writer(&mut self.text, &body).map_err(internal)
    }

    /// Writes an object without its closing brace, so that more fields can follow.
    fn object(&mut self, object: &impl Serialize) -> Result<(), ApiError> {
        serde_json::to_writer(&mut self.text, object).map_err(internal)?;
        self.text.pop();
        Ok(())
    }

    fn end(mut self) -> Vec<u8> {
        let last: &[u8] = if self.open.is_some() { b"]}]}" } else { b"]}" };
        self.text.extend_from_slice(last);
        self.text
    }
}
