//! The services behind the handlers, wired.

use crate::chat::chat;
use crate::identity::IdentityServices;
use crate::parts::ServiceParts;
use crate::responses::responses;
use crate::traces;
use actix_web::web;
use api::browsers::Browsers;
use api::memory::Memory;
use api::request::RequestContext;
use api::shares::public::{ContinueUrl, Layouts};
use api::{BodyRate, LongWork};
use domain::chat::ChatService;
use domain::conversations::ConversationService;
use domain::health::Readiness;
use domain::items::ItemService;
use domain::projects::ProjectService;
use domain::repeats::RepeatService;
use domain::replies::{ReplyService, ReplyStores};
use domain::responses::ResponseService;
use domain::search::SearchService;
use domain::settings::SettingsService;
use domain::shares::ShareService;
use domain::storage::Room;
use domain::tasks::Tasks;
use domain::turns::TurnService;
use domain::usage::{UsageGuard, UsageService};
use infra::postgres::{
    PgConversations, PgItems, PgProjects, PgReplies, PgSearch, PgSettings, PgShares, PgUsage,
};
use infra::security::RandomSecrets;
use std::sync::Arc;

/// The services behind the handlers, shared by all workers.
#[derive(Clone)]
pub(crate) struct Services {
    body_rate: web::Data<BodyRate>,
    browsers: web::Data<Browsers>,
    identity: IdentityServices,
    chat: web::Data<ChatService>,
    continue_url: web::Data<Option<ContinueUrl>>,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    layouts: web::Data<Layouts>,
    long_work: web::Data<LongWork>,
    memory: web::Data<Memory>,
    projects: web::Data<ProjectService>,
    repeats: web::Data<RepeatService>,
    replies: web::Data<ReplyService>,
    responses: web::Data<ResponseService>,
    readiness: web::Data<Arc<dyn Readiness>>,
    room: web::Data<dyn Room>,
    search: web::Data<SearchService>,
    settings: web::Data<SettingsService>,
    shares: web::Data<ShareService>,
    context: web::Data<RequestContext>,
    tasks: web::Data<dyn Tasks>,
    turns: web::Data<TurnService>,
    usage: web::Data<UsageService>,
    usage_guard: web::Data<UsageGuard>,
}

fn replies(parts: &ServiceParts) -> ReplyService {
    let stores = ReplyStores {
        store: Arc::new(PgReplies(parts.database.clone())),
        settings: Arc::new(PgSettings(parts.database.clone())),
        queue: Arc::clone(&parts.turns),
    };
    ReplyService::new(
        Arc::clone(&parts.provider),
        stores,
        Arc::clone(&parts.usage),
        parts.tasks.clone(),
        Arc::clone(&parts.clock),
        Arc::clone(&parts.ids),
        parts.context_tokens,
    )
}

fn search(parts: &ServiceParts) -> SearchService {
    SearchService {
        store: Arc::new(PgSearch(parts.database.clone())),
        comparing: Arc::new(parts.long_work.clone()),
        clock: Arc::clone(&parts.clock),
    }
}

fn settings(parts: &ServiceParts) -> SettingsService {
    SettingsService {
        store: Arc::new(PgSettings(parts.database.clone())),
        usage: Arc::clone(&parts.usage),
        clock: Arc::clone(&parts.clock),
    }
}

fn browsers(parts: &ServiceParts) -> Browsers {
    Browsers::new(
        parts.hosts.clone(),
        parts.cors.clone(),
        parts.public_url.clone(),
        parts.proxies.clone(),
    )
}

impl Services {
    pub(crate) fn wire(parts: &mut ServiceParts) -> Self {
        let identity = IdentityServices::wire(parts);
        let parts = &*parts;
        let database = || parts.database.clone();
        let (clock, ids) = (|| Arc::clone(&parts.clock), || Arc::clone(&parts.ids));
        let usage = || Arc::clone(&parts.usage);
        let new_titles = parts.new_titles;
        let readiness: Arc<dyn Readiness> = Arc::new(database());
        let items = Arc::new(PgItems::new(database(), new_titles));
        Self {
            body_rate: web::Data::new(parts.body_rate),
            browsers: web::Data::new(browsers(parts)),
            identity,
            chat: web::Data::new(chat(parts)),
            continue_url: web::Data::new(parts.continue_url.clone()),
            conversations: web::Data::new(ConversationService::new(
                Arc::new(PgConversations::new(database(), new_titles)),
                usage(),
                clock(),
                ids(),
            )),
            items: web::Data::new(ItemService::new(items.clone(), usage(), clock(), ids())),
            layouts: web::Data::new(parts.layouts.clone()),
            long_work: web::Data::new(parts.long_work.clone()),
            memory: web::Data::new(parts.memory.clone()),
            projects: web::Data::new(ProjectService::new(
                Arc::new(PgProjects(database())),
                usage(),
                clock(),
                ids(),
            )),
            repeats: web::Data::from(Arc::clone(&parts.repeats)),
            replies: web::Data::new(replies(parts)),
            responses: web::Data::new(responses(parts, items)),
            readiness: web::Data::new(readiness),
            room: web::Data::from(Arc::clone(&parts.room)),
            search: web::Data::new(search(parts)),
            settings: web::Data::new(settings(parts)),
            shares: web::Data::new(ShareService::new(
                Arc::new(PgShares(database())),
                usage(),
                Arc::clone(&parts.views),
                Arc::clone(&parts.limits),
                Arc::new(RandomSecrets),
                clock(),
                ids(),
            )),
            context: web::Data::new(RequestContext {
                ids: ids(),
                clock: clock(),
                proxies: parts.proxies.clone(),
                tracing: traces::tracing(),
                observer: parts.observer.clone(),
            }),
            tasks: web::Data::from(Arc::clone(&parts.tasks) as Arc<dyn Tasks>),
            turns: web::Data::from(Arc::clone(&parts.turns)),
            usage: web::Data::new(UsageService {
                allowances: parts.allowances,
                store: Arc::new(PgUsage(database())),
                clock: clock(),
            }),
            usage_guard: web::Data::from(usage()),
        }
    }

    pub(crate) fn register(&self, config: &mut web::ServiceConfig) {
        self.identity.register(config);
        config
            .app_data(self.body_rate.clone())
            .app_data(self.browsers.clone())
            .app_data(self.chat.clone())
            .app_data(self.continue_url.clone())
            .app_data(self.conversations.clone())
            .app_data(self.items.clone())
            .app_data(self.layouts.clone())
            .app_data(self.long_work.clone())
            .app_data(self.memory.clone())
            .app_data(self.projects.clone())
            .app_data(self.repeats.clone())
            .app_data(self.replies.clone())
            .app_data(self.responses.clone())
            .app_data(self.readiness.clone())
            .app_data(self.room.clone())
            .app_data(self.search.clone())
            .app_data(self.settings.clone())
            .app_data(self.shares.clone())
            .app_data(self.context.clone())
            .app_data(self.tasks.clone())
            .app_data(self.turns.clone())
            .app_data(self.usage.clone())
            .app_data(self.usage_guard.clone());
    }
}
