"""Sends requests, again where that is safe, and reads answers."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import httpx

from . import _retry, errors
from ._base import Record
from ._credentials import Credentials
from ._query import encode
from ._refuse import address, expected
from ._routes import ROUTES, Operation
from .models import Session

M = TypeVar("M", bound=Record)
# The state in which a change is to be made: an object as it was read, or its tag. None stands for any.
IfMatch = Record | str | None

# A model may take its time, and turns of a conversation wait for each other.
MODEL_TIMEOUT = 600.0
# Sent without a token: the caller has none yet, or it has expired.
OPEN = ("guest_login", "login", "register", "refresh_token", "logout", "get_health", "get_readiness", "get_version")


@dataclass(frozen=True)
class Options:
    timeout: float | None
    max_retries: int
    idempotency_key: str | None = None


class Api:
    def __init__(
        self, http: httpx.Client, base_url: str, credentials: Credentials, options: Options
    ) -> None:
        self.http = http
        self.base_url = address(base_url)
        self.credentials = credentials
        self.options = options

    def get(
        self,
        model: type[M],
        operation: Operation,
        *ids: str,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        timeout: float | None = None,
        if_match: IfMatch = None,
    ) -> M:
        """Calls an operation, and reads its answer as a `model`."""
        response = self.send(operation, ids, query=query, body=body, timeout=timeout, if_match=if_match)
        try:
            record = model.model_validate_json(response.content)
        except ValueError as error:
            raise errors.JanError(f"the answer to {operation} is not a {model.__name__}") from error
        record._etag = response.headers.get("etag")
        return record

    def do(
        self,
        operation: Operation,
        *ids: str,
        body: Mapping[str, object] | None = None,
        if_match: IfMatch = None,
    ) -> None:
        self.send(operation, ids, body=body, if_match=if_match)

    def text(self, operation: Operation, *ids: str, query: Mapping[str, object] | None = None) -> str:
        return self.send(operation, ids, query=query).text

    def send(
        self,
        operation: Operation,
        ids: tuple[str, ...] = (),
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        timeout: float | None = None,
        stream: bool = False,
        if_match: IfMatch = None,
    ) -> httpx.Response:
        method, path = ROUTES[operation]
        headers = {"Accept": "text/event-stream" if stream else "application/json, */*;q=0.1"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        if method == "POST" and not path.startswith("/auth/"):
            # The same for all attempts: so the server does it once.
            headers["Idempotency-Key"] = self.options.idempotency_key or str(uuid.uuid4())
        tag = expected(if_match)
        if tag is not None:
            headers["If-Match"] = tag
        # The caller's wish counts, then what the operation needs.
        timeout = self.options.timeout if self.options.timeout is not None else timeout or 60.0
        request = self.http.build_request(
            method,
            self.base_url + _fill(path, ids),
            params=encode(query),
            content=content,
            headers=headers,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
        )
        return self._attempts(request, with_token=operation not in OPEN, stream=stream)

    def _attempts(self, request: httpx.Request, *, with_token: bool, stream: bool) -> httpx.Response:
        repeatable = request.method != "POST" or "Idempotency-Key" in request.headers or (
            # A spent refresh token gets the same successor for a while.
            request.url.path.endswith("/auth/refresh-token")
        )
        may_replace = True
        attempt = 0
        doubt: errors.JanError | None = None
        while True:
            token = self.credentials.token(self._renew) if with_token else None
            if token:
                request.headers["Authorization"] = f"Bearer {token}"
            try:
                response = self.http.send(request, stream=stream)
                if response.is_success:
                    return response
                body = response.read()
                response.close()
            except httpx.TransportError as failure:
                pause = _retry.after_failure(failure, attempt, repeatable)
                error: errors.JanError = _connection_error(failure)
                doubt = error
                cause: Exception | None = failure
            else:
                if doubt and request.method == "DELETE" and response.status_code == 404:
                    # The attempt whose answer was lost has deleted it.
                    return httpx.Response(204, request=request)
                refusal = errors.of_answer(response.status_code, body, response.headers)
                error, cause = refusal, None
                if doubt and request.method in ("PATCH", "PUT") and response.status_code == 412:
                    # It may be the attempt whose answer was lost that has made the change.
                    raise doubt from refusal
                if isinstance(refusal, errors.TokenExpiredError) and may_replace:
                    may_replace = False
                    if with_token and self.credentials.replace(token, self._renew):
                        continue
                pause = _retry.after_answer(response, refusal.code, attempt, repeatable)
                if response.status_code >= 500 and refusal.code != "server_busy":
                    doubt = refusal
            if pause is None or attempt >= self.options.max_retries:
                raise error from cause
            time.sleep(pause)
            attempt += 1

    def _renew(self, refresh_token: str) -> Session:
        return self.get(Session, "refresh_token", body={"refresh_token": refresh_token})


def _fill(path: str, ids: tuple[str, ...]) -> str:
    waiting: Iterator[str] = iter(ids)

    def one(place: re.Match[str]) -> str:
        value = str(next(waiting))
        # These would lead to another address.
        if value in ("", ".", ".."):
            raise ValueError(f"{place[0][1:-1]} must not be {value!r}")
        return quote(value, safe="")

    return re.sub(r"\{\w+\}", one, path)


def _connection_error(failure: httpx.TransportError) -> errors.APIConnectionError:
    text = str(failure) or type(failure).__name__
    if isinstance(failure, httpx.TimeoutException):
        return errors.APITimeoutError(f"the server did not answer in time ({text})")
    return errors.APIConnectionError(f"the server was not reached, or the connection broke ({text})")
