//! The command line.

mod settings;

use clap::{Parser, Subcommand};
pub use settings::GivenSettings;

/// Keeps conversations with AI models: the conversation service of Jan Server.
#[derive(Debug, Parser)]
#[command(name = "jan-conversations", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: GivenSettings,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Serve the API; this is the default command
    Serve,
    /// Bring the database to the schema of this version, and stop
    Migrate {
        /// Divide the tables by owner among the nodes of a Citus cluster, whose coordinator `DATABASE_URL` names
        #[arg(long)]
        citus: bool,
    },
    /// Print the OpenAPI document
    Openapi,
    /// Print an access token for the owner of the embedded database, good for one hour
    Token,
    /// Give an account a new password, print it, and end all sessions of the account; a running
    /// service need not be stopped
    ResetPassword {
        /// The e-mail address of the account
        email: String,
        /// Take the first line of standard input for the password, without output
        #[arg(long)]
        stdin: bool,
    },
}
