//! Callers of whom no more is known yet than where they call from.

use super::{are_waiting, at_once};
use crate::app::{PASSWORD, TestApp};
use crate::db::Schema;
use crate::purge::until;
use crate::races::hold_rows;
use crate::rows;
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

const EMAIL: &str = "ada@example.org";

/// The connections of the service, and the share of one caller.
const CONNECTIONS: usize = 12;
const HALF: u64 = 6;

/// A service behind a proxy, and a session whose sign-outs wait until the holder lets go.
struct Scene {
    app: TestApp,
    locked: Value,
    holder: Client,
    share: String,
}

/// The credentials of a caller from an address.
struct Stranger {
    from: &'static str,
    staying: Value,
    leaving: Value,
    key: Value,
}

impl Scene {
    async fn new() -> Self {
        let schema = Schema::migrated().await;
        let name = schema.value("select current_schema()").await;
        let schema = Schema::at(format!("{}&application_name={name}", schema.url()));
        let database = schema.patient_database(CONNECTIONS);
        let app = TestApp::serve(schema, database, |parts| {
            parts.proxies.0.push("127.0.0.1/32".parse().unwrap());
        });
        let (_, locked) = app.guest().await;
        let holder = hold_rows(&app, "refresh_tokens").await;
        app.account(EMAIL).await;
        let alice = app.alice();
        let conversation = alice.conversation(json!({})).await;
        let share = alice.share(&conversation, json!({})).await;
        Self {
            app,
            locked,
            holder,
            share,
        }
    }

    fn request(&self, from: &str, path: &str) -> RequestBuilder {
        let method = match path.starts_with("/auth/") {
            true => Method::POST,
            false => Method::GET,
        };
        let request = self.app.anon().request(method, path);
        request.header("x-forwarded-for", from)
    }

    /// So many sign-outs of the session from this address, once as many as may have begun to wait for
    /// its row.
    async fn stuck(&self, from: &str, count: usize) -> Vec<JoinHandle<u16>> {
        let stuck = at_once(count, || {
            status(
                self.request(from, "/auth/logout")
                    .json(&token(&self.locked)),
            )
        });
        self.wait_for_the_row(|count| count >= HALF).await;
        stuck
    }

    async fn wait_for_the_row(&self, right: impl Fn(u64) -> bool) {
        let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
                       and application_name = current_setting('application_name')";
        until(&self.app.schema, waiting, 20, right).await;
    }

    async fn stranger(&self, from: &'static str) -> Stranger {
        let (guest, staying) = self.app.guest().await;
        let (_, leaving) = self.app.guest().await;
        Stranger {
            from,
            staying,
            leaving,
            key: guest.key("Key").await,
        }
    }

    /// One request of each kind that the database is asked for before it is known whose it is, and how
    /// it is answered.
    fn each_kind(&self, stranger: &Stranger) -> Vec<(RequestBuilder, u16)> {
        let new = format!("{}@example.org", stranger.from);
        let of = |path| self.request(stranger.from, path);
        let person = |email: &str| json!({ "email": email, "password": PASSWORD });
        let link = format!("/conversations/share/{}", self.share);
        vec![
            (of("/auth/guest-login").json(&json!({})), 201),
            (of("/auth/register").json(&person(&new)), 201),
            (of("/auth/login").json(&person(EMAIL)), 200),
            (
                of("/auth/refresh-token").json(&token(&stranger.staying)),
                200,
            ),
            (of("/auth/logout").json(&token(&stranger.leaving)), 204),
            (of(&link), 200),
            (self.list(stranger), 200),
        ]
    }

    /// A list with a key that the service does not know yet.
    fn list(&self, stranger: &Stranger) -> RequestBuilder {
        let key = stranger.key["key"].as_str().unwrap();
        self.request(stranger.from, "/v1/conversations")
            .bearer_auth(key)
    }

    async fn let_go(&self) {
        self.holder.batch_execute("rollback").await.unwrap();
    }
}

