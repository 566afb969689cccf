//! Registers the handlers of `#[endpoint::get]` and the other attributes.

use actix_web::dev::{AppService, ResourceDef};
use actix_web::guard::{Guard, Method};
use actix_web::{FromRequest, Handler, Responder, http, web};
use domain::mutex::locked;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

/// The patterns of addresses. Each is a regular expression. Compiling them is the slowest part of
/// making a worker's application.
static PATTERNS: LazyLock<Mutex<HashMap<&'static str, ResourceDef>>> =
    LazyLock::new(Mutex::default);

/// Registers a handler, as the framework's own attributes do.
pub(crate) fn register<F, A>(
    config: &mut AppService,
    method: http::Method,
    address: &'static str,
    name: &str,
    handler: F,
) where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let mut pattern = {
        let mut patterns = locked(&PATTERNS);
        let compiled = || ResourceDef::new(address);
        patterns.entry(address).or_insert_with(compiled).clone()
    };
    pattern.set_name(name);
    let guards: Vec<Box<dyn Guard>> = vec![Box::new(Method(method))];
    config.register_service(pattern, Some(guards), web::route().to(handler), None);
}
