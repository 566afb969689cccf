//! The service as its clients use it: a real listener, a real PostgreSQL, and no mock between them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test should end at the first unexpected result"
)]

mod activity;
mod answer;
mod app;
mod binary;
mod browsers;
mod catalogue;
mod citus;
mod clock;
mod compression;
mod conditions;
mod connections;
mod credentials;
mod cut_off;
mod db;
mod document_examples;
mod document_shape;
mod durability;
mod earlier;
mod envelope;
mod events;
mod exact_paging;
mod extent;
mod faces;
mod fairness;
mod guide;
mod instances;
mod jobs;
mod kills;
mod large;
mod loans;
mod malformed;
mod metrics;
mod migrations;
mod openai;
mod openapi;
mod operations;
mod paging;
mod pooler;
mod pressure;
mod process;
mod provider;
mod proxy;
mod purge;
mod races;
mod reads;
mod reclaiming;
mod removal;
mod repeats;
mod replica;
mod resources;
mod rows;
mod schema;
mod search;
mod servers;
mod settings;
mod slow_reader;
mod storage;
mod tags;
mod tls;
mod traces;
mod trail;
mod unhealthy;
mod usage;

mod auth;
mod chat;
mod conversations;
mod items;
mod jan;
mod mistakes;
mod models;
mod projects;
mod replies;
mod shares;
mod system;
mod versions;
