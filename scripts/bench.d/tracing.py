"""What traces cost requests: appends and GETs without them, and with a collector that answers, that is away, and that
gets one request of a hundred. Each way is a service of its own with a database of its own, and they take turns. The
first way is there twice: so much do two equal services differ.
"""

import argparse
import multiprocessing
import os
import time

import partner
import tools
import world
from instance import Instance, end_in_order, free_port
from load import Load, Outcome, Requests
from rows.append import BODY

READ, APPENDED, COUNT, MESSAGES = 1_000_000, 2_000_000, 2_000, 20
SAMPLED = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.01"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench --tracing")
    parser.add_argument("--program", required=True)
    parser.add_argument("--before", help="a program to compare with, such as one without traces")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    return parser.parse_args()


class Collector(partner.Partner):
    """Takes all exports."""

    def do_POST(self) -> None:
        with taken.get_lock():
            taken.value += 1
        self.answer("application/x-protobuf", Content_Length="0")


taken = multiprocessing.Value("q", 0)


def collect(port: int) -> None:
    partner.server(Collector, port).serve_forever()


class Way:
    """A service, its owner, and what was measured."""

    def __init__(self, name: str, program: str, settings: dict[str, str], seconds: int) -> None:
        self.name, self.instance = name, Instance(program, settings)
        self.instance.start()
        self.load = Load(self.instance, seconds)
        self.owner = world.guest(self.instance)
        world.fill(self.load, [self.owner.id], READ, COUNT, MESSAGES)
        world.fill(self.load, [self.owner.id], APPENDED, COUNT, 2)
        world.settle(self.load)
        self.found: dict[str, list[Outcome]] = {"append": [], "GET": []}

    def measure(self) -> None:
        appends = [f"{world.path(APPENDED + n)}/items {self.owner.token}" for n in range(COUNT)]
        self.found["append"].append(self.load.append(Requests(appends, "POST", BODY), self.owner.id))
        reads = [f"{world.path(READ + n)} {self.owner.token}" for n in range(COUNT)]
        self.found["GET"].append(self.load.http(Requests(reads)))


def show(ways: list[Way]) -> None:
    """Rates and processor time for each request, against the first way of the same round."""
    print("| request | traces | a second | rate against off | processor time of the service | against off | p50, p99 |")
    print("|---|---|---|---|---|---|---|")
    for kind in ("append", "GET"):
        off = ways[0].found[kind]
        for way in ways:
            found = way.found[kind]
            rates = tools.spread([one.rate / other.rate for one, other in zip(found, off)])
            costs = tools.spread([one.service / other.service for one, other in zip(found, off)])
            rate, cost, p50, p99 = (
                tools.middle([getattr(one, field) for one in found]) for field in ("rate", "service", "p50", "p99")
            )
            print(f"| {kind} | {way.name} | {rate:,.0f} | {rates} | {cost:.0f} µs | {costs} | {p50:.1f}, {p99:.1f} ms |")


def main() -> int:
    chosen = arguments()
    end_in_order()
    busy = os.getloadavg()[0]
    port = free_port()
    collector = multiprocessing.Process(target=collect, args=(port,), daemon=True)
    collector.start()
    answers = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    settings = {
        "off": {}, "off, again": {}, "on": answers, "on, one of a hundred": answers | SAMPLED, "on, the collector is away": away,
    }
    ways: list[Way] = []
    try:
        if chosen.before:
            ways.append(Way("another program", chosen.before, {}, chosen.seconds))
        for name, more in settings.items():
            ways.append(Way(name, chosen.program, more, chosen.seconds))
        for turn in range(chosen.rounds):
            # Each way is the first one once: what runs first after a pause may be quicker.
            first = turn % len(ways)
            for way in ways[first:] + ways[:first]:
                print(f"{time.strftime('%H:%M:%S')} round {turn + 1}: {way.name}", flush=True)
                way.measure()
        named = [way for way in ways if way.name == "off"]
        show(named + [way for way in ways if way not in named])
        print(f"{taken.value} exports were taken; {os.cpu_count()} cores, load {busy:.1f} before")
    finally:
        for way in ways:
            way.instance.remove()
        collector.terminate()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
