//! The current texts of candidates.

use super::statements::texts::{TextRow, Texts};
use crate::postgres::database::Database;
use crate::postgres::error::inconsistent;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::roles::role;
use crate::postgres::work::reading;
use domain::error::Result;
use domain::id::{ConversationId, OwnerId};
use domain::search::{Candidate, CandidateText, FoundTexts};
use domain::title::Title;
use uuid::Uuid;

pub(super) async fn find(
    database: &Database,
    owner: OwnerId,
    candidates: &[Candidate],
) -> Result<FoundTexts> {
    if candidates.is_empty() {
        return Ok(FoundTexts {
            texts: Vec::new(),
            is_all: true,
        });
    }
    let each = || candidates.iter();
    let places: Vec<Uuid> = each().map(|one| ids::stored(one.place)).collect();
    let conversations = each().map(|one| ids::stored(one.conversation.ulid()));
    let conversations: Vec<Uuid> = conversations.collect();
    let number = |one: &Candidate| one.item().map_or(0, |id| id.sequence().0.cast_signed());
    let sequences: Vec<i32> = each().map(number).collect();
    let texts = Texts {
        owner_id: ids::stored(owner.ulid()),
        ids: &places,
        conversation_ids: &conversations,
        sequences: &sequences,
    };
    let rows = database
        .read(
            reading(owner),
            async |connection| texts.fetch_all(connection).await,
            |rows: &Vec<TextRow>| {
                let sizes = rows.iter().filter_map(|row| row.content.as_ref());
                sizes.map(String::len).max().unwrap_or(0)
            },
        )
        .await?;
    let is_all = !rows.iter().any(|row| row.is_late);
    let shown = rows.into_iter().take_while(|row| !row.is_late);
    let texts = shown.map(read).collect::<Result<_>>()?;
    Ok(FoundTexts { texts, is_all })
}

fn read(row: TextRow) -> Result<CandidateText> {
    let title = row.title.map(|title| Title::stored(&title)).transpose();
    let message = match row.role.zip(row.content) {
        Some((stored, content)) => Some((role(stored)?, content)),
        None => None,
    };
    Ok(CandidateText {
        candidate: Candidate {
            place: ids::read(row.id),
            conversation: ConversationId::new(ids::read(row.conversation_id)),
        },
        title: title.map_err(inconsistent)?,
        message,
        created_at: row.created_at,
    })
}
