"""The dashboard and the alerts of deploy/: each metric that they name has its row in docs/OPERATIONS.md, which the Rust
tests hold against the program; the histograms' series and labels fit; each alert has its heading there, to which its
`runbook_url` leads, and its test. Each warning and error that the program can log has its row, too.

Run in the project's folder. promtool (PROMTOOL, or of Prometheus' package) also judges the rules and runs their tests.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from documents import anchors, read

PAGE = pathlib.Path("docs/OPERATIONS.md")
RULES = pathlib.Path("deploy/prometheus/jan-conversations.yml")
RULE_TESTS = pathlib.Path("deploy/prometheus/jan-conversations.test.yml")
DASHBOARD = pathlib.Path("deploy/grafana/jan-conversations.json")

ROW = re.compile(r"^\| `((?:jan|process)_\w+)(?:\{([\w,]+)\})?` \| (.*)$", re.MULTILINE)
ALERT_HEADING = re.compile(r"^### (Jan[A-Z]\w+)$", re.MULTILINE)
ALERT = re.compile(r"^ +- alert: (\w+)$", re.MULTILINE)
# An alert, up to the next one.
ALERT_BLOCK = re.compile(r"- alert: (\w+)\n(.*?)(?=\n +- alert: |\Z)", re.DOTALL)
RUNBOOK = re.compile(r"^ +runbook_url: (\S+)$", re.MULTILINE)
USED = re.compile(r"\b((?:jan|process)_[a-z_]+)(?:\{([^}]*)\})?")
EVENT_ROW = re.compile(r"^\| `([^`]+)` \| (WARN|ERROR) \|", re.MULTILINE)
LOGGED = re.compile(r"\b(warn|error)!\(")
# A literal, or a parenthesis outside of one.
PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])', re.DOTALL)
TARGET = re.compile(r'target: "[^"]*",')
CONSTANT = re.compile(r'^const (\w+): &str = "([^"]*)";$', re.MULTILINE)
LABEL = re.compile(r"(\w+)=~?\"")
# Labels that Prometheus adds.
ADDED = {"instance", "job", "le"}


def known() -> dict[str, set[str]]:
    """The series that a scrape gives, with their labels."""
    series: dict[str, set[str]] = {}
    for name, labels, meaning in ROW.findall(PAGE.read_text(encoding="utf-8")):
        labels = set(labels.split(",")) - {""}
        endings = ("_bucket", "_sum", "_count") if meaning.startswith("a histogram") else ("",)
        series.update({name + ending: labels for ending in endings})
    return series


def unknown(place: pathlib.Path, text: str, series: dict[str, set[str]]):
    for name, selectors in USED.findall(text):
        if name not in series:
            yield f"{place}: there is no series {name}"
            continue
        for label in set(LABEL.findall(selectors)) - series[name] - ADDED:
            yield f"{place}: {name} has no label {label}"


def expressions() -> str:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    targets = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    return "\n".join(targets + [variable["query"] for variable in dashboard["templating"]["list"]])


def differences(what: str, these: set[str], those: set[str]):
    yield from (f"{what}: {name} is only in one of the two" for name in sorted(these ^ those))


def lost_readers(rules: str):
    """Alerts that do not lead their readers to what to do."""
    headings = anchors(read(PAGE))
    for alert, block in ALERT_BLOCK.findall(rules):
        link = RUNBOOK.search(block)
        if "\n          description: " not in block:
            yield f"{RULES}: {alert} has no description"
        page, _, anchor = link[1].partition("#") if link else ("", "", "")
        if page != str(PAGE) or anchor != alert.lower() or anchor not in headings:
            yield f"{RULES}: the runbook_url of {alert} does not lead to its heading in {PAGE}"


def literals(source: str):
    """The literals up to the parenthesis that closes one before `source`."""
    depth = 1
    for part in PART.finditer(source):
        depth += {"(": 1, ")": -1}.get(part[2], 0)
        if depth == 0:
            return
        if part[2] is None:
            yield part[1]


def logged() -> set[tuple[str, str]]:
    """The warnings and errors in the source: their texts up to the first value, and their levels."""
    found = set()
    for file in sorted(pathlib.Path("crates").glob("*/src/**/*.rs")):
        source = file.read_text(encoding="utf-8").split("#[cfg(test)]")[0]
        constants = dict(CONSTANT.findall(source))
        for begins in LOGGED.finditer(source):
            level = begins[1]
            for text in literals(TARGET.sub("", source[begins.end() :])):
                for name, value in constants.items():
                    text = text.replace(f"{{{name}}}", value)
                beginning = text.split("{")[0]
                if len(beginning) > len("panicked"):
                    found.add((beginning, level.upper()))
    return found


def untold_events():
    rows = EVENT_ROW.findall(PAGE.read_text(encoding="utf-8"))
    events = logged()
    for text, level in sorted(events):
        if not any(text.startswith(row) and level == its for row, its in rows):
            yield f"{PAGE}: the {level} {text!r} has no row"
    for row, level in rows:
        if not any(text.startswith(row) and level == its for text, its in events):
            yield f"{PAGE}: nothing logs the {level} {row!r}"


def judged_by_promtool():
    promtool = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if promtool is None:
        print("promtool is not there: the rules were not tried (apt install prometheus, or PROMTOOL)")
        return
    for command in (["check", "rules", RULES.name], ["test", "rules", RULE_TESTS.name]):
        run = subprocess.run([promtool, *command], cwd=RULES.parent, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            yield f"promtool {' '.join(command)}:\n{run.stdout}{run.stderr}"
        else:
            print(f"promtool {' '.join(command)}: no fault")


def main() -> int:
    series = known()
    rules, rule_tests = RULES.read_text(encoding="utf-8"), RULE_TESTS.read_text(encoding="utf-8")
    alerts = set(ALERT.findall(rules))
    findings = [*unknown(RULES, rules, series), *unknown(RULE_TESTS, rule_tests, series)]
    shown = expressions()
    findings += unknown(DASHBOARD, shown, series)
    findings += differences("alerts and docs/OPERATIONS.md", alerts, set(ALERT_HEADING.findall(PAGE.read_text(encoding="utf-8"))))
    findings += lost_readers(rules)
    findings += untold_events()
    tried = set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", rule_tests))
    findings += differences("alerts and their tests", alerts, tried)
    in_panels = {name for name, _ in USED.findall(shown)}
    bases = {re.sub(r"_(bucket|sum|count)$", "", name) if name.endswith("_bucket") else name for name in series}
    bases = {name for name in bases if not re.search(r"_(sum|count)$", name) or name in in_panels}
    unseen = {name for name in bases if not any(used.startswith(name) for used in in_panels)}
    findings += [f"{DASHBOARD}: it does not show {name}" for name in sorted(unseen)]
    if not findings:
        findings += judged_by_promtool()
    print("\n".join(findings) or f"the dashboard and {len(alerts)} alerts name what there is")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
