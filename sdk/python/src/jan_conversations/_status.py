"""What all failures have, and the families by status that the codes belong to."""

from __future__ import annotations


class JanError(Exception):
    """Everything that a call may end in. A mistake in the call itself is a TypeError or a ValueError."""


class APIConnectionError(JanError):
    """The server was not reached, or the connection broke."""


class APITimeoutError(APIConnectionError):
    """The server did not answer in time."""


class StreamInterruptedError(APIConnectionError):
    """A stream ended before it was complete. The server finishes and stores what it began."""


class APIError(JanError):
    """The server refused the request, or failed."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        type: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        doc_url: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}" if code else f"{status}: {message}")
        self.message = message
        """A sentence that a person can act on."""
        self.status = status
        self.code = code
        """Which failure it is; stable. None where a proxy answered, and not the service."""
        self.type = type
        self.param = param
        """The field at fault, as a path such as `items[3].content`."""
        self.request_id = request_id
        """Finds the request in the server's log."""
        self.doc_url = doc_url
        """Where the code is explained."""
        self.retry_after = retry_after
        """After how many seconds the server would like to be asked again."""


class BadRequestError(APIError):
    """400: the request is malformed or has a wrong value; `param` names it."""


class AuthenticationError(APIError):
    """401: credentials are missing or not accepted."""


class PermissionDeniedError(APIError):
    """403: you may see this, but you may not do it."""


class NotFoundError(APIError):
    """404: it does not exist, it was deleted, or it is not yours."""


class ConflictError(APIError):
    """409: the request conflicts with the present state."""


class GoneError(APIError):
    """410: a link that has ended."""


class RateLimitError(APIError):
    """429: too many requests at once."""


class ServerError(APIError):
    """5xx: the service or its model provider failed."""


class UnavailableError(ServerError):
    """503: something that the service needs is unavailable for now."""


FAMILIES: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    429: RateLimitError,
    503: UnavailableError,
}
