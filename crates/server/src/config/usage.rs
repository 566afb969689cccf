//! The allowances of owners.

use super::size::{number, size};
use super::{ConfigError, bad, given};
use crate::cli::GivenSettings;
use domain::usage::{Allowance, Allowances};

/// The allowances. An embedded database has no limits by default, since its guests are the
/// operator's.
pub(super) fn allowances(
    settings: &GivenSettings,
    embedded: bool,
) -> Result<Allowances, ConfigError> {
    let usual = if embedded {
        Allowance::NONE
    } else {
        Allowance::GUEST
    };
    Ok(Allowances {
        guest: Allowance {
            storage_bytes: bytes(
                "GUEST_STORAGE_LIMIT",
                &settings.guest_storage_limit,
                usual.storage_bytes,
            )?,
            conversations: count(
                "GUEST_CONVERSATION_LIMIT",
                &settings.guest_conversation_limit,
                usual.conversations,
            )?,
            titles_per_day: count(
                "GUEST_TITLES_PER_DAY",
                &settings.guest_titles_per_day,
                usual.titles_per_day,
            )?,
        },
        account: Allowance {
            storage_bytes: bytes(
                "ACCOUNT_STORAGE_LIMIT",
                &settings.account_storage_limit,
                None,
            )?,
            conversations: count(
                "ACCOUNT_CONVERSATION_LIMIT",
                &settings.account_conversation_limit,
                None,
            )?,
            titles_per_day: count(
                "ACCOUNT_TITLES_PER_DAY",
                &settings.account_titles_per_day,
                None,
            )?,
        },
    })
}

fn bytes(
    variable: &'static str,
    setting: &Option<String>,
    usual: Option<u64>,
) -> Result<Option<u64>, ConfigError> {
    const PROBLEM: &str = "must be a size such as 500MiB or 1GiB, or off";
    limit(variable, setting, usual, size, PROBLEM)
}

fn count(
    variable: &'static str,
    setting: &Option<String>,
    usual: Option<u64>,
) -> Result<Option<u64>, ConfigError> {
    const PROBLEM: &str = "must be a number such as 1000, or off";
    limit(variable, setting, usual, number, PROBLEM)
}

fn limit(
    variable: &'static str,
    setting: &Option<String>,
    usual: Option<u64>,
    read: fn(&str) -> Option<u64>,
    problem: &str,
) -> Result<Option<u64>, ConfigError> {
    match given(setting) {
        None => Ok(usual),
        Some("off") => Ok(None),
        Some(value) => match read(value) {
            Some(limit) => Ok(Some(limit)),
            None => Err(bad(variable, problem)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_of_others_are_limited_unless_that_is_switched_off() {
        let settings = GivenSettings::default();
        assert_eq!(allowances(&settings, true).unwrap(), Allowances::NONE);
        let usual = allowances(&settings, false).unwrap();
        assert_eq!(usual.guest, Allowance::GUEST);
        assert_eq!(usual.account, Allowance::NONE);
        let off = Some("off".to_owned());
        let settings = GivenSettings {
            guest_storage_limit: off.clone(),
            guest_conversation_limit: off.clone(),
            guest_titles_per_day: off,
            account_storage_limit: Some("1KiB".to_owned()),
            ..settings
        };
        let set = allowances(&settings, false).unwrap();
        assert_eq!(set.guest, Allowance::NONE);
        assert_eq!(set.account.storage_bytes, Some(1024));
    }

    #[test]
    fn a_bad_value_is_refused_by_name() {
        type Setting = fn(&mut GivenSettings) -> &mut Option<String>;
        let bad: [(&str, &str, Setting); 6] = [
            ("GUEST_STORAGE_LIMIT", "1GB", |settings| {
                &mut settings.guest_storage_limit
            }),
            ("GUEST_CONVERSATION_LIMIT", "many", |settings| {
                &mut settings.guest_conversation_limit
            }),
            ("GUEST_TITLES_PER_DAY", "-1", |settings| {
                &mut settings.guest_titles_per_day
            }),
            ("ACCOUNT_STORAGE_LIMIT", "99999999TiB", |settings| {
                &mut settings.account_storage_limit
            }),
            ("ACCOUNT_CONVERSATION_LIMIT", "1.5", |settings| {
                &mut settings.account_conversation_limit
            }),
            ("ACCOUNT_TITLES_PER_DAY", "0x10", |settings| {
                &mut settings.account_titles_per_day
            }),
        ];
        for (variable, value, setting) in bad {
            let mut settings = GivenSettings::default();
            *setting(&mut settings) = Some(value.to_owned());
            let refused = allowances(&settings, false).unwrap_err();
            assert_eq!(refused.variable, variable);
        }
    }
}
