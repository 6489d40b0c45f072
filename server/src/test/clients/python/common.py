"""What both clients' tests share. The server, its key and its models come from the environment."""

import json
import os
import threading
import time
import urllib.request

BASE = os.environ["STOA_URL"]
KEY = os.environ["STOA_KEY"]
# A real model, and one that answers with so many tokens, one every so many milliseconds.
MODEL = os.environ["STOA_MODEL"]
SLOW = "mock-0-100-25"
QUICK = "mock-0-0-8"

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Oslo", "Rome"]}, "people": {"type": "integer", "enum": [700000, 2700000]}},
    "required": ["city", "people"],
    "additionalProperties": False,
}


def admin(path, body):
    request = urllib.request.Request(
        BASE + path,
        data=json.dumps(body).encode(),
        headers={"x-api-key": KEY, "anthropic-version": "2023-06-01", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def limited_key(**limits):
    """A key of its own with limits."""
    key = admin("/v1/organizations/api_keys", {"name": "limited"})
    admin("/v1/organizations/limits", {"scope": {"type": "api_key", "id": key["id"]}, **limits})
    # It is announced, which takes a busy machine a moment.
    time.sleep(0.3)
    return key["key"]


def ended(look, is_over, seconds=60):
    """Looks until it is over, and returns what it saw then."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if is_over(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not over within {seconds} s: {seen}")
        time.sleep(0.1)


class Busy:
    """Keeps a stream open that has begun, so that its key has no place for another until it has ended."""

    def __init__(self, stream):
        self.events = iter(stream)
        next(self.events)
        self.thread = threading.Thread(target=lambda: list(self.events))

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *failure):
        self.thread.join()
