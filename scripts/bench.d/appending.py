"""What the index of words costs appends: their rate while messages are indexed, and while they are not, in turns.
A search leaves a job that indexes; a trigger keeps such jobs away."""

import json
import statistics

import world
from instance import Instance
from load import Load, Requests
from tools import MESSAGE

FIRST, COUNT = 3_000_000, 20_000
KEEP_AWAY = """create function no_job() returns trigger language plpgsql as 'begin return null; end';
create trigger no_job before insert on jobs for each row when (new.kind = 10) execute function no_job();
delete from jobs where kind = 10"""
INDEXED = "select coalesce(sum(last_sequence - first_sequence + 1), 0) from search_blocks"
LET_IN = "drop trigger if exists no_job on jobs; drop function if exists no_job"


def measure(instance: Instance, seconds: int, rounds: int) -> None:
    load = Load(instance, seconds)
    owner = world.guest(instance)
    world.fill(load, [owner.id], FIRST, COUNT, 2)
    world.settle(load)
    body = json.dumps({"role": "user", "content": MESSAGE})
    paths = [f"{world.path(n)}/items {owner.token}" for n in range(FIRST, FIRST + COUNT)]
    requests = Requests(paths, "POST", body)
    rates: dict[bool, list[float]] = {True: [], False: []}
    indexed = 0
    # On, off, off, on: what grows meanwhile is shared.
    for is_on in ([True, False, False, True] * rounds)[: 2 * rounds]:
        load.sql(f"{LET_IN}; {'' if is_on else KEEP_AWAY}")
        before = int(load.sql(INDEXED))
        instance.ask("GET", "/v1/search?q=nothingofthekind", token=owner.token)
        outcome = load.append(requests, owner.id)
        indexed += int(load.sql(INDEXED)) - before
        rates[is_on].append(outcome.rate)
    if indexed == 0:
        raise RuntimeError("no message was indexed while appends were measured")
    on, off = (statistics.mean(rates[which]) for which in (True, False))
    print(f"appends: {on:,.0f} a second while they are indexed ({indexed:,} were), {off:,.0f} while they are not: "
          f"{(1 - on / off) * 100:.1f} % less")
