use crate::error::Limited;
use crate::secret::Digest;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

/// The origin of a request, as limits count it: an IPv4 address, or the /64 of an IPv6 address,
/// since one client usually has the whole /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Option<IpAddr>);

impl Origin {
    /// All connections without an address share one origin.
    pub fn of(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
                address.to_bits() & !u128::from(u64::MAX),
            )),
        }))
    }
}

/// The subject whose attempts are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    Origin(Origin),
    /// One account (or another subject of the digest, such as a link) from one origin.
    Both(Digest, Origin),
    /// One account, from all origins.
    Account(Digest),
}

impl From<Origin> for Subject {
    fn from(origin: Origin) -> Self {
        Self::Origin(origin)
    }
}

/// `count` attempts without a pause, and after that as many in each period, evenly spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub count: NonZeroU32,
    pub period: Duration,
}

impl Rate {
    /// Reads `10/15m`: a count, and a period in seconds, minutes or hours. The number before the
    /// unit may be left out (`10/m`). The count is at most a million, the period at most a day.
    pub fn parse(raw: &str) -> Option<Self> {
        let (count, period) = raw.split_once('/')?;
        let count = number(count).filter(|count| *count <= 1_000_000)?;
        let unit = period.chars().next_back()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            _ => return None,
        };
        let times = match period.strip_suffix(unit)? {
            "" => 1,
            times => number(times)?,
        };
        let period = u64::from(times) * seconds;
        (1..=86_400).contains(&period).then_some(Self {
            count: NonZeroU32::new(count)?,
            period: Duration::from_secs(period),
        })
    }

    /// A limit from constants, which are known to be valid.
    const fn each(count: u32, minutes: u64) -> Option<Self> {
        match NonZeroU32::new(count) {
            None => None,
            Some(count) => Some(Self {
                count,
                period: Duration::from_secs(minutes * 60),
            }),
        }
    }
}

fn number(digits: &str) -> Option<u32> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// The rate of each action; `None` means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub sign_in: Option<Rate>,
    pub sign_in_to_account: Option<Rate>,
    pub sign_in_from_anywhere: Option<Rate>,
    pub registration: Option<Rate>,
    pub guest: Option<Rate>,
    pub refresh: Option<Rate>,
    pub key_check: Option<Rate>,
    pub share: Option<Rate>,
}

impl Rates {
    /// Allows typing errors, and several people behind one address; too little for guessing.
    pub const USUAL: Self = Self {
        sign_in: Rate::each(50, 15),
        sign_in_to_account: Rate::each(10, 15),
        sign_in_from_anywhere: Rate::each(10, 15),
        registration: Rate::each(20, 60),
        guest: Rate::each(60, 60),
        refresh: Rate::each(60, 15),
        key_check: Rate::each(60, 15),
        share: Rate::each(300, 1),
    };

    pub const NONE: Self = Self {
        sign_in: None,
        sign_in_to_account: None,
        sign_in_from_anywhere: None,
        registration: None,
        guest: None,
        refresh: None,
        key_check: None,
        share: None,
    };

    pub fn of(&self, limited: Limited) -> Option<Rate> {
        match limited {
            Limited::SignIn => self.sign_in,
            Limited::SignInToAccount => self.sign_in_to_account,
            Limited::SignInFromAnywhere => self.sign_in_from_anywhere,
            Limited::Registration => self.registration,
            Limited::Guest => self.guest,
            Limited::Refresh => self.refresh,
            Limited::KeyCheck => self.key_check,
            Limited::Share => self.share,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Origin {
        Origin::of(Some(address.parse().unwrap()))
    }

    #[test]
    fn an_ipv6_network_is_one_origin() {
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_rate_is_a_count_and_a_period() {
        let rate = |raw| Rate::parse(raw).map(|q| (q.count.get(), q.period.as_secs()));
        assert_eq!(rate("10/15m"), Some((10, 900)));
        assert_eq!(rate("1/s"), Some((1, 1)));
        assert_eq!(rate("1000000/24h"), Some((1_000_000, 86_400)));
        for bad in [
            "",
            "/",
            "10",
            "0/m",
            "10/",
            "10/0m",
            "10/25h",
            "1000001/m",
            "+1/m",
            "-1/m",
            "10/d",
            "10/15 m",
            "10/4294967296s",
            "x/m",
            "10/é",
        ] {
            assert_eq!(rate(bad), None, "{bad}");
        }
    }
}
