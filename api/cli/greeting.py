"""What `up` says when everything answers: addresses, the token, calls to paste."""

import json
import os
import sys
from pathlib import Path

from api.cli.stack import Stack

Facts = dict[str, object]


def facts(stack: Stack, token_path: Path, sign_in: str | None) -> Facts:
    """What a program needs to use this stack."""
    return {
        "url": stack.url,
        "graphql": f"{stack.url}/graphql",
        "docs": f"{stack.url}/docs",
        "token": token_path.read_text().strip() if token_path.exists() else None,
        "sign_in": sign_in,
        "data": stack.env["DATA_DIR"],
        "metrics": f"http://127.0.0.1:{stack.api.env['METRICS_PORT']}",
        "pid": os.getpid(),
        "pids": stack.pids,
    }


def greet(known: Facts, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(known) if as_json else in_words(known)) + "\n")
    sys.stdout.flush()


def in_words(known: Facts) -> str:
    """The same for people, with calls that work as they stand."""
    url, token = known["url"], known["token"]
    curl = f"curl -s -H 'Authorization: Bearer {token}'"
    sends = "-H 'Content-Type: application/json' -d"
    once = "-H 'Idempotency-Key: first-community'"
    choir = json.dumps({"name": "Choir", "slug": "choir", "time_zone": "Europe/Paris"})
    sign_in = known["sign_in"] or f"{url}/sign-in"
    query = json.dumps({"query": "{ communities(first: 5) { edges { node { id name } } } }"})
    return f"""
Parvis runs.
  REST           {url}/v1
  API reference  {known["docs"]}
  GraphQL, IDE   {known["graphql"]}
  token          {token}
  sign in, once  {sign_in}
  data and logs  {known["data"]}

Three calls to paste:
  {curl} {url}/v1/networks
  {curl} {once} {sends} '{choir}' {url}/v1/communities
  {curl} {sends} '{query}' {known["graphql"]}

Ctrl-C stops everything."""
