"""What a network brings to the conformance suite, and the drafts that all of them publish.

A network's folder here holds `case.py` with a `CASE`, a README that says where its replies come
from, and `recorded/<scenario>.json` for all it can do and nothing else (`SCENARIOS`):

    connect, check, refresh (where grants run out)
    post, thread (a second post where the network has no threads), illustrated
    after_failure (what is called once a write has failed, where anything is)
    look_up_found, look_up_missing, withdraw, withdraw_gone, answer_missing
    edit
    shown (post, then illustrated), shown_gone (the first message of the thread, withdrawn)
    poll, settings, quote, video, where the network has them
    video_lasting, video_resumed (where it works on videos before it shows them), video_failed
    rates (an answer to `check` that tells what is left), where answers tell it
    inbox_baseline, inbox_next, inbox_quiet
    post_metrics, post_metrics_partial (none of one metric, and nothing else told; both only where
    posts are measured), account_metrics
"""

from collections.abc import Callable, Iterable

from domain.connector.manifest import IdempotencyClass
from domain.connector.port import Connector
from tests.networks.cases import NetworkCase
from tests.networks.scripted import NETWORKS

Needed = Callable[[Connector, NetworkCase], object]


def _is_sought(connector: Connector, case: NetworkCase) -> bool:  # noqa: ARG001 - as all of them
    is_blind = connector.manifest.idempotency is IdempotencyClass.NONE
    return connector.publish is not None and not is_blind


SCENARIOS: dict[str, Needed] = {
    **dict.fromkeys(("connect", "check"), lambda network, _: network.connect),
    "refresh": lambda _, case: case.renews_grant,
    **dict.fromkeys(
        ("post", "thread", "withdraw", "withdraw_gone"), lambda network, _: network.publish
    ),
    **dict.fromkeys(("look_up_found", "look_up_missing"), _is_sought),
    "after_failure": lambda _, case: case.looks_after_failure,
    "answer_missing": lambda _, case: case.gone_id,
    "illustrated": lambda network, _: network.manifest.images,
    "video": lambda network, _: network.manifest.videos,
    **dict.fromkeys(
        ("video_lasting", "video_resumed"), lambda network, _: network.manifest.video_work
    ),
    "video_failed": lambda network, _: (work := network.manifest.video_work) and work.tells_failure,
    "quote": lambda network, _: network.manifest.has_quotes,
    "poll": lambda network, _: network.manifest.polls,
    "settings": lambda network, _: network.settings,
    "edit": lambda network, _: network.edit,
    **dict.fromkeys(("shown", "shown_gone"), lambda network, _: network.shows),
    **dict.fromkeys(
        ("inbox_baseline", "inbox_next", "inbox_quiet"), lambda network, _: network.inbox
    ),
    **dict.fromkeys(("post_metrics", "post_metrics_partial"), lambda _, case: case.post_ids),
    "account_metrics": lambda network, _: network.metrics,
    "rates": lambda _, case: case.rate,
}
"""Each with what calls for it."""


def amiss(connector: Connector, case: NetworkCase, brought: Iterable[str]) -> list[str]:
    """Scenarios that a network owes for what it can do, or brings for what it cannot."""
    owed = {name for name, needed in SCENARIOS.items() if needed(connector, case)}
    return sorted(owed ^ set(brought))


def brought_by(key: str) -> list[str]:
    """Whom they were recorded with is no scenario."""
    names = {path.stem for path in (NETWORKS / key / "recorded").glob("*.json")}
    return sorted(names - {"account"})
