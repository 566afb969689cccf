from __future__ import annotations

import re
from types import TracebackType

import httpx

from ._api import Api, Options
from ._credentials import Credentials
from ._refuse import check_key
from .models import Session
from .resources import Auth, Chat, Conversations, Items, Projects, Service, Settings, Shares


class Client:
    """A client of one server, for one user. It keeps connections and may be used by several threads.

    `base_url` is where the server is. A `/v1` at the end, as OpenAI's SDKs need it, is taken off.
    `token` is an access token or an API key. Without one, `client.auth.guest_login()` or `client.auth.login(…)` begins
    a session, which the client then uses and renews by itself. `timeout` is in seconds and per answer (between two
    pieces of a stream); by default it is 60, and 600 where a model is asked.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:8000",
        *,
        token: str | None = None,
        timeout: float | None = None,
        max_retries: int = 4,
        http: httpx.Client | None = None,
    ) -> None:
        credentials = Credentials(token)
        self._open(Api(http or httpx.Client(), base_url, credentials, Options(timeout, max_retries)))

    def _open(self, api: Api) -> None:
        self._api = api
        self.conversations = Conversations(api)
        self.items = Items(api)
        self.chat = Chat(api)
        self.projects = Projects(api)
        self.shares = Shares(api)
        self.settings = Settings(api)
        self.auth = Auth(api)
        self.service = Service(api)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        idempotency_key: str | None = None,
    ) -> Client:
        """The same client with other settings, for a call or two:
        `client.with_options(timeout=5).conversations.list()`."""
        now = self._api.options
        options = Options(
            now.timeout if timeout is None else timeout,
            now.max_retries if max_retries is None else max_retries,
            check_key(idempotency_key),
        )
        other = Client.__new__(Client)
        other._open(Api(self._api.http, self._api.base_url, self._api.credentials, options))
        return other

    @property
    def session(self) -> Session | None:
        """The session that is in use; its `refresh_token` can be kept for the next start."""
        return self._api.credentials.session

    def __repr__(self) -> str:
        # A user's name and password may be in the address.
        shown = re.sub(r"//[^/]*@", "//", self._api.base_url)
        return f"Client({shown!r})"

    def close(self) -> None:
        self._api.http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
