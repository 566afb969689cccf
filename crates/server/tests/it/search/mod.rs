mod indexing;
mod list;
