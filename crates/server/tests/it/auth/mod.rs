mod guest_login;
mod refresh_token;
