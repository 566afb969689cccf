"""A release build of a clone, from scratch. Its downloads are there already."""

import os
import pathlib
import subprocess
import tempfile
import time

from report import Line, Numbers

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Build(Numbers):
    def __init__(self) -> None:
        super().__init__("build")

    def measure(self, turn: int) -> None:
        if turn > 0:
            return
        with tempfile.TemporaryDirectory(prefix="jan-bench-build-") as folder:
            subprocess.run(["git", "clone", "--quiet", str(ROOT), f"{folder}/clone"], check=True)
            settings = os.environ | {"CARGO_TARGET_DIR": f"{folder}/target"}
            subprocess.run(["cargo", "fetch", "--quiet", "--locked"], cwd=f"{folder}/clone", env=settings, check=True)
            begun = time.monotonic()
            command = ["cargo", "build", "--quiet", "--release", "--locked"]
            subprocess.run(command, cwd=f"{folder}/clone", env=settings, check=True)
            self.add("seconds", time.monotonic() - begun)

    def lines(self) -> list[Line]:
        if not self.found:
            return []
        return [Line("cold release build of a clone", self.found["seconds"], 300, 200, "s", at_most=True)]
