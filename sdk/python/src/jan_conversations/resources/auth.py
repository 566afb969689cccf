from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from .. import models, params
from .._routes import Operation
from ..page import Page
from ._resource import Resource


class Auth(Resource):
    """Who you are. What signs in is used by the client from then on, and renewed in time."""

    def guest_login(self) -> models.Session:
        """Signs in as a new guest."""
        return self._begin("guest_login", {})

    def register(self, **body: Unpack[params.RegisterRequest]) -> models.Session:
        """Makes an account and signs in."""
        return self._begin("register", body)

    def login(self, **body: Unpack[params.LoginRequest]) -> models.Session:
        return self._begin("login", body)

    def upgrade(self, **body: Unpack[params.UpgradeRequest]) -> models.Session:
        """Makes the guest an account, which keeps everything."""
        return self._begin("upgrade", body)

    def resume(self, refresh_token: str) -> models.Session:
        """Goes on with a session whose refresh token was kept."""
        return self._begin("refresh_token", {"refresh_token": refresh_token})

    def logout(self) -> None:
        """Ends the session that is in use."""
        session = self._api.credentials.session
        if session:
            self._api.do("logout", body={"refresh_token": session.refresh_token})
            self._api.credentials.use(None)

    def me(self) -> models.Me:
        return self._api.get(models.Me, "get_me")

    def delete_me(self) -> None:
        """Removes you, with everything that is yours."""
        self._api.do("delete_me")

    def update_password(self, **body: Unpack[params.ChangePasswordRequest]) -> None:
        """Changes the password, and ends all other sessions."""
        self._api.do("update_password", body=body)

    def sessions(self, **query: Unpack[params.ListSessionsQuery]) -> Page[models.ListedSession]:
        return Page(
            lambda after: self._api.get(
                models.SessionList, "list_sessions", query=query | {"after": after}
            ),
            query.get("after"),
        )

    def delete_session(self, session_id: str) -> None:
        self._api.do("delete_session", session_id)

    def delete_sessions(self) -> None:
        """Signs you out everywhere."""
        self._api.do("delete_sessions")

    def create_api_key(self, **body: Unpack[params.CreateApiKeyRequest]) -> models.CreatedApiKey:
        """Makes a key for a program; its secret is shown this once."""
        return self._api.get(models.CreatedApiKey, "create_api_key", body=body)

    def api_keys(self, **query: Unpack[params.ListApiKeysQuery]) -> Page[models.ApiKey]:
        return Page(
            lambda after: self._api.get(
                models.ApiKeyList, "list_api_keys", query=query | {"after": after}
            ),
            query.get("after"),
        )

    def delete_api_key(self, key_id: str) -> None:
        self._api.do("delete_api_key", key_id)

    def _begin(self, operation: Operation, body: Mapping[str, object]) -> models.Session:
        session = self._api.get(models.Session, operation, body=body)
        self._api.credentials.use(session)
        return session
