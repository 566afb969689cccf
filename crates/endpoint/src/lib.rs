//! The attributes of endpoints: `#[get("/v1/…")]` before a handler, like the framework's.
//!
//! The framework's compile the pattern of the address again for each worker, which is most of what a worker costs to
//! start. These hand the handler to `crate::registration::register`, which compiles each pattern once for the process.

use proc_macro::{TokenStream, TokenTree};

/// Answers GET.
#[proc_macro_attribute]
pub fn get(address: TokenStream, handler: TokenStream) -> TokenStream {
    endpoint("GET", &address, handler)
}

/// Answers POST.
#[proc_macro_attribute]
pub fn post(address: TokenStream, handler: TokenStream) -> TokenStream {
    endpoint("POST", &address, handler)
}

/// Answers PUT.
#[proc_macro_attribute]
pub fn put(address: TokenStream, handler: TokenStream) -> TokenStream {
    endpoint("PUT", &address, handler)
}

/// Answers PATCH.
#[proc_macro_attribute]
pub fn patch(address: TokenStream, handler: TokenStream) -> TokenStream {
    endpoint("PATCH", &address, handler)
}

/// Answers DELETE.
#[proc_macro_attribute]
pub fn delete(address: TokenStream, handler: TokenStream) -> TokenStream {
    endpoint("DELETE", &address, handler)
}

/// A type with the name and the visibility of the handler, which the framework can register.
fn endpoint(method: &str, address: &TokenStream, handler: TokenStream) -> TokenStream {
    let Some((visibility, name)) = declared(handler.clone()) else {
        return source("compile_error!(\"an endpoint is a function\");");
    };
    let mut made = source(&format!(
        "#[allow(non_camel_case_types)] {visibility} struct {name};"
    ));
    let register = source(&format!(
        "crate::registration::register(config, ::actix_web::http::Method::{method}, {address}, \"{name}\", {name});"
    ));
    let mut body = handler;
    body.extend(register);
    let body = TokenTree::Group(proc_macro::Group::new(proc_macro::Delimiter::Brace, body));
    let mut function = source("fn register(self, config: &mut ::actix_web::dev::AppService)");
    function.extend([body]);
    let function = TokenTree::Group(proc_macro::Group::new(
        proc_macro::Delimiter::Brace,
        function,
    ));
    made.extend(source(&format!(
        "impl ::actix_web::dev::HttpServiceFactory for {name}"
    )));
    made.extend([function]);
    made
}

/// The visibility and the name of a function: the words between its attributes and `async`, and the one after `fn`.
fn declared(function: TokenStream) -> Option<(String, String)> {
    let mut visibility = String::new();
    let mut tokens = function.into_iter();
    let mut is_visibility = true;
    while let Some(token) = tokens.next() {
        match &token {
            // An attribute.
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                tokens.next()?;
            }
            TokenTree::Ident(word) if word.to_string() == "fn" => {
                return Some((visibility, tokens.next()?.to_string()));
            }
            TokenTree::Ident(word) if word.to_string() == "async" => is_visibility = false,
            other if is_visibility => {
                visibility.push_str(&other.to_string());
            }
            _ => {}
        }
    }
    None
}

fn source(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}
