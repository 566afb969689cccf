use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::Query;
use crate::head_request::is_head;
use crate::jan::content::{ShownPart, TextPart};
use crate::jan::query::{ListQuery, PageParams};
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::ItemId;
use domain::page::{Limit, PAGE_BYTES};
use domain::shares::{ShareService, SharedItem, Speaker, View, ViewFrom, ViewPage, Visit};
use domain::title::Title;
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// What a link shows, without its owner.
#[derive(Serialize, ToSchema)]
#[schema(as = JanPublicShare)]
struct PublicShareBody {
    object: &'static str,
    slug: String,
    title: Option<String>,
    /// Seconds since 1970, of the first message of this page; 0 without messages.
    created_at: i64,
    snapshot: SnapshotBody,
    /// Whether more messages follow: ask with the last one's id as `after`.
    has_more: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanSnapshot)]
struct SnapshotBody {
    title: String,
    created_at: i64,
    items: Vec<SnapshotItemBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanSnapshotItem)]
struct SnapshotItemBody {
    id: String,
    r#type: &'static str,
    role: &'static str,
    #[schema(value_type = Vec<TextPart>)]
    content: Vec<ShownPart>,
    created_at: i64,
}

impl From<SharedItem> for SnapshotItemBody {
    fn from(item: SharedItem) -> Self {
        let text = item.content.into_string();
        let (role, part) = match item.role {
            Speaker::User => ("user", ShownPart::of_question(text)),
            Speaker::Assistant => ("assistant", ShownPart::of_reply(text)),
        };
        Self {
            id: item.id.to_string(),
            r#type: "message",
            role,
            content: vec![part],
            created_at: item.created_at.timestamp(),
        }
    }
}

impl PublicShareBody {
    fn new(slug: String, view: View) -> Self {
        let title = view.title.map(Title::into_string);
        let first = view.items.first();
        let created_at = first.map_or(0, |item| item.created_at.timestamp());
        Self {
            object: "public_share",
            slug,
            created_at,
            snapshot: SnapshotBody {
                title: title.clone().unwrap_or_default(),
                created_at,
                items: view.items.into_iter().map(SnapshotItemBody::from).collect(),
            },
            title,
            has_more: view.has_more,
        }
    }
}

/// Open a link
///
/// The first 500 messages, or those after `after`. 410 once the link has ended.
#[utoipa::path(
    tag = "shares",
    params(("slug" = String, Path, description = "The link's secret name."), PageParams),
    responses((status = 200, description = "The conversation, as the link shows it.", body = PublicShareBody)),
    security(()),
)]
#[get("/public/shares/{slug}")]
pub(crate) async fn get_public_share(
    request: HttpRequest,
    client: ClientAddress,
    shares: web::Data<ShareService>,
    slug: web::Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let after = query.after(ItemId::parse)?;
    let page = ViewPage {
        limit: Limit::of_shared(Some(500))?,
        bytes: PAGE_BYTES,
        from: after.map_or(ViewFrom::Beginning, |after| {
            ViewFrom::After(after.sequence())
        }),
    };
    take_memory(&request, PAGE).await?;
    let visit = match is_head(&request) {
        true => Visit::Asking,
        false => Visit::Reading,
    };
    let view = shares.view(client.origin(), &slug, page, visit).await?;
    let bytes = view.items.iter().map(|item| item.content.as_str().len());
    let bytes = bytes.sum();
    json(
        &request,
        bytes,
        PublicShareBody::new(slug.into_inner(), view),
    )
    .await
}
