"""Helps Schemathesis past "404 not found": most requests go to objects that exist.

A generated id is well formed at best, so nearly all requests to `/…/{id}` would only show that
unknown ids are refused. Here three of four get the id of an object made for that request, which
DELETE may therefore use up. A new kind of path parameter is a new entry in PATH_PARAMETERS.

Counts the answers by operation and status, too, for status_histogram.py.
"""

import atexit
import base64
import collections
import itertools
import json
import os
import pathlib
import threading
import unicodedata

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import EnsureResourceAvailability

BASE_URL = os.environ["BASE_URL"]
PASSWORD = "a long sentence is easy to keep"
STATUS_COUNTS = pathlib.Path(os.environ["STATUS_COUNTS"])

lock = threading.Lock()
turns = itertools.count()
numbers = itertools.count()
counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
if STATUS_COUNTS.exists():  # an earlier round's
    for operation, row in json.loads(STATUS_COUNTS.read_text()).items():
        counts[operation].update(row)
# Not of the session that makes the requests: signing out would end it.
refresh_tokens: list[str] = []

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['ACCESS_TOKEN']}"


def send(method: str, path: str, **arguments) -> dict:
    with lock:
        answer = session.request(method, BASE_URL + path, timeout=30, **arguments)
    answer.raise_for_status()
    return answer.json()


# --- Objects that exist --------------------------------------------------------------------------


def new_conversation(_: dict) -> str:
    first = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."}]
    return send("POST", "/v1/conversations", json={"items": first})["id"]


def new_item(parameters: dict) -> str:
    body = {"role": "user", "content": "What is a hexagon?"}
    return send("POST", f"/v1/conversations/{parameters['conversation_id']}/items", json=body)["id"]


def new_project(_: dict) -> str:
    return send("POST", "/v1/projects", json={"title": "Research"})["id"]


def new_api_key(_: dict) -> str:
    """An owner has at most 100 at a time."""
    with lock:
        keys = session.get(f"{BASE_URL}/auth/api-keys?limit=100", timeout=30).json()["data"]
        for key in keys if len(keys) > 90 else []:
            session.delete(f"{BASE_URL}/auth/api-keys/{key['id']}", timeout=30)
    return send("POST", "/auth/api-keys", json={"name": "My notebook"})["id"]


def account() -> dict:
    """The caller has an account if the requests need one."""
    credentials = {"email": "schemathesis@example.org", "password": PASSWORD}
    with lock:
        answer = session.post(f"{BASE_URL}/auth/upgrade", json=credentials, timeout=30)
    assert answer.status_code in (200, 409), answer.text
    return credentials


def new_session(_: dict) -> str:
    token = send("POST", "/auth/login", json=account())["access_token"]
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]


def new_share(parameters: dict) -> str:
    conversation = parameters.get("conversation_id") or new_conversation({})
    body = {"read_only": False}
    return send("POST", f"/v1/conversations/{conversation}/share", json=body)["share_id"]


# In the order in which they can be made: an item belongs to the conversation before it.
PATH_PARAMETERS = {
    "conversation_id": new_conversation,
    "item_id": new_item,
    "project_id": new_project,
    "key_id": new_api_key,
    "session_id": new_session,
    "share_id": new_share,
    # An item's first version is there from the start.
    "version": lambda _: 1,
    # Of the scripted provider.
    "model": lambda _: "check-model",
}


def use_existing_objects(case) -> None:
    existing = {}
    for name, make in PATH_PARAMETERS.items():
        if name in case.path_parameters:
            existing[name] = make(existing)
    if existing:
        case.path_parameters = case.path_parameters | existing


def use_existing_project(case, part: str) -> None:
    """A body or query that names a project names one that exists."""
    values = getattr(case, part)
    # Assigned only where it changes: Schemathesis judges anew whether an assigned part is valid,
    # and takes a body left out for invalid.
    if isinstance(values, dict) and isinstance(values.get("project_id"), str):
        setattr(case, part, values | {"project_id": new_project({})})


def first_page(path: str, query: dict) -> dict:
    """The first page of a list, or None if the list does not exist."""
    with lock:
        answer = session.get(BASE_URL + path, params=query | {"limit": 1}, timeout=30)
    return answer.json() if answer.ok else {}


def use_real_cursor(case) -> None:
    """A list's `after` is the cursor of the page before it, or absent."""
    if case.method != "GET" or "after" not in case.query:
        return
    # Whatever form is asked for, it is JSON that tells of the next page.
    query = {name: value for name, value in case.query.items() if name not in ("after", "format")}
    page = first_page(case.formatted_path, query)
    if page.get("next_after"):
        query["after"] = page["next_after"]
    case.query = query


def agree_with_path(case) -> None:
    """A parameter of the path that a query repeats has the same value."""
    repeated = set(case.query) & set(case.path_parameters)
    if repeated:
        case.query = case.query | {name: case.path_parameters[name] for name in repeated}


