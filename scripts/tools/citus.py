"""The service on a cluster of Citus: a coordinator and two workers on this machine, thrown away afterwards.

    citus.py PROGRAM

PG_BIN names server programs that have the extension. GUIDE=off leaves the documented calls out.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "scripts/drills"), str(ROOT / "scripts/tools")]

import provider  # noqa: E402
from drill import SECRET, Place, Postgres, Service, say, until  # noqa: E402

SETTINGS = {
    "shared_preload_libraries": "citus", "wal_level": "logical", "max_connections": "200", "max_prepared_transactions": "200",
    "citus.shard_count": "8", "citus.node_conninfo": "sslmode=disable", "fsync": "off",
}
PAGES = ["docs/GUIDE.md", "docs/RECIPES.md"]
# So many owners are on both workers, whatever their ids are.
OWNERS = 12
ITEM = {"role": "user", "content": "Hello"}
GOOD = {200, 201, 204}
FAULTS: list[str] = []


def expect(what: str, found, wanted) -> None:
    if found != wanted:
        FAULTS.append(f"{what}: {found} and not {wanted}")
        say(f"FAULT  {FAULTS[-1]}")


def migrate(server: Postgres, *arguments: str) -> str:
    """What the command says, with its errors."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": server.url(), "JWT_SECRET": SECRET, "LOG_LEVEL": "off"}
    done = subprocess.run([sys.argv[1], "migrate", *arguments], env=environment, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def cluster(place: Place) -> list[Postgres]:
    """Its servers, the coordinator first. Before each of its needs is met, the command names that need."""
    nodes = [Postgres.new(place, name, SETTINGS) for name in ("coordinator", "worker1", "worker2")]
    coordinator = nodes[0]
    refusals = []
    refusals.append(("no Citus", migrate(coordinator, "--citus")))
    for node in nodes:
        node.query("create extension citus")
    refusals.append(("no workers", migrate(coordinator, "--citus")))
    for worker in nodes[1:]:
        coordinator.query(f"select citus_add_node('127.0.0.1', {worker.port})")
    refusals.append(("citus_set_coordinator_host", migrate(coordinator, "--citus")))
    coordinator.query(f"select citus_set_coordinator_host('127.0.0.1', {coordinator.port})")
    refusals.append(("leads to a worker", migrate(nodes[1], "--citus")))
    refusals.append(("leads to a worker", migrate(nodes[1])))
    for wanted, said in refusals:
        expect(f"a cluster that is not ready is refused ({said!r})", wanted in said, True)
    return nodes


def placed(coordinator: Postgres, binary: str, place: Place) -> None:
    """Has the tables placed, with rows in them, and new ones later."""
    migrate(coordinator)
    service = Service(place, coordinator.url(), binary)
    token = service.guest()
    _, conversation = service.call("POST", "/v1/conversations", {"title": "Before", "items": [ITEM]}, token)
    service.stop()
    said = migrate(coordinator, "--citus")
    expect(f"the tables are placed ({said!r})", "Placed: removed_owners, projects, conversations" in said, True)
    expect("nothing is left to do", migrate(coordinator, "--citus").splitlines(), ["The schema was up to date.", "All tables were placed."])
    coordinator.query("select undistribute_table('search_owners')")
    expect("a new table is placed", migrate(coordinator).splitlines()[-1:], ["Placed: search_owners"])
    # A migration that makes an index goes statement by statement.
    coordinator.query("delete from __diesel_schema_migrations where version = '20261127005100'")
    coordinator.query("drop index conversations_tagged")
    expect("a migration is applied to placed tables", migrate(coordinator).splitlines()[0], "Applied: 20261127005100")
    service = Service(place, coordinator.url(), binary)
    status, found = service.call("GET", f"/v1/conversations/{conversation['id']}", token=token)
    expect("what was stored before is there", (status, found and len(found["items"])), (200, 1))
    service.stop()
    counts = coordinator.query("select count(distinct colocation_id) from citus_tables where citus_table_type = 'distributed'")
    expect("an owner's rows of all tables are on one node", counts, "1")
    say(said.splitlines()[-1])


def journey(coordinator: Postgres, binary: str) -> None:
    if os.environ.get("GUIDE") == "off":
        return
    specification = sorted(pathlib.Path(os.environ.get("SPECIFICATION", ROOT / "../shared/spec")).glob("*.md"))
    python = os.environ.get("PYTHON") or str(ROOT / ".cache/python/bin/python")
    if not pathlib.Path(python).exists():
        python = sys.executable
    command = [
        python, "scripts/tools/service.py", binary, ".cache", python, "scripts/tools/guide/main.py", *PAGES, *map(str, specification)
    ]
    environment = os.environ | {"SERVICE_DATABASE_URL": coordinator.url(), "JAN_TEST_PART": "citus"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    failed = [line for line in (done.stdout + done.stderr).splitlines() if "FAILED" in line]
    say(f"the documented calls: {done.stdout.strip().splitlines()[-1] if done.stdout else done.stderr[-300:]}; {len(failed)} blocks failed")
    if os.environ.get("KEEP"):
        pathlib.Path(os.environ["KEEP"]).write_text(done.stdout + done.stderr)
    expect("the documented calls that failed", failed, [])
    # Another database would take the calls, too.
    stored = int(coordinator.query("select count(*) from conversations"))
    expect("conversations of the documented calls are in the cluster", stored > 10, True)
    expect("the end of the documented calls", done.returncode, 0)


class Owner:
    """A guest with a conversation, a message and a link."""

    def __init__(self, service: Service):
        self.service = service
        _, session = service.call("POST", "/auth/guest-login", {})
        self.token, self.refresh, self.id = session["access_token"], session["refresh_token"], session["user"]["id"]
        _, made = self.call("POST", "/v1/conversations", {"items": [ITEM]})
        self.conversation = made["id"]
        _, whole = self.call("GET", f"/v1/conversations/{self.conversation}")
        self.item = whole["items"][0]["id"]
        _, link = self.call("POST", f"/v1/conversations/{self.conversation}/share", {"read_only": False})
        self.link = f"/conversations/share/{link['share_id']}"

    def call(self, method: str, path: str, body=None):
        return self.service.call(method, path, body, self.token)

    def statuses(self) -> dict[str, int]:
        """Of the calls that need what the owner has."""
        path = f"/v1/conversations/{self.conversation}"
        calls = {
            "get": ("GET", path, None), "list": ("GET", "/v1/conversations", None), "append": ("POST", f"{path}/items", ITEM),
            "append with call_id": ("POST", f"{path}/items", ITEM | {"call_id": os.urandom(4).hex()}),
            "several": ("POST", f"{path}/items/batch", {"items": [ITEM, ITEM]}), "create": ("POST", "/v1/conversations", {}),
            "create with items": ("POST", "/v1/conversations", {"items": [ITEM]}), "change": ("PATCH", path, {"title": "New"}),
            "share": ("POST", f"{path}/share", {}), "settings": ("GET", "/v1/users/me/settings", None),
            "project": ("POST", "/v1/projects", {"title": "New"}), "search": ("GET", "/v1/search?q=hello", None),
            "export": ("GET", f"{path}/export", None),
            "chat": ("POST", "/v1/chat/completions", {"conversation": self.conversation, "messages": [ITEM]}),
            "response": ("POST", "/openai/v1/responses", {"model": provider.MODEL, "input": "Hello"}),
            "response of a conversation": (
                "POST", "/openai/v1/responses", {"model": provider.MODEL, "input": "Hello", "conversation": self.conversation}
            ),
        }
        found = {name: self.call(*call)[0] for name, call in calls.items()}
        visits = {
            "link": ("GET", self.link, None), "link's message": ("POST", f"{self.link}/items", {"content": "Hello"}),
            "copy": ("POST", f"{self.link}/fork", {}), "edit": ("PUT", f"{path}/items/{self.item}/edit", {"content": "Edited"}),
        }
        found |= {name: self.call(*call)[0] for name, call in visits.items()}
        gone, item = self.conversation, self.item
        status, made = self.call("POST", "/v1/conversations", {"items": [ITEM, ITEM]})
        if status == 201:
            _, whole = self.call("GET", f"/v1/conversations/{made['id']}")
            gone, item = made["id"], whole["items"][-1]["id"]
        found["reply"] = self.call("POST", f"/v1/conversations/{gone}/items/{item}/regenerate", {})[0]
        found["delete message"] = self.call("DELETE", f"/v1/conversations/{gone}/items/{item}")[0]
        found["delete"] = self.call("DELETE", f"/v1/conversations/{gone}")[0]
        return found


def uuid_of(text: str) -> str:
    """The id as PostgreSQL has it."""
    number = 0
    for letter in text.split("_")[1]:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    digits = f"{number:032x}"
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


def lost_worker(nodes: list[Postgres], binary: str, place: Place) -> None:
    coordinator, lost = nodes[0], nodes[2]
    settings = {"REGISTRATION": "true", "LLM_BASE_URL": provider.start(), "LLM_MODEL": provider.MODEL}
    service = Service(place, coordinator.url(), binary, settings)
    owners = [Owner(service) for _ in range(OWNERS)]
    node_of = (
        "select nodeport from citus_shards where shardid = get_shard_id_for_distribution_column('conversations', '{}'::uuid)"
    )
    gone = [owner for owner in owners if coordinator.query(node_of.format(uuid_of(owner.id))) == str(lost.port)]
    here = [owner for owner in owners if owner not in gone]
    expect("owners on both workers", bool(gone and here), True)
    for owner in owners:
        expect("before", {status for status in owner.statuses().values()} <= GOOD, True)
    lost.stop("immediate")
    say(f"a worker is lost, with {len(gone)} of {OWNERS} owners")
    for owner in gone:
        told = owner.statuses()
        expect("the calls of an owner of the lost worker that are not 503", {n: s for n, s in told.items() if s != 503}, {})
    failed: dict[str, set[int]] = {}
    for owner in here:
        for name, status in owner.statuses().items():
            if status not in GOOD:
                failed.setdefault(name, set()).add(status)
    expect("calls of the other owners that failed", failed, {})
    session = service.call("POST", "/auth/guest-login", {})
    expect("a guest signs in", session[0], 201)
    expect("a session goes on", service.call("POST", "/auth/refresh-token", {"refresh_token": here[0].refresh})[0], 200)
    account = {"email": "ada-of-the-lost-worker@example.org", "password": "a long pass phrase of Ada"}
    expect("an account is made", service.call("POST", "/auth/register", account)[0], 201)
    expect("it signs in", service.call("POST", "/auth/login", account)[0], 200)
    lost.start()
    until("the worker is back", lambda: GOOD >= set(gone[0].statuses().values()))
    for owner in owners:
        expect("afterwards", {status for status in owner.statuses().values()} <= GOOD, True)
    service.stop()
    say("the worker is back, and with it its owners")


def main() -> int:
    binary = sys.argv[1]
    with Place() as place:
        nodes = cluster(place)
        say(f"Citus {nodes[0].query('select extversion from pg_extension where extname = $$citus$$')}: a coordinator and two workers")
        placed(nodes[0], binary, place)
        journey(nodes[0], binary)
        lost_worker(nodes, binary, place)
    print("\n".join(FAULTS) or "the service works on Citus")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