fn token(session: &Value) -> Value {
    json!({ "refresh_token": session["refresh_token"] })
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn strangers_of_one_address_hold_half_of_the_connections() {
    let scene = Scene::new().await;
    let other = scene.stranger("192.0.2.2").await;
    let stuck = scene.stuck("192.0.2.1", 40).await;
    for (request, expected) in scene.each_kind(&other) {
        assert_eq!(status(request).await, expected);
    }
    scene.wait_for_the_row(|count| count == HALF).await;
    assert!(are_waiting(&stuck));
    scene.let_go().await;
    for answer in join_all(stuck).await {
        assert_eq!(answer.unwrap(), 204);
    }
}

#[tokio::test]
async fn the_look_up_of_a_spent_token_counts_for_its_address_too() {
    let scene = Scene::new().await;
    let same = scene.stranger("192.0.2.1").await;
    let other = scene.stranger("192.0.2.2").await;
    let spend = || {
        scene
            .request(same.from, "/auth/refresh-token")
            .json(&token(&same.staying))
    };
    assert_eq!(status(spend()).await, 200);
    // Spending it once more waits for the user; the question what became of it comes after that.
    let user = rows::stored(same.staying["user"]["id"].as_str().unwrap());
    let users = format!("users where owner_id = '{user}'");
    let holder = hold_rows(&scene.app, &users).await;
    let again = tokio::spawn(status(spend()));
    scene.wait_for_the_row(|count| count == 1).await;
    let stuck = scene.stuck(same.from, HALF as usize - 1).await;
    // The address has its share of connections now, so the question must come behind what waits
    // already: two look-ups of keys. The first of them gets the connection, and waits for the table.
    let keys = scene.app.schema.connected().await;
    let lock = "begin; lock table api_keys in access exclusive mode";
    keys.batch_execute(lock).await.unwrap();
    let looking_up = at_once(2, || status(scene.list(&same)));
    scene.app.have_queued(2).await;
    holder.batch_execute("rollback").await.unwrap();
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
                   and query ilike '%api_keys%' \
                   and application_name = current_setting('application_name')";
    until(&scene.app.schema, waiting, 20, |count| count == 1).await;
    // Without the last, the list: its look-up would wait for the table.
    let mut kinds = scene.each_kind(&other);
    kinds.pop();
    let (requests, expected): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
    let answers = join_all(requests.into_iter().map(status)).await;
    assert_eq!(answers, expected);
    assert!(are_waiting(&stuck) && are_waiting(&looking_up));
    assert!(
        !again.is_finished(),
        "the token that comes again has an answer"
    );
    keys.batch_execute("rollback").await.unwrap();
    scene.let_go().await;
    assert_eq!(again.await.unwrap(), 200);
    for answer in join_all(stuck).await {
        assert_eq!(answer.unwrap(), 204);
    }
    for answer in join_all(looking_up).await {
        assert_eq!(answer.unwrap(), 200);
    }
}

#[tokio::test]
async fn whatever_strangers_ask_for_counts_for_their_address() {
    let scene = Scene::new().await;
    let mut same = scene.stranger("192.0.2.1").await;
    // Without a session, so that a sign-out is only a look-up.
    same.leaving = json!({ "refresh_token": format!("rt_{}", "a".repeat(43)) });
    let other = scene.stranger("192.0.2.2").await;
    let stuck = scene.stuck(same.from, HALF as usize).await;
    let (requests, expected): (Vec<_>, Vec<_>) = scene.each_kind(&same).into_iter().unzip();
    let requests: Vec<_> = requests.into_iter().map(status).map(tokio::spawn).collect();
    scene.app.have_queued(requests.len()).await;
    for (request, expected) in scene.each_kind(&other) {
        assert_eq!(status(request).await, expected);
    }
    assert!(are_waiting(&stuck) && are_waiting(&requests));
    scene.let_go().await;
    for (answer, expected) in join_all(requests).await.into_iter().zip(expected) {
        assert_eq!(answer.unwrap(), expected);
    }
}
