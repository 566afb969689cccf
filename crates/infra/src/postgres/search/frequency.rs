//! Whether the words of a query are common.

use super::found::Found;
use super::large_owner::longest_walk;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::search::Frequency;
use uuid::Uuid;

/// If a walk finds too few, the words of the newest 128 blocks are read to see whether they are rare: none has them, or
/// common: so many have them.
const SAMPLE: i64 = 128;
const COMMON: i64 = 16;

/// How many blocks a walk goes along for each that is wanted.
pub(super) const ALONG: i64 = 8;

/// If they are neither, a walk along so many blocks never takes longer than a look.
const SHORT: i64 = 1_024;

pub(super) async fn frequency(
    owner_id: Uuid,
    found: &Found,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Frequency> {
    Ok(match found.sampled {
        0 => Frequency::Rare,
        sampled if sampled < COMMON && found.reached.is_some() => {
            // One more, since the few of a sample are often fewer than elsewhere.
            let longest = longest_walk(owner_id, (sampled + 1, SAMPLE), connection).await?;
            let most = usize::try_from(longest.max(SHORT) / ALONG);
            Frequency::Medium {
                most: most.unwrap_or(usize::MAX),
            }
        }
        _ => Frequency::Common,
    })
}
