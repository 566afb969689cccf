"""The results of the measurements: as text, and as a row of the table in docs/PERFORMANCE.md."""

from dataclasses import dataclass, field

from load import Outcome, Side
from tools import middle, spread


@dataclass
class Line:
    """A line of the table: a number for each round, and the aim."""

    what: str
    values: list[float]
    bar: float
    aim: float
    unit: str = ""
    # Whether less is better.
    at_most: bool = False
    # The costs of a request over HTTP: latency, processor time, memory.
    costs: str = "–"

    def form(self) -> str:
        return ",.0f" if self.unit in ("µs", "MiB", "ms", "s") and self.bar >= 1 else ".2f"

    def bound(self, number: float) -> str:
        return f"{'≤' if self.at_most else '≥'} {number:g} {self.unit}".rstrip()

    def measured(self) -> str:
        value = middle(self.values)
        text = f"{spread(self.values, self.form())} {self.unit}".rstrip()
        reaches = value <= self.bar if self.at_most else value >= self.bar
        return text if reaches else f"**{text}**"


def latency(outcomes: list[Outcome]) -> tuple[float, float]:
    return middle([one.p50 for one in outcomes]), middle([one.p99 for one in outcomes])


def costs(outcomes: list[Outcome]) -> str:
    p50, p99 = latency(outcomes)
    service, postgres, peak = (
        middle([getattr(one, name) for one in outcomes]) for name in ("service", "postgres", "peak")
    )
    return f"{p50:.1f}, {p99:.1f} ms; {service:,.0f}, {postgres:,.0f} µs; {peak:.0f} MiB"


@dataclass
class Contest:
    """A row: HTTP against its yardstick, and others for comparison, in turns."""

    name: str
    what: str
    sides: dict[str, Side]
    bar: float
    aim: float
    against: str = "plain"
    unit: str = "/s"
    found: dict[str, list[Outcome]] = field(default_factory=dict)
    # Whether it is measured by itself, after all others.
    is_alone: bool = False

    def measure(self, turn: int) -> None:
        names = list(self.sides)
        for name in names if turn % 2 == 0 else reversed(names):
            self.found.setdefault(name, []).append(self.sides[name]())

    def ratios(self, name: str) -> list[float]:
        return [ours.rate / theirs.rate for ours, theirs in zip(self.found["HTTP"], self.found[name])]

    def lines(self) -> list[Line]:
        ratios = self.ratios(self.against)
        return [Line(self.what, ratios, self.bar, self.aim, costs=costs(self.found["HTTP"]))]

    def show(self) -> None:
        print(f"\n{self.name}: {self.what}")
        for name, outcomes in self.found.items():
            rates = [one.rate for one in outcomes]
            p50, p99 = latency(outcomes)
            service, postgres, generator = (
                middle([getattr(one, part) for one in outcomes]) for part in ("service", "postgres", "generator")
            )
            times = f"p50 {p50:.2f} ms, p99 {p99:.2f} ms; " if p50 else ""
            peak = middle([one.peak for one in outcomes])
            print(
                f"  {name:<15}{spread(rates, ',.0f'):>26} {self.unit}  {times}processor time for each: service "
                f"{service:,.1f} µs, PostgreSQL {postgres:,.1f} µs, load generator {generator:,.1f} µs"
                + (f"; service's memory {peak:.0f} MiB" if peak else "")
            )
        for name in self.found:
            if name != "HTTP":
                print(f"  HTTP / {name}: {spread(self.ratios(name))}")


@dataclass
class Numbers:
    """A row of numbers that are not rates."""

    name: str
    found: dict[str, list[float]] = field(default_factory=dict)
    is_alone: bool = True

    def add(self, key: str, value: float) -> None:
        self.found.setdefault(key, []).append(value)

    def show(self) -> None:
        lines = self.lines()
        if lines:
            print(f"\n{self.name}")
        for line in lines:
            print(f"  {line.what}: {spread(line.values, '.2f')} {line.unit}")

    def lines(self) -> list[Line]:
        raise NotImplementedError

    def measure(self, turn: int) -> None:
        raise NotImplementedError
