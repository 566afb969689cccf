"""The memory of the service, and how long it takes to start with a database that exists."""

import socket
import time

import tools
import world
from instance import Instance
from load import Load
from report import Line, Numbers

CONNECTIONS, MESSAGES, SIZE = 1_000, 10_000, 4_000
READY_SECONDS = 3
# Longer than buffers are kept that are free.
QUIET_SECONDS = 15
SECRET = "a secret of the benchmarks, long enough for them"


class Memory(Numbers):
    def __init__(self, load: Load, first: int, program: str) -> None:
        super().__init__("memory")
        self.load, self.number, self.program = load, first, program
        self.quiet = min(QUIET_SECONDS, 3 * load.seconds)
        self.owner = world.guest(load.instance)
        world.fill(load, [self.owner.id], first, 1, MESSAGES, tools.prose(SIZE))

    def measure(self, turn: int) -> None:
        instance = self.load.instance
        instance.stop()
        self.add("embedded", instance.start())
        time.sleep(READY_SECONDS)
        self.add("idle", tools.resident_mib(instance.pid)[0])
        self.connect()
        size = len(instance.send("GET", world.path(self.number), token=self.owner.token))
        if size < MESSAGES * SIZE:
            raise RuntimeError(f"the conversation came with {size} bytes")
        time.sleep(self.quiet)
        self.add("afterwards", tools.resident_mib(instance.pid)[0])
        self.add("running", self.beside())

    def connect(self) -> None:
        """Connections that are open at the same time, with an answer each."""
        head = f"GET {world.path(self.number)}?include_items=false HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Authorization: Bearer {self.owner.token}\r\n\r\n"
        connections = []
        try:
            for _ in range(CONNECTIONS):
                connections.append(socket.create_connection(("127.0.0.1", self.load.instance.port), timeout=60))
                connections[-1].sendall(head.encode())
            for connection in connections:
                if not connection.recv(65_536).startswith(b"HTTP/1.1 200"):
                    raise RuntimeError("one of the connections was answered with an error")
        finally:
            for connection in connections:
                connection.close()

    def beside(self) -> float:
        """How long another service takes until it is ready that uses the same PostgreSQL."""
        address = self.load.instance.socket.replace("/", "%2F")
        settings = {"DATABASE_URL": f"postgresql://postgres@{address}/postgres", "JWT_SECRET": SECRET}
        other = Instance(self.program, settings)
        try:
            return other.start()
        finally:
            other.remove()

    def lines(self) -> list[Line]:
        wanted = (
            ("idle", "memory, idle", 24, 16, "MiB"),
            ("afterwards", f"memory after {CONNECTIONS:,} connections and a read of 40 MB", 40, 24, "MiB"),
            ("embedded", "start to ready, with its own PostgreSQL, whose data exists", 0.2, 0.1, "s"),
            ("running", "start to ready, with a PostgreSQL that runs", 0.2, 0.1, "s"),
        )
        return [
            Line(what, self.found[key], bar, aim, unit, at_most=True)
            for key, what, bar, aim, unit in wanted
            if key in self.found
        ]
