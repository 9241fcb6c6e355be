"""The person who is asked: looks at the network, settles what is in doubt, connects again."""

from collections.abc import Sequence
from typing import Any

import httpx2

from tests.faults.cells import Cell
from tests.stack import until

OPEN = ("waiting", "going", "unknown")


def attend(cells: Sequence[Cell], *, within_s: float) -> None:
    """Answers what people are asked until every delivery of the cells has come to its end."""
    client = cells[0].desk.client
    by_account = {cell.account: cell for cell in cells}

    def is_over() -> bool:
        try:
            for row in _all(client, "deliveries", ("unknown",)):
                if _asks(row):
                    settle(by_account[row["account_id"]], row)
            for account in _all(client, "accounts", ("action_required",)):
                connect_again(by_account[account["id"]])
            return not _all(client, "deliveries", OPEN)
        except httpx2.HTTPError:
            return False  # an engine is coming back

    until(is_over, "every delivery has come to its end", within_s=within_s)


def settle(cell: Cell, row: dict[str, Any]) -> None:
    """Says whether the message is there; one that is not is sent again at a person's word."""
    client, path = cell.desk.client, f"/v1/deliveries/{row['id']}"
    there = cell.standing(row["post_id"])
    word = {"is_published": True, "remote_id": there[0]} if there else {"is_published": False}
    cell.asked.append(row["id"])
    client.post(f"{path}/settle", json=word).raise_for_status()
    if not there:
        client.post(f"{path}/retry").raise_for_status()


def connect_again(cell: Cell) -> None:
    client, account = cell.desk.client, cell.account
    cell.asked.append(account)
    begun = client.post(f"/v1/accounts/{account}/reconnect", json={"login": cell.far.login()})
    begun.raise_for_status()
    until(
        lambda: client.get(f"/v1/accounts/{account}").json()["state"] == "connected",
        "the account is connected again",
    )


def _asks(row: dict[str, Any]) -> bool:
    problem = row["problem"]
    return bool(problem and problem["acting_party"] == "user" and problem["next_at"] is None)


def _all(client: httpx2.Client, what: str, states: Sequence[str]) -> list[dict[str, Any]]:
    """The first hundred in these states: the rest is seen at the next look."""
    asked = "&".join(f"state={state}" for state in states)
    answer = client.get(f"/v1/{what}?limit=100&{asked}")
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["data"]
    return found
