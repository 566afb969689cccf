use super::traffic::Traffic;
use crate::client_address::TrustedProxies;
use domain::admission::{Budget, BudgetLimits, Caller, Permit, Refused};
use domain::limits::Origin;
use std::net::IpAddr;
use std::sync::Arc;

/// The limits of connections, in all and for one address. Each connection is an open file, and the
/// system limits the files of a process. The memory of incomplete heads is also limited.
#[derive(Clone)]
pub struct ConnectionLimits {
    budget: Budget,
    heads: Budget,
    unlimited: Unlimited,
    traffic: Arc<Traffic>,
}

/// Networks whose connections are not counted: programs on this machine, and our own proxies, each
/// of which carries connections of many clients.
#[derive(Clone, Debug, Default)]
pub struct Unlimited(pub TrustedProxies);

impl Unlimited {
    /// The machine itself, and these proxies.
    #[must_use]
    pub fn own(proxies: &TrustedProxies) -> Self {
        let loopback = ["127.0.0.0/8", "::1/128"].map(str::parse);
        let networks = loopback.into_iter().flatten();
        let networks = networks.chain(proxies.0.iter().copied());
        Self(TrustedProxies(networks.collect()))
    }
}

/// Counts a connection until it is dropped. Some connections are not counted.
pub(super) struct ConnectionPermit {
    _counted: Option<Permit>,
    caller: Caller,
    heads: Budget,
    traffic: Arc<Traffic>,
}

impl ConnectionPermit {
    pub(super) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Memory for an incomplete head.
    pub(super) fn memory_for_head(&self, bytes: u64) -> Result<Permit, Refused> {
        self.heads.try_take(self.caller, bytes)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.traffic.open.fall();
    }
}

impl ConnectionLimits {
    /// The memory of incomplete heads, and how many parts of it there are for each address.
    const HEADS: u64 = 16 * 1024 * 1024;
    const PARTS: u64 = 4;

    /// Allows at most `total` counted connections, and `each` of one address.
    #[must_use]
    pub fn new(total: u64, each: u64, unlimited: Unlimited) -> Self {
        let limits = BudgetLimits {
            share: each,
            ..BudgetLimits::parts(total, 1)
        };
        Self {
            budget: Budget::new(limits),
            heads: Budget::new(BudgetLimits::parts(Self::HEADS, Self::PARTS)),
            unlimited,
            traffic: Arc::default(),
        }
    }

    /// Figures about these connections.
    #[must_use]
    pub fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.traffic)
    }

    /// The limits of connections, and of the memory of incomplete heads.
    #[must_use]
    pub fn budgets(&self) -> [Budget; 2] {
        [self.budget.clone(), self.heads.clone()]
    }

    /// Sets the bytes of memory for incomplete heads. One address gets a quarter.
    #[must_use]
    pub fn with_memory_of_heads(self, bytes: u64) -> Self {
        Self {
            heads: Budget::new(BudgetLimits::parts(bytes, Self::PARTS)),
            ..self
        }
    }

    /// The counted connections that are open now.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.budget.held()
    }

    pub(super) fn admit(&self, peer: Option<IpAddr>) -> Result<ConnectionPermit, Refused> {
        let peer = peer.map(|peer| peer.to_canonical());
        let Unlimited(networks) = &self.unlimited;
        let caller = Caller::Address(Origin::of(peer));
        let counted = match peer.is_some_and(|peer| networks.contain(peer)) {
            true => None,
            false => Some(self.counted(caller)?),
        };
        self.traffic.accepted.add(1);
        self.traffic.open.rise();
        Ok(ConnectionPermit {
            _counted: counted,
            caller,
            heads: self.heads.clone(),
            traffic: Arc::clone(&self.traffic),
        })
    }

    fn counted(&self, caller: Caller) -> Result<Permit, Refused> {
        let counted = self.budget.try_take(caller, 1);
        counted.inspect_err(|_| self.traffic.refused.add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_address_has_its_share_and_others_have_theirs() {
        let connections = ConnectionLimits::new(5, 2, Unlimited::default());
        let held: Vec<_> = (0..2)
            .map(|_| connections.admit(address("203.0.113.9")).unwrap())
            .collect();
        assert!(connections.admit(address("203.0.113.9")).is_err());
        let other = connections.admit(address("203.0.113.10")).unwrap();
        drop(held);
        assert!(connections.admit(address("203.0.113.9")).is_ok());
        drop(other);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let connections = ConnectionLimits::new(5, 1, Unlimited::default());
        let _held = connections.admit(address("2001:db8::1")).unwrap();
        assert!(connections.admit(address("2001:db8::2")).is_err());
        assert!(connections.admit(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn the_machine_and_its_proxies_are_not_counted() {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let connections = ConnectionLimits::new(1, 1, Unlimited::own(&proxies));
        let _full = connections.admit(address("203.0.113.9")).unwrap();
        for unlimited in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"] {
            let first = connections.admit(address(unlimited));
            let second = connections.admit(address(unlimited));
            assert!(first.is_ok() && second.is_ok(), "{unlimited}");
        }
        assert!(connections.admit(address("203.0.113.10")).is_err());
    }
}
