mod api_keys;
mod audit;
pub(crate) mod external;
mod gateway;
mod guest_login;
mod login;
mod login_limits;
mod logout;
mod me;
mod password;
mod refresh_token;
mod register;
mod secrets;
mod sessions;
mod upgrade;
mod validate_api_key;

use crate::app::TestApp;
use tokio_postgres::Client;

/// Locks the rows in which activity is noted, once a day: a request that is the first of its day waits at
/// its end, until the lock is given back by `commit`. Returns the holder and its process.
async fn hold_activity(app: &TestApp) -> (Client, i32) {
    let holder = app.schema.connected().await;
    let lock = "begin; select from users for no key update";
    holder.batch_execute(lock).await.unwrap();
    let row = holder.query_one("select pg_backend_pid()", &[]).await;
    (holder, row.unwrap().get(0))
}
