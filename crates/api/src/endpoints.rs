//! Lists of endpoints.

/// Makes two functions from one list: the first serves the endpoints, the second also describes them, which takes
/// longer and is needed once in a process.
macro_rules! endpoints {
    (fn $served:ident, $described:ident: $($endpoint:expr,)*) => {
        fn $served(config: &mut actix_web::web::ServiceConfig) {
            config$(.service($endpoint))*;
        }

        fn $described(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
            config$(.service($endpoint))*;
        }
    };
}

pub(crate) use endpoints;
