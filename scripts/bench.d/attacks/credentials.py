"""Neighbours with bad keys and bad refresh tokens, lost answers to a refresh, and two windows at once.

    python3 scripts/bench.d/attacks/credentials.py --binary PATH

The service must count KEY_LIMIT and REFRESH_LIMIT, which are on by default. A refresh token that is
refused here takes a guest's data with it.
"""

import json
import threading

import common
from common import Row, Service

ROUNDS = 75


def session(service: Service) -> dict:
    status, answer = service.request("POST", "/auth/guest-login")
    if status != 201:
        raise RuntimeError(f"no guest: {status} {answer[:200]!r}")
    return json.loads(answer)


def refresh(service: Service, token: str) -> tuple[int, str]:
    status, answer = service.request("POST", "/auth/refresh-token", {"refresh_token": token})
    return status, json.loads(answer).get("refresh_token", "")


def key(service: Service, token: str, name: str) -> str:
    status, answer = service.request("POST", "/auth/api-keys", {"name": name}, token)
    if status != 201:
        raise RuntimeError(f"no key: {status} {answer[:200]!r}")
    return json.loads(answer)["key"]


def good_keys_refused(service: Service) -> int:
    """Of good keys that are used for the first time beside a neighbour's bad ones."""
    token = session(service)["access_token"]
    keys = [key(service, token, f"key {number}") for number in range(ROUNDS)]
    for number in range(ROUNDS):
        service.request("GET", "/v1/projects", token=f"sk_{number:043}")
    answers = [service.request("GET", "/v1/projects", token=good)[0] for good in keys]
    return sum(status != 200 for status in answers)


def lost_answers(service: Service) -> int:
    """How many guests are lost whose first answer to a refresh did not arrive."""
    lost = 0
    for _ in range(20):
        token = session(service)["refresh_token"]
        refresh(service, token)
        lost += refresh(service, token)[0] != 200
    return lost


def windows(service: Service) -> int:
    """How many guests are lost of whom two windows refresh at once and keep the last answer."""
    lost = 0
    for _ in range(20):
        token, answers = session(service)["refresh_token"], []

        def ask(token=token, answers=answers):
            answers.append(refresh(service, token))

        both = [threading.Thread(target=ask) for _ in range(2)]
        for window in both:
            window.start()
        for window in both:
            window.join()
        lost += any(status != 200 for status, _ in answers)
    return lost


def measure(service: Service):
    yield Row("guests lost by a lost answer, of 20", lost_answers(service), "", "0")
    yield Row("guests lost by two windows at once, of 20", windows(service), "", "0")
    token = session(service)["refresh_token"]
    for number in range(ROUNDS):
        refresh(service, f"rt_{number:043}")
    good = refresh(service, token)[0]
    yield Row("good refresh refused beside 75 bad ones", int(good != 200), "", "0")
    yield Row("good keys refused beside 75 bad ones, of 75", good_keys_refused(service), "", "0")


if __name__ == "__main__":
    common.main(measure, {"KEY_LIMIT": "60/15m", "REFRESH_LIMIT": "60/15m", "GUEST_LIMIT": "off"})
