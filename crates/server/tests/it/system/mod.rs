mod errors;
mod health;
mod landing;
mod readiness;
mod swagger_ui;
mod version;
