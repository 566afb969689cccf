//! The only binary: `jan-conversations serve | migrate | openapi | token | reset-password`.

use clap::FromArgMatches as _;
use server::cli::{Cli, Command};
use server::config::Config;
use server::telemetry::LogOutput;
use server::traces::Traces;
use server::{help, print};
use std::process::ExitCode;

/// Returns unused memory to the system. The system's own allocator would keep it, since one thread
/// reads a body and another drops it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&help::command().get_matches());
    let cli = cli.unwrap_or_else(|error| error.exit());
    let output = match LogOutput::start() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("jan-conversations: the log cannot be written: {error}.");
            return ExitCode::FAILURE;
        }
    };
    let done = run(&cli, &output).await;
    if let Err(error) = &done {
        output.say(&format!("jan-conversations: {error}"));
    }
    output.finish();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn run(cli: &Cli, output: &LogOutput) -> Result<(), Box<dyn std::error::Error>> {
    // The document is independent of the configuration.
    if let Some(Command::Openapi) = cli.command {
        return Ok(print::line(&api::openapi::document().to_pretty_json()?)?);
    }
    let config = Config::read(&cli.settings)?;
    let command = cli.command.as_ref().unwrap_or(&Command::Serve);
    // The other commands are too short for traces.
    let traces = match command {
        Command::Serve => Traces::start()?,
        _ => None,
    };
    server::telemetry::start(&config.log, output, traces.as_ref())?;
    match command {
        Command::Serve => {
            // The task ends with the program.
            tokio::spawn(server::allocator::give_back());
            let served = server::serve(config).await;
            if let Some(traces) = traces {
                traces.finish().await;
            }
            served?;
        }
        Command::Migrate { citus } => server::migrate(&config, *citus).await?,
        Command::Token => print::line(&server::token::operator(&config)?)?,
        Command::ResetPassword { email, stdin } => {
            let password = server::reset_password(&config, email, *stdin).await?;
            if !stdin {
                print::line(&password)?;
            }
        }
        Command::Openapi => {}
    }
    Ok(())
}
