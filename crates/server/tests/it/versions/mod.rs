mod list;
mod restore;
