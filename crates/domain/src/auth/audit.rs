use crate::id::KeyId;

/// An event in the audit trail. It never contains an address, a password, a token or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    GuestMade,
    Registered,
    Upgraded,
    SignedIn,
    SignInFailed,
    /// Refused after too many failures; the password was not checked.
    SignInRefused,
    SignedOut,
    /// The owner ended one session from another session.
    SessionEnded,
    /// All sessions of the owner were ended.
    SessionsEnded,
    PasswordChanged,
    /// The current password was wrong.
    PasswordChangeFailed,
    /// The operator has reset the password.
    PasswordReset,
    /// A spent refresh token was used again: its session has ended.
    RefreshReused,
    KeyMade(KeyId),
    KeyRevoked(KeyId),
    AccountRemoved,
    /// A guest was idle for longer than this server keeps guests.
    GuestReclaimed,
}

impl AuditEvent {
    /// The event's name in the trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::GuestMade => "guest_made",
            Self::Registered => "registered",
            Self::Upgraded => "guest_upgraded",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignInRefused => "sign_in_refused",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::PasswordChanged => "password_changed",
            Self::PasswordChangeFailed => "password_change_failed",
            Self::PasswordReset => "password_reset",
            Self::RefreshReused => "refresh_token_reused",
            Self::KeyMade(_) => "api_key_made",
            Self::KeyRevoked(_) => "api_key_revoked",
            Self::AccountRemoved => "account_removed",
            Self::GuestReclaimed => "guest_reclaimed",
        }
    }

    /// The key of an event about a key.
    pub fn key(self) -> Option<KeyId> {
        match self {
            Self::KeyMade(key) | Self::KeyRevoked(key) => Some(key),
            _ => None,
        }
    }
}
