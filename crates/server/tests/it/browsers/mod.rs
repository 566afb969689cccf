//! Browsers run programs of strangers on the machines of our users: the limits of such programs.

mod hosts;
mod links;
mod origins;
mod pages;

use crate::operations::{Operation, operations};

/// Endpoints for machines, which know the service by its address.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// Every operation of the description but health, with the address of something that is not there.
fn addresses() -> impl Iterator<Item = (Operation, String)> {
    operations()
        .into_iter()
        .filter(|operation| !HEALTH.contains(&operation.path.as_str()))
        .map(|operation| {
            let ids = vec!["x".to_owned(); operation.parameters().len()];
            let path = operation.at(&ids);
            (operation, path)
        })
}
