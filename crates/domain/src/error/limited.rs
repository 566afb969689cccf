/// The limited actions. Each is counted separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limited {
    /// Failed sign-ins from one address.
    SignIn,
    /// Failed sign-ins to one account from one address.
    SignInToAccount,
    /// Failed sign-ins to one account from all addresses. They only delay the next attempt.
    SignInFromAnywhere,
    /// New accounts, and guests that become accounts.
    Registration,
    /// New guests.
    Guest,
    /// Bad refresh tokens.
    Refresh,
    /// Bad API keys.
    KeyCheck,
    /// All actions of visitors with share links.
    Share,
}

impl Limited {
    pub const ALL: [Self; 8] = [
        Self::SignIn,
        Self::SignInToAccount,
        Self::SignInFromAnywhere,
        Self::Registration,
        Self::Guest,
        Self::Refresh,
        Self::KeyCheck,
        Self::Share,
    ];

    /// The name of the setting for this limit.
    pub fn setting(self) -> &'static str {
        match self {
            Self::SignIn => "LOGIN_LIMIT",
            Self::SignInToAccount | Self::SignInFromAnywhere => "LOGIN_ACCOUNT_LIMIT",
            Self::Registration => "REGISTRATION_LIMIT",
            Self::Guest => "GUEST_LIMIT",
            Self::Refresh => "REFRESH_LIMIT",
            Self::KeyCheck => "KEY_LIMIT",
            Self::Share => "SHARE_LIMIT",
        }
    }

    /// The message when the limit is exceeded: what was counted, that others may share the address,
    /// and the setting by which the operator can allow more.
    pub fn exceeded(self) -> &'static str {
        match self {
            Self::SignIn => {
                "Too many sign-ins from your network address have failed, and others may share \
                 it. The server's operator sets the limit (LOGIN_LIMIT)."
            }
            Self::SignInToAccount | Self::SignInFromAnywhere => {
                "Too many sign-ins to this account have failed from your network address. The \
                 server's operator sets the limit (LOGIN_ACCOUNT_LIMIT)."
            }
            Self::Registration => {
                "Too many accounts were made from your network address, and others may share it. \
                 The server's operator sets the limit (REGISTRATION_LIMIT)."
            }
            Self::Guest => {
                "Too many guests were made from your network address, and others may share it. \
                 The server's operator sets the limit (GUEST_LIMIT)."
            }
            Self::Refresh => {
                "This refresh token is not valid, and your network address has sent too many \
                 invalid ones. The server's operator sets the limit (REFRESH_LIMIT)."
            }
            Self::KeyCheck => {
                "This API key is not valid, and your network address has sent too many invalid \
                 ones. The server's operator sets the limit (KEY_LIMIT)."
            }
            Self::Share => {
                "Too many share links were opened from your network address, and others may share \
                 it. The server's operator sets the limit (SHARE_LIMIT)."
            }
        }
    }
}
