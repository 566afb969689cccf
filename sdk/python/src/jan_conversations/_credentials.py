"""Who calls: a token, an API key, or a session that is renewed before it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .models import Session

# So early a token is renewed, for what is sent just before its end.
MARGIN = 60.0


class Credentials:
    def __init__(self, token: str | None) -> None:
        self._token = token
        self._session: Session | None = None
        self._renew_at = 0.0
        self._lock = threading.Lock()

    @property
    def session(self) -> Session | None:
        return self._session

    def use(self, session: Session | None) -> None:
        self._session = session
        self._token = session.access_token if session else None
        self._renew_at = time.monotonic() + session.expires_in - MARGIN if session else 0.0

    def token(self, renew: Callable[[str], Session]) -> str | None:
        """The token to send, a new one if the session's is about to end."""
        with self._lock:
            if self._session and time.monotonic() >= self._renew_at:
                self.use(renew(self._session.refresh_token))
            return self._token

    def replace(self, refused: str | None, renew: Callable[[str], Session]) -> bool:
        """A new token after the server refused this one; False where there is no way to get one."""
        with self._lock:
            if self._session and self._token == refused:
                self.use(renew(self._session.refresh_token))
                return True
            # Another thread was faster.
            return self._session is not None
