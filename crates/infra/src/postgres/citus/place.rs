//! Places the tables.

use super::places::{FIRST, PLACES, Place};
use tokio_postgres::{Client, Error, SimpleQueryMessage};

/// The first version that the service was tried with.
const LEAST: u32 = 13;

/// The tables cannot be placed.
#[derive(Debug, thiserror::Error)]
pub enum CitusError {
    #[error(
        "the database has no Citus: add it to shared_preload_libraries of all nodes, and run `create extension citus` on each"
    )]
    NoExtension,
    #[error("Citus is of version {0}, and has to be 13 or later")]
    TooOld(String),
    #[error(
        "DATABASE_URL leads to a worker of a Citus cluster, and has to lead to the coordinator"
    )]
    Worker,
    #[error("the Citus cluster has no workers: run `select citus_add_node('NAME', 5432)` for each")]
    NoWorkers,
    #[error(
        "the coordinator is not a node of its own cluster: run `select citus_set_coordinator_host('NAME')`"
    )]
    CoordinatorUnknown,
    #[error("the table {0} was placed in another way than the service needs it")]
    Misplaced(&'static str),
    #[error("{0}")]
    Refused(#[from] Error),
}

/// What a database has of Citus.
pub(in crate::postgres) struct Cluster {
    version: String,
    is_coordinator: bool,
    knows_coordinator: bool,
    workers: String,
    /// Whether the service's tables are placed.
    pub(in crate::postgres) is_divided: bool,
}

impl Cluster {
    /// Whether the service can migrate and use it. One that has the extension for other reasons is like any other.
    pub(in crate::postgres) fn must_be_coordinator(&self) -> Result<(), CitusError> {
        match self.is_coordinator {
            true => Ok(()),
            false => Err(CitusError::Worker),
        }
    }

    /// Whether tables can be placed.
    pub(in crate::postgres) fn must_be_ready(&self) -> Result<(), CitusError> {
        self.must_be_coordinator()?;
        let major = self.version.split(['.', '-']).next();
        if major.and_then(|major| major.parse().ok()) < Some(LEAST) {
            return Err(CitusError::TooOld(self.version.clone()));
        }
        if self.workers == "0" {
            return Err(CitusError::NoWorkers);
        }
        if !self.knows_coordinator {
            return Err(CitusError::CoordinatorUnknown);
        }
        Ok(())
    }
}

/// The values of the first row.
async fn row(client: &Client, sql: &str) -> Result<Option<Vec<String>>, Error> {
    let found = client.simple_query(sql).await?;
    Ok(found.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let value = |place| row.get(place).unwrap_or_default().to_owned();
            Some((0..row.len()).map(value).collect())
        }
        _ => None,
    }))
}

/// What this database has of Citus; `None`: nothing.
pub(in crate::postgres) async fn look(client: &Client) -> Result<Option<Cluster>, Error> {
    const EXTENSION: &str = "select extversion from pg_extension where extname = 'citus'";
    const CLUSTER: &str = "select exists (select from pg_dist_local_group where groupid = 0),
            exists (select from pg_dist_node where groupid = 0),
            (select count(*) from pg_dist_node where groupid <> 0 and isactive),
            exists (select from pg_dist_partition where logicalrelid = to_regclass('projects'))";
    let Some(version) = row(client, EXTENSION).await? else {
        return Ok(None);
    };
    let found = row(client, CLUSTER).await?.unwrap_or_default();
    let value = |place: usize| found.get(place).cloned().unwrap_or_default();
    Ok(Some(Cluster {
        version: version.concat(),
        is_coordinator: value(0) == "t",
        knows_coordinator: value(1) == "t",
        workers: value(2),
        is_divided: value(3) == "t",
    }))
}

/// Places the tables that are not placed yet; returns their names. Rows that are there are moved.
pub(in crate::postgres) async fn place(client: &Client) -> Result<Vec<String>, CitusError> {
    // Tables that refer to each other are placed one after the other.
    client
        .batch_execute(
            "set citus.multi_shard_modify_mode to 'sequential'; set client_min_messages to warning",
        )
        .await?;
    let mut placed = Vec::new();
    for (table, place) in PLACES {
        if is_placed(client, table, *place).await? {
            continue;
        }
        client.batch_execute(&command(table, *place)).await?;
        placed.push((*table).to_owned());
    }
    for table in &placed {
        // What was moved away is otherwise kept, and hidden.
        let truncate = format!("select truncate_local_data_after_distributing_table('{table}')");
        client.batch_execute(&truncate).await?;
    }
    Ok(placed)
}

fn command(table: &str, place: Place) -> String {
    match place {
        Place::Everywhere => format!("select create_reference_table('{table}')"),
        Place::ByOwner => {
            let with = if table == FIRST { "none" } else { FIRST };
            format!(
                "select create_distributed_table('{table}', 'owner_id', colocate_with => '{with}')"
            )
        }
        Place::Coordinator => String::new(),
    }
}

/// Whether it is where it should be.
async fn is_placed(client: &Client, table: &'static str, place: Place) -> Result<bool, CitusError> {
    let sql = format!(
        "select p.partmethod::text || p.repmodel::text,
            p.colocationid = (select colocationid from pg_dist_partition
                where logicalrelid = to_regclass('{FIRST}'))
        from pg_dist_partition p where p.logicalrelid = to_regclass('{table}')"
    );
    let found = row(client, &sql).await?;
    let found = found.as_deref().unwrap_or_default();
    match (place, found) {
        (Place::Coordinator, []) => Ok(true),
        (_, []) => Ok(false),
        (Place::ByOwner, [method, together]) if method.starts_with('h') && together == "t" => {
            Ok(true)
        }
        (Place::Everywhere, [method, _]) if method == "nt" => Ok(true),
        _ => Err(CitusError::Misplaced(table)),
    }
}