def use_refresh_token(case) -> None:
    """Each works once, and each answer brings the next one."""
    if not isinstance(case.body, dict) or "refresh_token" not in case.body:
        return
    with lock:
        token = refresh_tokens.pop() if refresh_tokens else None
    if token is None:
        token = send("POST", "/auth/guest-login")["refresh_token"]
    case.body = case.body | {"refresh_token": token}


def use_account(case) -> None:
    """One new address for each account; JSON Schema can't say which passwords are common, either."""
    if not isinstance(case.body, dict) or case.path not in ("/auth/register", "/auth/upgrade"):
        return
    fresh = {"email": f"ada{next(numbers)}@example.org", "password": PASSWORD}
    case.body = case.body | fresh


def use_credentials(case) -> None:
    """Sign-ins are for an account."""
    if not isinstance(case.body, dict) or case.path != "/auth/login":
        return
    account = {"email": f"ada{next(numbers)}@example.org", "password": PASSWORD}
    send("POST", "/auth/register", json=account)
    case.body = account


def use_password(case) -> None:
    """The caller has a password; changing it leaves it the same, for the next change."""
    if not isinstance(case.body, dict) or case.path != "/auth/password":
        return
    password = account()["password"]
    case.body = {"current_password": password, "new_password": password}


def use_guest(case, kwargs) -> None:
    """The caller of all other requests must not be upgraded, removed or signed out."""
    endings = (("POST", "/auth/upgrade"), ("DELETE", "/auth/me"), ("DELETE", "/auth/sessions"))
    if (case.method, case.path) not in endings:
        return

    def as_guest(request):
        # A request that must be refused stays as it is.
        if request.headers.get("Authorization") == session.headers["Authorization"]:
            token = send("POST", "/auth/guest-login")["access_token"]
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    kwargs["auth"] = as_guest


def use_distinct_call_ids(case) -> None:
    """JSON Schema can't say that a field is unique within an array."""
    items = case.body.get("items") if isinstance(case.body, dict) else None
    if not isinstance(items, list):
        return
    distinct = {item.get("call_id") or number: item for number, item in enumerate(items)}
    if len(distinct) < len(items):
        case.body = case.body | {"items": list(distinct.values())}


def use_flags_that_agree(case) -> None:
    """No link to a message is writable, and one that is writable is live: what the document says in
    words, since generators of clients know no booleans of one value."""
    if not isinstance(case.body, dict) or not case.path.endswith("/share"):
        return
    if case.path.endswith("{item_id}/share"):
        case.body = case.body | {"read_only": True}
    elif case.body.get("read_only") is False and case.body.get("live") is False:
        case.body = case.body | {"live": True}


