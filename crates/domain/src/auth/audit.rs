use crate::id::KeyId;

/// What is kept in the audit trail. Never an address, a password, a token or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    GuestMade,
    Registered,
    Upgraded,
    SignedIn,
    SignInFailed,
    /// Too many failures; the password was not looked at.
    SignInRefused,
    SignedOut,
    /// One session was ended by its owner from another one.
    SessionEnded,
    /// All sessions of the owner were.
    SessionsEnded,
    PasswordChanged,
    /// The current password was wrong.
    PasswordChangeFailed,
    /// By the operator.
    PasswordReset,
    /// A refresh token was used again: its family has ended.
    RefreshReused,
    KeyMade(KeyId),
    KeyRevoked(KeyId),
    AccountRemoved,
    /// A guest was idle for longer than this server keeps guests.
    GuestReclaimed,
}

impl AuditEvent {
    /// Its name in the trail.
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

    /// The key it is about.
    pub fn key(self) -> Option<KeyId> {
        match self {
            Self::KeyMade(key) | Self::KeyRevoked(key) => Some(key),
            _ => None,
        }
    }
}
