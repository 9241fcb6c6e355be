"""One round of a kill test: something dies while posts go out; then the sandbox is counted."""

import json
from collections import Counter
from collections.abc import Callable, Sequence

import httpx2

from tests.house import House
from tests.stack import Stack, until

Kill = Callable[[Stack], None]
POSTS = 3
RECURRENCES = 8
DAYS = 20
ROWS = 4000
ENDS = {"published", "failed"}


def play_round(stack: Stack, house: House, name: str, kill: Kill) -> Counter[int]:
    """How many posts of the round stand on the network how often; right is all of them once.

    The first call to the network has its effect and is not answered before its time is up: the
    kill falls between sending and recording, and that is looked at first.
    """
    house.fault("timeout_after_success", seconds=30)
    texts = [f"Manche {name}, message {each}" for each in range(POSTS)]
    posts = {house.publish(text): text for text in texts}
    until(
        lambda: any(house.published(text) and _is_going(house, id_) for id_, text in posts.items()),
        "one post is over there and not recorded yet",
    )
    kill(stack)
    until(lambda: _all_settled(house, list(posts)), f"round {name} is settled", within_s=90)
    found = Counter(post["text"] for post in house.state()["posts"])
    return Counter(found[text] for text in texts)


def plan_round(stack: Stack, house: House, kill: Kill) -> Counter[int]:
    """How many occurrences of daily recurrences have how many posts; right is one each.

    Something dies as soon as the first posts are there, while the others are made.
    """
    rule = f"RRULE:FREQ=DAILY;COUNT={DAYS}"
    ids = [house.recur(f"Chaque jour {each}", rule) for each in range(RECURRENCES)]
    until(lambda: any(house.occurrences(id_) for id_ in ids), "the first posts are there")
    kill(stack)
    until(lambda: all(_is_planned(house, id_) for id_ in ids), "all is planned", within_s=90)
    each = Counter((id_, wall) for id_ in ids for wall in house.occurrences(id_))
    return Counter(each.values())


def import_round(stack: Stack, house: House, name: str, kill: Kill) -> Counter[int]:
    """How many rows of a file have how many posts; right is all of them one.

    Something dies as soon as the first batch is made. The posts are read as the file they make.
    """
    lines = [json.dumps({"title": f"Ligne {each}", "labels": [name]}) for each in range(ROWS)]
    sent = house.client.post(
        f"/v1/imports?calendar_id={house.calendar}",
        content="\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert sent.status_code == 202, sent.text
    path = sent.headers["location"]
    until(lambda: house.client.get(path).json()["made"], "the first rows are made")
    kill(stack)
    until(lambda: _is_imported(house, path), "all rows are made", within_s=90)
    exported = house.client.get(f"/v1/posts/export?format=jsonl&label={name}").text
    each = Counter(json.loads(line)["title"] for line in exported.splitlines())
    assert len(each) == ROWS
    return Counter(each.values())


def _is_imported(house: House, path: str) -> bool:
    try:
        return bool(house.client.get(path).json().get("state") == "done")
    except httpx2.HTTPError:
        return False  # an engine is coming back


def _is_planned(house: House, id_: str) -> bool:
    try:
        return len(house.occurrences(id_)) >= DAYS
    except (AssertionError, httpx2.HTTPError):
        return False  # an engine is coming back


def _is_going(house: House, id_: str) -> bool:
    [delivery] = house.post(id_)["deliveries"]
    return bool(delivery["state"] == "going")


def _all_settled(house: House, ids: Sequence[str]) -> bool:
    try:
        return all(house.post(id_)["state"] in ENDS for id_ in ids)
    except (AssertionError, httpx2.HTTPError):
        return False  # an engine is coming back


def kill_worker(stack: Stack) -> None:
    stack.kill_worker()
    stack.start_worker()


def kill_postgres(stack: Stack) -> None:
    stack.kill_postgres()


def kill_valkey(stack: Stack) -> None:
    stack.kill_valkey()


def wipe_valkey(stack: Stack) -> None:
    stack.wipe_valkey()
