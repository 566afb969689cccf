use super::size::size;
use super::{ConfigError, bad, given, parsed};
use crate::cli::GivenSettings;
use domain::limits::{Rate, Rates};

/// The rates of rate-limited actions.
pub(super) fn limits(settings: &GivenSettings) -> Result<Rates, ConfigError> {
    let usual = Rates::USUAL;
    let by_account = |usual| rate("LOGIN_ACCOUNT_LIMIT", &settings.login_account_limit, usual);
    Ok(Rates {
        sign_in: rate("LOGIN_LIMIT", &settings.login_limit, usual.sign_in)?,
        sign_in_to_account: by_account(usual.sign_in_to_account)?,
        sign_in_from_anywhere: by_account(usual.sign_in_from_anywhere)?,
        registration: rate(
            "REGISTRATION_LIMIT",
            &settings.registration_limit,
            usual.registration,
        )?,
        guest: rate("GUEST_LIMIT", &settings.guest_limit, usual.guest)?,
        refresh: rate("REFRESH_LIMIT", &settings.refresh_limit, usual.refresh)?,
        key_check: rate("KEY_LIMIT", &settings.key_limit, usual.key_check)?,
        share: rate("SHARE_LIMIT", &settings.share_limit, usual.share)?,
    })
}

fn rate(
    variable: &'static str,
    setting: &Option<String>,
    usual: Option<Rate>,
) -> Result<Option<Rate>, ConfigError> {
    match given(setting) {
        None => Ok(usual),
        Some("off") => Ok(None),
        Some(rate) => Rate::parse(rate).map(Some).ok_or_else(|| {
            bad(
                variable,
                "must be a count and a period of at most a day, such as 10/15m, or off",
            )
        }),
    }
}

/// The least memory for bodies and answers. A quarter of it must hold the largest body.
const LEAST_MEMORY: u64 = 64 << 20;

/// The memory for bodies and answers that are counted: three quarters of the setting. The rest is
/// for the buffers of their connections, and for freed memory, which the allocator keeps for a
/// second.
pub(super) fn memory(settings: &GivenSettings) -> Result<u64, ConfigError> {
    const VARIABLE: &str = "BODY_MEMORY";
    const PROBLEM: &str = "must be 64MiB or more, such as 512MiB or 1GiB";
    let Some(bytes) = given(&settings.body_memory) else {
        return Ok(counted(256 << 20));
    };
    size(bytes)
        .filter(|bytes| (LEAST_MEMORY..=1 << 50).contains(bytes))
        .map(counted)
        .ok_or_else(|| bad(VARIABLE, PROBLEM))
}

fn counted(bytes: u64) -> u64 {
    (bytes / 4 * 3).max(LEAST_MEMORY)
}

/// The most connections of one address, if set.
pub(super) fn address_connections(settings: &GivenSettings) -> Result<Option<u64>, ConfigError> {
    const VARIABLE: &str = "ADDRESS_CONNECTION_LIMIT";
    const PROBLEM: &str = "must be a number of connections, 1 to 1000000";
    match parsed(VARIABLE, &settings.address_connection_limit, PROBLEM)? {
        Some(number) if !(1..=1_000_000).contains(&number) => Err(bad(VARIABLE, PROBLEM)),
        number => Ok(number),
    }
}
