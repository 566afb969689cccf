"""Compares the files of deploy/ with the service."""

import json
import os
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Headers by which a gateway names a user. From outside they must not arrive.
IDENTITY = {"X-User-ID", "X-User-Subject", "X-User-Email", "X-User-Username", "X-Gateway-Auth"}

HANDLER = re.compile(r'#\[(?:get|post|put|patch|delete)\("([^"]+)"\)\]')

# Addresses for the gateway itself. The service refuses requests that come through it, and Kong does not pass them on.
INNER = "/auth/validate-api-key"

# What Kong maps to Jan's face, and must not map elsewhere.
FACE = {"/v1/conversations", "/v1/projects", "/v1/shares", "/v1/public/shares"}


def ends(route: dict) -> bool:
    """Whether a route ends at Kong."""
    return any(plugin["name"] == "request-termination" for plugin in route.get("plugins", []))


def outside_of_inner(routes: list) -> set[str]:
    """Paths by which Kong would show its own addresses: the longest prefix wins."""
    shown, ended = set(), set()
    for service, route in routes:
        prefix = service["url"].removeprefix("http://jan-conversations:8000")
        for path in route["paths"]:
            before = prefix if route["strip_path"] else prefix + path
            if ends(route):
                ended.add(path)
            elif INNER.startswith(before):
                shown.add(path + INNER.removeprefix(before) if route["strip_path"] else INNER)
    return {path for path in shown if not any(path.startswith(end) for end in ended)}


def problems_of_kong(kong: dict, addresses: set[str]) -> list[str]:
    problems = []
    routes = [(service, route) for service in kong["services"] for route in service["routes"]]
    seen = set()
    for service, route in routes:
        prefix = service["url"].removeprefix("http://jan-conversations:8000")
        for path in route["paths"]:
            if path in seen:
                problems.append(f"{path} is mapped twice")
            seen.add(path)
            # A path that begins with ~ is an expression; those here only end the address.
            plain = path.removeprefix("~").removesuffix("$")
            inner = prefix + ("" if route["strip_path"] else plain)
            if not any(address == inner if path[0] == "~" else address.startswith(inner) for address in addresses):
                problems.append(f"{path} leads to {inner}, which the service does not have")
            if path in FACE and prefix != "/jan":
                problems.append(f"{path} must lead to /jan{path}")
        if ends(route):
            continue
        streams = any(path.startswith(("/v1", "/conversations-api")) for path in route["paths"])
        if streams and route.get("response_buffering", True):
            problems.append(f"{route['name']} buffers answers, so a reply would come all at once")
        if not route.get("preserve_host"):
            problems.append(f"{route['name']} does not preserve the host")
    problems += [f"{path} is not mapped" for path in FACE - seen]
    problems += [f"{path} is for Kong itself, and is shown" for path in outside_of_inner(routes)]
    problems += [
        f"{service['name']} repeats requests by itself"
        for service in kong["services"]
        if service.get("retries") != 0
    ]
    plugins = {plugin["name"]: plugin["config"] for plugin in kong["plugins"]}
    code = "\n".join(plugins.get("pre-function", {}).get("access", []))
    problems += [f"{name} from outside arrives" for name in IDENTITY if f'"{name}"' not in code]
    problems += [f"{name} is missing" for name in ("rate-limiting", "request-size-limiting") if name not in plugins]
    return problems


def addresses_of_face() -> set[str]:
    """The addresses of Jan's face, whose document is not kept in a file: as its handlers say."""
    handlers = (ROOT / "crates/api/src/jan").rglob("*.rs")
    found = {path for file in handlers for path in HANDLER.findall(file.read_text())}
    return {path if path.startswith("/jan/") else f"/jan/v1{path}" for path in found}


def problems_of_realm(realm: dict) -> list[str]:
    client = realm["clients"][0]
    mappers = {mapper["protocolMapper"]: mapper["config"] for mapper in client["protocolMappers"]}
    audience = mappers.get("oidc-audience-mapper", {})
    problems = []
    if audience.get("included.custom.audience") != "jan-conversations" or audience.get("access.token.claim") != "true":
        problems.append("the realm's client has no audience jan-conversations in access tokens")
    if client["directAccessGrantsEnabled"] or client["implicitFlowEnabled"] or "users" in realm:
        problems.append("the realm lets a client have passwords, or has users")
    return problems


def problems_of_schema(kong: dict) -> list[str]:
    path = os.environ.get("KONG_SCHEMA")
    if not path:
        print("skipped: Kong's own schema, because KONG_SCHEMA does not name it")
        return []
    # Schemathesis brings it.
    import jsonschema_rs

    schema = json.loads(pathlib.Path(path).read_text())
    errors = jsonschema_rs.validator_for(schema).iter_errors(kong)
    return [f"Kong's schema: {error.instance_path}: {error.message}" for error in errors]


def main() -> int:
    kong = yaml.safe_load((ROOT / "deploy/kong/kong.yml").read_text())
    document = json.loads((ROOT / "openapi/openapi.json").read_text())
    addresses = set(document["paths"]) | addresses_of_face()
    realm = json.loads((ROOT / "deploy/keycloak/realm-jan.json").read_text())
    yaml.safe_load((ROOT / "deploy/jan-server/compose.yml").read_text())
    problems = problems_of_kong(kong, addresses) + problems_of_realm(realm) + problems_of_schema(kong)
    for problem in problems:
        print(f"deploy: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