def is_seen(name: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNPS" for character in name)


# Fields that are trimmed before they are checked.
TRIMMED = ("title", "name", "email")


def texts(value) -> list[str]:
    """Of a text, or of a list of some."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def has_space_around_a_name(case) -> bool:
    body = case.body if isinstance(case.body, dict) else {}
    names = [name for field in (*TRIMMED, "tags") for name in texts(body.get(field))]
    names += texts((case.query or {}).get("tag"))
    return any(name != name.strip() for name in names)


def use_names_that_are_seen(case) -> None:
    """JSON Schema can't say that a name has a character that can be seen."""
    if not isinstance(case.body, dict):
        return
    names = {name: case.body.get(name) for name in ("title", "name")}
    unseen = [key for key, name in names.items() if isinstance(name, str) and not is_seen(name)]
    if unseen:
        case.body = case.body | {key: "Research" for key in unseen}


def use_one_name_for_the_length(case) -> None:
    """JSON Schema can't say that two fields exclude each other."""
    if isinstance(case.body, dict) and {"max_tokens", "max_completion_tokens"} <= set(case.body):
        case.body = {name: value for name, value in case.body.items() if name != "max_tokens"}


def use_parts_and_tags_that_fit(case) -> None:
    """JSON Schema can't say that content is the text of parts, which type has which fields, and that only the
    assistant has reasoning; and which action takes a project or tags."""
    body = case.body
    if not isinstance(body, dict):
        return
    if case.path.endswith("/bulk"):
        named = {"move": "project_id", "tag": "tags", "untag": "tags"}.get(body.get("action"))
        kept = {name: value for name, value in body.items() if name not in ("project_id", "tags")}
        tags = seen_tags(body.get("tags") or []) or ["new"]
        given = {"project_id": None} if named == "project_id" else {"tags": tags}
        case.body = kept | (given if named else {})
        return
    if isinstance(body.get("tags"), list):
        case.body = body = body | {"tags": seen_tags(body["tags"])}
    if isinstance(body.get("items"), list):
        items = [NEW_ITEM | without_parts(item) for item in body["items"]]
        case.body = body | {"items": items}
    elif case.path == "/v1/conversations/{conversation_id}/items":
        case.body = NEW_ITEM | without_parts(body)
    elif case.path.endswith("/edit"):
        case.body = {"content": NEW_ITEM["content"]} | without_parts(body)


NEW_ITEM = {"role": "user", "content": "What are the next steps?"}


def without_parts(item: dict) -> dict:
    kept = {name: value for name, value in item.items() if name not in ("parts", "type")}
    if kept.get("role") != "assistant":
        kept.pop("reasoning", None)
    # Beside parts, a content may be empty.
    return kept if kept.get("content") != "" else {**kept, "content": NEW_ITEM["content"]}


def seen_tags(tags: list) -> list:
    """JSON Schema can't say that a tag has a character that can be seen."""
    return [tag if is_seen(tag) else "new" for tag in tags]


def use_filters_that_fit(case) -> None:
    """The same, and that a search has a word to look for, and not too many."""
    query = case.query
    if texts(query.get("tag")):
        case.query = query = query | {"tag": seen_tags(texts(query["tag"]))}
    if isinstance(query.get("q"), str):
        case.query = query | {"q": f"hexagon {query['q'][:30]}"}


def use_an_item_around(case) -> None:
    """`around` names an item of the conversation, and does not go with a cursor."""
    if "around" in case.query:
        case.query = {name: value for name, value in case.query.items() if name != "around"}


def use_fresh_key(case) -> None:
    """A key that comes again with another body is refused."""
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key {next(numbers)}"


def use_any_tag(case) -> None:
    """No generated tag is that of an object."""
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"


# --- Hooks ---------------------------------------------------------------------------------------


def is_valid(case, location: ParameterLocation) -> bool:
    """Whether this part was generated as valid; a part broken on purpose stays broken."""
    component = case.meta.components.get(location)
    return component is None or component.mode == GenerationMode.POSITIVE


@schemathesis.hook
def before_call(context, case, kwargs):
    use_guest(case, kwargs)
    if case.meta is None:
        return
    # The stateful phase follows its own objects through their lives.
    if case.meta.phase.name != TestPhase.STATEFUL and next(turns) % 4 != 0:
        if is_valid(case, ParameterLocation.PATH):
            use_existing_objects(case)
        if is_valid(case, ParameterLocation.BODY):
            use_refresh_token(case)
            use_credentials(case)
            use_existing_project(case, "body")
        if is_valid(case, ParameterLocation.QUERY):
            use_existing_project(case, "query")
        if is_valid(case, ParameterLocation.HEADER):
            use_any_tag(case)
    if is_valid(case, ParameterLocation.HEADER):
        use_fresh_key(case)
    if is_valid(case, ParameterLocation.BODY):
        use_distinct_call_ids(case)
        use_one_name_for_the_length(case)
        use_flags_that_agree(case)
        use_account(case)
        use_password(case)
        use_names_that_are_seen(case)
        use_parts_and_tags_that_fit(case)
    if is_valid(case, ParameterLocation.QUERY):
        agree_with_path(case)
        use_filters_that_fit(case)
        use_an_item_around(case)
        use_real_cursor(case)


@schemathesis.hook
def after_call(context, case, response):
    with lock:
        counts[f"{case.method.upper()} {case.path}"][str(response.status_code)] += 1
        if case.path == "/auth/refresh-token" and response.status_code == 200:
            refresh_tokens.append(response.json()["refresh_token"])


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """An object that exists may well answer 404 about another one that the request names, and 400
    where it is not one that can be replied to or shown. A conversation takes 1 to 100 new messages.
    No cursor but a list's own is good. Where a
    body may be left out, `null` is the same, which the document leaves out for the clients made of it.
    The length of a name is counted without the space around it, which JSON Schema can't say."""
    if isinstance(failure, AcceptedNegativeData) and case.body is None:
        body = case.operation.definition.raw.get("requestBody", {})
        return body.get("required", False)
    if isinstance(failure, AcceptedNegativeData) and has_space_around_a_name(case):
        return False
    of_one_item = ("/regenerate", "/regenerate/stream", "{item_id}/share")
    if response.status_code == 400 and case.path.endswith(of_one_item):
        return response.json()["error"]["param"] not in ("item_id", None)
    if response.status_code == 400 and case.path == "/v1/chat/completions":
        # A chat that is kept nowhere may have anything in it, as far as its provider takes that; in one
        # that is kept each message has a role and a text, and at least one of them is new.
        return not (isinstance(case.body, dict) and case.body.get("conversation"))
    if response.status_code == 400 and "before" in case.query:
        return "before must be" not in response.text
    if not isinstance(failure, EnsureResourceAvailability):
        return True
    param = response.json()["error"]["param"]
    return param is None or param in case.path_parameters


@atexit.register
def write_counts():
    STATUS_COUNTS.write_text(json.dumps(counts))
