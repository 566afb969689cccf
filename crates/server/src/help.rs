//! The `--help` text of each command.

use crate::cli::Cli;
use clap::CommandFactory as _;

/// The settings that a command uses, for commands that do not use all. It accepts the others, since
/// they may be set for the service, but does not list them.
const SETTINGS: [(&str, &[&str]); 4] = [
    (
        "migrate",
        &[
            "citus",
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

/// The command line, where each command lists the settings that it uses.
#[must_use]
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    // Building the command line passes the settings on to the commands.
    command.build();
    for (name, described) in SETTINGS {
        command = command.mut_subcommand(name, |command| {
            command.mut_args(|setting| {
                let id = setting.get_id().as_str();
                let hidden = id != "help" && !described.contains(&id);
                setting.hide(hidden)
            })
        });
    }
    command
}
