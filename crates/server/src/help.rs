//! What `--help` of each command tells.

use crate::cli::Cli;
use clap::CommandFactory as _;

/// The settings that a command goes by, where they are not all. The others it accepts, since they may
/// be set for the service beside it, and does not tell of.
const SETTINGS: [(&str, &[&str]); 4] = [
    (
        "migrate",
        &[
            "database_url",
            "jwt_secret",
            "data_dir",
            "pg_bin",
            "log_level",
            "log_format",
        ],
    ),
    ("openapi", &[]),
    ("token", &["data_dir", "jwt_secret"]),
    (
        "reset-password",
        &[
            "database_url",
            "jwt_secret",
            "data_dir",
            "pg_bin",
            "email",
            "stdin",
        ],
    ),
];

/// The command line, each of whose commands tells of the settings it goes by.
#[must_use]
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    // Settings reach the commands when it is built.
    command.build();
    for (name, told) in SETTINGS {
        command = command.mut_subcommand(name, |command| {
            command.mut_args(|setting| {
                let id = setting.get_id().as_str();
                let hidden = id != "help" && !told.contains(&id);
                setting.hide(hidden)
            })
        });
    }
    command
}
