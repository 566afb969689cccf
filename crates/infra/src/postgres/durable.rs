use super::execute::Execute as _;
use diesel_async::AsyncPgConnection;
use std::time::Duration;
use tokio::time::timeout;

/// The time limit for reading a setting after work was called off, and how often to try.
const SETTING: Duration = Duration::from_secs(2);
const LOOKS: u8 = 3;

/// Whether a success counts that was reported after the work was called off. If the server waits
/// for copies on other servers, calling off ends that wait, and the server reports success.
pub(super) async fn is_durable(connection: &mut AsyncPgConnection) -> bool {
    let alone = "current_setting('synchronous_standby_names') = ''";
    for _ in 0..LOOKS {
        let asked = diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(alone));
        match timeout(SETTING, asked.fetch_one(connection)).await {
            Ok(Ok(is_alone)) => return is_alone,
            // The request to call the work off may arrive this late, and cancel this query.
            Ok(Err(_)) => {}
            Err(_) => return false,
        }
    }
    false
}
