use super::mistakes::id;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::items::ItemBody;
use crate::openai::list::ListBody;
use crate::openai::query::{OpenAiPage, OpenAiQuery};
use crate::openai::{ids, items};
use actix_web::{HttpResponse, web};
use domain::items::{Author, Item};
use domain::page::Order;
use domain::responses::{ItemEntry, Response, ResponseService};
use endpoint::get;

/// List the input items of a response
///
/// Newest first by default. The SDKs continue after the id of the last one.
#[utoipa::path(
    params(
        ("response_id" = String, Path),
        ("limit" = Option<i64>, Query),
        ("after" = Option<String>, Query),
        ("order" = Option<String>, Query),
    ),
    responses((status = 200, description = "The items.")),
    security(("bearer" = [])),
)]
#[get("/responses/{response_id}/input_items")]
pub(crate) async fn list_input_items(
    Authenticated(actor): Authenticated,
    responses: web::Data<ResponseService>,
    path: web::Path<String>,
    OpenAiQuery(page): OpenAiQuery<OpenAiPage>,
) -> Result<HttpResponse, ApiError> {
    let found = responses.get_with_input(actor.owner_id, id(&path)?).await?;
    let limit = page.limit()?.get();
    let after = page.after(ids::read)?;
    let response = found.response;
    let all = found.input.into_iter().enumerate();
    let all = all.filter(|(index, _)| !response.is_input_deleted(*index));
    let mut all: Vec<_> = all
        .map(|(index, entry)| item(&response, index, entry))
        .collect();
    if page.order() == Order::Descending {
        all.reverse();
    }
    let from = match after {
        None => 0,
        Some(id) => {
            let index = all.iter().position(|item| item.id == id);
            index.map_or(all.len(), |index| index + 1)
        }
    };
    let mut rest = all.split_off(from);
    let has_more = rest.len() > limit;
    rest.truncate(limit);
    let ends = (rest.first().map(items::id), rest.last().map(items::id));
    let data: Vec<_> = rest.into_iter().map(ItemBody).collect();
    Ok(HttpResponse::Ok().json(ListBody::new(data, ends, has_more)))
}

/// An item of the input, in the form of all items.
fn item(response: &Response, index: usize, entry: ItemEntry) -> Item {
    Item {
        id: response.input_id(index),
        role: entry.role,
        content: entry.content,
        call_id: None,
        reasoning: None,
        model: None,
        version: 1,
        author: Author::Owner,
        created_at: response.created_at,
        updated_at: response.created_at,
    }
}
