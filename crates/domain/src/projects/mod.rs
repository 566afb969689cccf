//! Projects: folders of conversations, with an instruction for the model.

mod model;
mod ports;
mod service;

pub use model::{Description, Instruction, Project, ProjectTitle};
pub use ports::{NewProject, ProjectChanges, ProjectList, ProjectStore};
pub use service::{CreateProject, ProjectService};
