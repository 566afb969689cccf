use super::{ConfigError, bad, given};
use crate::cli::Settings;
use domain::limits::{Quota, Quotas};

/// How often what may be tried.
pub(super) fn limits(settings: &Settings) -> Result<Quotas, ConfigError> {
    let usual = Quotas::USUAL;
    let by_account = |usual| quota("LOGIN_ACCOUNT_LIMIT", &settings.login_account_limit, usual);
    Ok(Quotas {
        sign_in: quota("LOGIN_LIMIT", &settings.login_limit, usual.sign_in)?,
        sign_in_to_account: by_account(usual.sign_in_to_account)?,
        sign_in_from_anywhere: by_account(usual.sign_in_from_anywhere)?,
        registration: quota(
            "REGISTRATION_LIMIT",
            &settings.registration_limit,
            usual.registration,
        )?,
        guest: quota("GUEST_LIMIT", &settings.guest_limit, usual.guest)?,
        refresh: quota("REFRESH_LIMIT", &settings.refresh_limit, usual.refresh)?,
        key_check: quota("KEY_LIMIT", &settings.key_limit, usual.key_check)?,
        share: quota("SHARE_LIMIT", &settings.share_limit, usual.share)?,
    })
}

fn quota(
    variable: &'static str,
    setting: &Option<String>,
    usual: Option<Quota>,
) -> Result<Option<Quota>, ConfigError> {
    match given(setting) {
        None => Ok(usual),
        Some("off") => Ok(None),
        Some(quota) => Quota::parse(quota).map(Some).ok_or_else(|| {
            bad(
                variable,
                "must be a count and a period of at most a day, such as 10/15m, or off",
            )
        }),
    }
}
