use crate::auth::UserBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, profile};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::auth::AccountService;
use domain::usage::{Allowance, Usage, UsageService};
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// The caller, and their usage.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeBody {
    #[serde(flatten)]
    user: UserBody,
    usage: UsageBody,
}

/// Your usage, as last counted: it may lag a minute. A limit is null where your usage is not
/// limited.
#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
pub(crate) struct UsageBody {
    /// The bytes of all texts, earlier versions included, and a fixed number for each message,
    /// conversation, project and link.
    #[schema(example = 1_843_200)]
    storage_bytes: u64,
    /// The most bytes you may use.
    #[schema(required, example = 1_073_741_824)]
    storage_limit: Option<u64>,
    /// How many conversations you have.
    #[schema(example = 12)]
    conversations: u64,
    /// The most conversations you may have.
    #[schema(required, example = 100_000)]
    conversation_limit: Option<u64>,
    /// How many titles a model was asked for since midnight, UTC. Above the limit, conversations
    /// keep the title of their first message.
    #[schema(example = 3)]
    titles_today: u64,
    /// How many titles a model may be asked for per day.
    #[schema(required, example = 200)]
    titles_limit: Option<u64>,
}

impl From<(Usage, Allowance)> for UsageBody {
    fn from((usage, allowance): (Usage, Allowance)) -> Self {
        Self {
            storage_bytes: usage.storage_bytes,
            storage_limit: allowance.storage_bytes,
            conversations: usage.conversations,
            conversation_limit: allowance.conversations,
            titles_today: usage.titles_today,
            titles_limit: allowance.titles_per_day,
        }
    }
}

/// Who you are
///
/// The user of the token or key, and their usage. For an external user, name, address and guest come from
/// the token.
#[utoipa::path(
    tag = "auth",
    responses((status = 200, description = "The caller.", body = MeBody)),
    security(("bearer" = [])),
)]
#[get("/auth/me")]
pub(crate) async fn get_me(
    request: HttpRequest,
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
    usage: web::Data<UsageService>,
) -> Result<HttpResponse, ApiError> {
    let user = accounts.me(actor).await?;
    let usage = usage.usage(user.id, user.kind).await?;
    Ok(HttpResponse::Ok().json(MeBody {
        user: UserBody::from(user).with(profile(&request)),
        usage: usage.into(),
    }))
}
