//! Lists of messages whose texts are too long to be in memory together.

use super::ItemBody;
use crate::error::ApiError;
use crate::memory::{AnswerPart, AnswerParts};
use crate::stream::{in_parts, internal};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::ItemService;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

/// Answers with the list of these messages, of which each is read when the client has taken the one
/// before.
///
/// # Errors
/// One of them was deleted meanwhile. If one is deleted later, the answer breaks off.
pub(super) async fn list(
    request: &HttpRequest,
    items: web::Data<ItemService>,
    (owner, conversation): (OwnerId, ConversationId),
    ids: Vec<ItemId>,
    mut answer: HttpResponseBuilder,
) -> Result<HttpResponse, ApiError> {
    for id in &ids {
        items.get(owner, conversation, *id).await?;
    }
    // The fields of `ItemListBody`.
    let ends = json!({
        "has_more": false,
        "next_after": null,
        "first_id": ids.first().map(ToString::to_string),
        "last_id": ids.last().map(ToString::to_string),
    });
    let ends = ends.to_string().replacen('{', "],", 1).into_bytes();
    let state = (AnswerParts::of(request), ids.into_iter().enumerate());
    let each = stream::try_unfold(state, move |(mut parts, mut ids)| {
        let items = items.clone();
        async move {
            let Some((index, id)) = ids.next() else {
                return Ok(None);
            };
            let memory = parts.next().await?;
            let item = items.get(owner, conversation, id).await?;
            let mut text = if index > 0 { b",".to_vec() } else { Vec::new() };
            serde_json::to_writer(&mut text, &ItemBody::from(item)).map_err(internal)?;
            Ok(Some((AnswerPart::new(text, memory), (parts, ids))))
        }
    });
    let begins = br#"{"object":"list","data":["#.to_vec();
    let [begins, ends] = [begins, ends].map(|text| stream::once(async { Ok(text.into()) }));
    answer.content_type("application/json");
    Ok(in_parts(&mut answer, begins.chain(each).chain(ends)))
}
