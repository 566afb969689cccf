"""Which requests are sent again, and when."""

from __future__ import annotations

import random

import httpx

from . import errors

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
# A longer wait is for the caller to decide: the exception is raised at once.
LONGEST_WAIT = 60.0
STATUSES = (408, 425, 429, 500, 502, 503, 504)


def after_answer(
    response: httpx.Response, code: str | None, attempt: int, repeatable: bool
) -> float | None:
    """How long to wait before the request is sent again; None where it is not."""
    advice = response.headers.get("x-should-retry")
    if advice == "false" or (advice != "true" and response.status_code not in STATUSES):
        return None
    # These two say that nothing was done; another 503 may come from a write whose outcome is unknown.
    if not repeatable and response.status_code != 429 and code != "server_busy":
        return None
    asked = errors.seconds(response.headers.get("retry-after"))
    if asked is not None:
        return asked if asked <= LONGEST_WAIT else None
    return _pause(attempt)


def after_failure(failure: httpx.TransportError, attempt: int, repeatable: bool) -> float | None:
    """The same where no answer came."""
    never_sent = isinstance(failure, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    never_works = isinstance(failure, (httpx.UnsupportedProtocol, httpx.LocalProtocolError))
    return _pause(attempt) if (repeatable or never_sent) and not never_works else None


def _pause(attempt: int) -> float:
    # Clients that failed together must not come back together.
    pause: float = min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE)
    return pause * random.uniform(0.5, 1.0)
