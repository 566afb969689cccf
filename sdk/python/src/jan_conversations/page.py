"""Lists, a page at a time or all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Listing(Protocol[T_co]):
    """What the service answers with."""

    @property
    def data(self) -> Sequence[T_co]: ...
    @property
    def has_more(self) -> bool: ...
    @property
    def next_after(self) -> str | None: ...


class Page(Generic[T]):
    """A page of a list. To go over a page is to go over this one and all that follow it; `data` has only its own."""

    def __init__(self, fetch: Callable[[str | None], Listing[T]], after: str | None = None) -> None:
        self._fetch = fetch
        listing = fetch(after)
        self.data: list[T] = list(listing.data)
        # None on the last page. The service says both, and either ends the list.
        self.next_after: str | None = listing.next_after if listing.has_more else None

    def __repr__(self) -> str:
        return f"Page(data={self.data!r}, has_more={self.has_more})"

    @property
    def has_more(self) -> bool:
        return self.next_after is not None

    def next_page(self) -> Page[T] | None:
        return Page(self._fetch, self.next_after) if self.has_more else None

    def pages(self) -> Iterator[Page[T]]:
        page: Page[T] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data
