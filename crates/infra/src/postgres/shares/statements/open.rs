//! The rule that a link is open, for all statements. Whether its conversation and its owner exist is asked of their
//! tables. In Rust, `end` in `domain/src/shares/public.rs` is the same rule for a link that was read.

/// Whether a link `s` is open at this time: not revoked, and not expired.
macro_rules! is_open {
    ($now:literal) => {
        concat!(
            "s.revoked_at is null and (s.expires_at is null or s.expires_at > ",
            $now,
            ")"
        )
    };
}
pub(super) use is_open;

/// Whether a link `s` is in this state at this time (`any`, `revoked`, `expired`, `active`), and has not ended before
/// `$since`.
macro_rules! is_in_state {
    ($since:literal, $state:literal, $now:literal) => {
        concat!(
            "coalesce(least(s.revoked_at, s.expires_at) > ",
            $since,
            ", true)
            and ",
            $state,
            " in ('any', case when s.revoked_at is not null then 'revoked'
                when s.expires_at <= ",
            $now,
            " then 'expired' else 'active' end)"
        )
    };
}
pub(super) use is_in_state;
