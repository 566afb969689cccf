mod api_keys;
mod me;
mod sessions;
mod upgrade;
