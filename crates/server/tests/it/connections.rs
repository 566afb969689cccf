//! Whose connections are whose: each worker of the HTTP server has its own, and the pool has no more than
//! it may have all the same.

use crate::db::{RUNTIME, SESSIONS, Schema};
use crate::purge::until;
use domain::health::Readiness as _;
use infra::postgres::Database;
use std::sync::mpsc;
use std::thread::{JoinHandle, available_parallelism, spawn};

/// A worker: a thread with a runtime of its own, which asks the database whenever it is told to.
struct Worker {
    ask: mpsc::Sender<()>,
    asked: mpsc::Receiver<bool>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn of(database: &Database) -> Self {
        let database = database.clone();
        let ((ask, told), (say, asked)) = (mpsc::channel::<()>(), mpsc::channel());
        let thread = spawn(move || {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_all().build().unwrap();
            while told.recv().is_ok() {
                let is_answered = runtime.block_on(database.check()).is_ok();
                say.send(is_answered).unwrap();
            }
        });
        Self { ask, asked, thread }
    }

    fn ask(&self) {
        self.ask.send(()).unwrap();
        assert!(self.asked.recv().unwrap());
    }

    fn end(self) {
        drop(self.ask);
        self.thread.join().unwrap();
    }
}

/// The smallest pool that is divided among its workers.
fn divided() -> usize {
    2 * (available_parallelism().unwrap().get() + 1)
}

/// A pool of so many connections, which bear the name of its schema.
async fn pool(connections: usize) -> (Schema, Database) {
    let schema = Schema::migrated().await;
    let database = schema.under_its_name().await.patient_database(connections);
    (schema, database)
}

async fn ask_at_home(database: &Database) {
    let database = database.clone();
    let asked = RUNTIME.spawn(async move { database.check().await });
    asked.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_worker_that_ends_takes_its_own_connections_along_and_no_others() {
    let (schema, database) = pool(divided()).await;
    ask_at_home(&database).await;
    let (one, other) = (Worker::of(&database), Worker::of(&database));
    for _ in 0..2 {
        one.ask();
        other.ask();
        ask_at_home(&database).await;
    }
    assert_eq!(schema.value(SESSIONS).await, "3");
    let pids = "select string_agg(pid::text, ' ' order by pid) from pg_stat_activity
        where application_name = current_schema()";
    one.end();
    until(&schema, SESSIONS, 20, |count| count == 2).await;
    let left = schema.value(pids).await;
    other.ask();
    ask_at_home(&database).await;
    assert_eq!(schema.value(pids).await, left);
    other.end();
    until(&schema, SESSIONS, 20, |count| count == 1).await;
    ask_at_home(&database).await;
}

#[tokio::test]
async fn a_place_in_the_pool_goes_to_whom_needs_it() {
    let (schema, database) = pool(divided()).await;
    let most = divided() as u64;
    let workers: Vec<_> = (0..=most).map(|_| Worker::of(&database)).collect();
    for _ in 0..2 {
        for worker in &workers {
            worker.ask();
        }
        ask_at_home(&database).await;
    }
    // A session that was ended may not be gone yet.
    until(&schema, SESSIONS, 20, |count| count <= most).await;
    // The places of workers that have ended are free again.
    workers.into_iter().for_each(Worker::end);
    until(&schema, SESSIONS, 20, |count| count <= 1).await;
    for _ in 0..=most {
        let worker = Worker::of(&database);
        worker.ask();
        worker.end();
        ask_at_home(&database).await;
    }
}

#[tokio::test]
async fn a_small_pool_is_not_divided() {
    let (schema, database) = pool(divided() - 1).await;
    let workers = [(); 3].map(|()| Worker::of(&database));
    for worker in workers {
        worker.ask();
        ask_at_home(&database).await;
        worker.end();
        assert_eq!(schema.value(SESSIONS).await, "1");
    }
}
