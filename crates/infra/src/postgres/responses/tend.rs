//! Looks at responses that are being written, and renews their leases.

use super::statements::{Renew, ResponseKey, Tend};
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::Result;
use domain::id::{OwnerId, ResponseId};

/// Those of the responses that are still to be written.
pub(super) async fn tend(
    database: &Database,
    responses: &[(OwnerId, ResponseId)],
    renews: bool,
) -> Result<Vec<(OwnerId, ResponseId)>> {
    let owners = responses.iter().map(|(owner, _)| ids::stored(owner.ulid()));
    let owners: Vec<_> = owners.collect();
    let all = responses.iter().map(|(_, id)| ids::stored(id.ulid()));
    let all: Vec<_> = all.collect();
    let (owner_ids, ids_of) = (owners.as_slice(), all.as_slice());
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Vec<ResponseKey>> {
        match renews {
            true => {
                let renew = Renew {
                    owner_ids,
                    ids: ids_of,
                };
                renew.fetch_all(connection).await
            }
            false => {
                let tend = Tend {
                    owner_ids,
                    ids: ids_of,
                };
                tend.fetch_all(connection).await
            }
        }
    };
    let there = database.run(Caller::Service, work).await?;
    let there = there.into_iter().map(|key| {
        let owner = OwnerId::new(ids::read(key.owner_id));
        (owner, ResponseId::new(ids::read(key.id)))
    });
    Ok(there.collect())
}
