"""Where each kind of the agenda stands: one statement, each kind by an index of its own."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.agenda.shapes import AgendaKind
from domain.connector.errors import ActingParty, GrantExpired, VersionGone
from domain.connector.troubles import TROUBLES
from domain.kernel.errors import (
    AccountDisconnected,
    AccountRemoved,
    DeliveryNotThere,
    DeliveryStopped,
    NotApproved,
    PostOnHold,
    PublishingExpired,
    PublishingMissed,
    PublishingPaused,
    QuoteUnpublished,
    RightsExpired,
    TimeAfterValidity,
)
from domain.setbacks.rules import FORGOTTEN_AFTER, PATIENCE, Work

REMEDIES = {
    AgendaKind.DELIVERY_HELD: "Put right what `message` says; it goes on by itself then.",
    AgendaKind.DELIVERY_FAILED: "Put right what `message` says, then retry it.",
    AgendaKind.OUTCOME_UNKNOWN: "Look on the network, then settle whether it is there.",
    AgendaKind.CONTENT_DRIFT: "Approve the update that would put it right, or accept it.",
    AgendaKind.REVIEW_OPEN: "Approve it, or say what must change.",
    AgendaKind.ACCOUNT_TROUBLED: "Connect the account again.",
    AgendaKind.VERSION_ENDS: TROUBLES[VersionGone.code].remedy,
    AgendaKind.VALIDITY_ENDS: "Update it, or confirm it with another end.",
    AgendaKind.CHECK_DUE: "Confirm that it still holds, or propose an update.",
    AgendaKind.UPDATE_PROPOSED: "Approve or dismiss the update.",
    AgendaKind.SOURCE_MOVED: "Accept the new address, or name another page and remove this source.",
    AgendaKind.WORK_STUCK: "Look into the workers' log, under `work.broken` and this id.",
}
"""Of a troubled source it depends on what is wrong."""
OF_CODES = {
    **{
        kind.code: kind.remedy
        for kind in (
            AccountRemoved,
            DeliveryNotThere,
            DeliveryStopped,
            NotApproved,
            PostOnHold,
            PublishingExpired,
            PublishingMissed,
            PublishingPaused,
            QuoteUnpublished,
            RightsExpired,
            TimeAfterValidity,
        )
    },
    **{
        code: trouble.remedy
        for code, trouble in TROUBLES.items()
        if trouble.acting_party is not ActingParty.NETWORK
    },
    AccountDisconnected.code: TROUBLES[GrantExpired.code].remedy,
}
"""Of a delivery that is held or failed, by what is wrong; for other codes by its kind."""
STOPPED = frozenset({AgendaKind.DELIVERY_HELD, AgendaKind.DELIVERY_FAILED, AgendaKind.POST_DUE})
"""What goes on no further without somebody, or will not once it is due."""
GO_ON = frozenset({AgendaKind.DELIVERY_HELD, AgendaKind.OUTCOME_UNKNOWN})
FOR_A_BUDGET = frozenset({"outbound.budget_spent", "network.rate_limited"})
"""What holds a delivery until its account may call again."""
NOTHING_TO_DO = "Nothing: it goes on at `next_at`. The account's budgets say what it waits for."
TRIED_AGAIN = "Nothing: it goes on at `next_at`, by itself."
"""While the network must act, or is asked what became of it."""
IDS = ("post_id", "delivery_id", "mention_id", "review_id", "update_id", "source_id", "account_id")


class Place(NamedTuple):
    """The rows of one kind: `row` is the alias of those that are listed, by `at` and their id."""

    rows: str
    row: str
    at: str
    ids: Mapping[str, str]
    title: str = "p.title"
    community: str = ""
    is_meant: str = "true"
    problem: str = "NULL::jsonb"
    next_at: str = "NULL::timestamptz"
    id: str = "id"


def _beside(table: str, row: str, key: str, other: str, id_: str) -> str:
    return f"{table} {other} ON {other}.workspace_id = {row}.workspace_id AND {other}.{id_} = {key}"


_DELIVERIES = (
    f"deliveries d JOIN {_beside('accounts', 'd', 'd.account_id', 'a', 'id')} "
    f"LEFT JOIN {_beside('posts', 'd', 'd.post_id', 'p', 'id')} "
    f"LEFT JOIN {_beside('answers', 'd', 'd.id', 'n', 'delivery_id')}"
)
_STANDS = "p.state NOT IN ('withdrawn', 'cancelled')"
"""What was taken back or called off asks nobody to keep it right; planned anew, it does again."""
_OF_DELIVERY = {
    "post_id": "d.post_id",
    "delivery_id": "d.id",
    "mention_id": "n.mention_id",
    "account_id": "d.account_id",
}


def _delivery(state: str) -> Place:
    return Place(
        _DELIVERIES,
        "d",
        "d.due_at",
        _OF_DELIVERY,
        title="coalesce(p.title, a.handle, '')",
        community="a.community_id",
        is_meant=state,
        problem="d.problem",
        next_at="d.act_at",
    )


def _upkeep(moment: str) -> Place:
    rows = f"upkeeps u JOIN {_beside('posts', 'u', 'u.id', 'p', 'id')}"
    return Place(rows, "u", f"u.{moment}", {"post_id": "u.id"}, is_meant=_STANDS)


def _source(since: str, problem: str) -> Place:
    return Place(
        f"watched_pages w JOIN {_beside('sources', 'w', 'w.id', 's', 'page_id')} "
        f"JOIN {_beside('posts', 's', 's.post_id', 'p', 'id')}",
        "s",
        since,
        {"post_id": "s.post_id", "source_id": "s.id"},
        is_meant=f"{since} IS NOT NULL AND {_STANDS}",
        problem=problem,
    )


def _stuck(work: Work) -> str:
    return f"CASE s.work WHEN '{work}' THEN s.subject_id END"


PLACES: Mapping[AgendaKind, Place] = {
    AgendaKind.DELIVERY_HELD: _delivery("d.state = 'waiting' AND d.problem IS NOT NULL"),
    AgendaKind.DELIVERY_FAILED: _delivery("d.state = 'failed'"),
    AgendaKind.OUTCOME_UNKNOWN: _delivery("d.state = 'unknown'"),
    # Each drift is told by its first difference.
    AgendaKind.CONTENT_DRIFT: _delivery(
        "d.drifted_at IS NOT NULL AND d.drift_accepted_at IS NULL"
    )._replace(at="d.drifted_at", problem="d.drift -> 0", next_at="NULL::timestamptz"),
    # What is overdue stands there as its deliveries, with what is wrong. What would be held then is
    # told before: what a change has cost its approval, or new rules of a zone have put too late.
    AgendaKind.POST_DUE: Place(
        "posts p",
        "p",
        "p.publish_at",
        {"post_id": "p.id"},
        is_meant="p.state = 'scheduled' AND p.publish_at >= $9",
        problem="CASE WHEN p.valid_until_at <= p.publish_at THEN jsonb_build_object("
        f"'code', '{TimeAfterValidity.code}', 'acting_party', 'user', 'message', "
        "'What it says does not hold then any more: it is held back when it is due.') "
        "WHEN p.review_state IN ('asked', 'refused', 'lost') THEN jsonb_build_object("
        f"'code', '{NotApproved.code}', 'acting_party', 'user', 'message', "
        "'What it says now is not approved: without that it is held back when it is due.') END",
        next_at="p.publish_at",
    ),
    AgendaKind.REVIEW_OPEN: Place(
        f"reviews r JOIN {_beside('posts', 'r', 'r.post_id', 'p', 'id')}",
        "r",
        "r.due_at",
        {"post_id": "r.post_id", "review_id": "r.id"},
        # Of words that were changed since nobody can decide; what is public or was called off
        # waits for none.
        is_meant="r.state = 'open' AND p.review_id = r.id AND p.review_state = 'asked' "
        "AND p.state NOT IN ('going_out', 'published', 'withdrawn', 'cancelled')",
    ),
    AgendaKind.ACCOUNT_TROUBLED: Place(
        "accounts a",
        "a",
        "a.updated_at",
        {"account_id": "a.id"},
        title="coalesce(a.handle, a.network)",
        is_meant="a.state IN ('action_required', 'failed') AND a.removed_at IS NULL",
        problem="a.problem",
    ),
    AgendaKind.VERSION_ENDS: Place(
        "accounts a",
        "a",
        "a.version_noticed_at",
        {"account_id": "a.id"},
        title="coalesce(a.handle, a.network)",
        is_meant="a.version_noticed_at IS NOT NULL AND a.removed_at IS NULL",
        problem="a.version_notice",
    ),
    AgendaKind.VALIDITY_ENDS: _upkeep("valid_until_at"),
    AgendaKind.CHECK_DUE: _upkeep("next_check_at"),
    AgendaKind.UPDATE_PROPOSED: Place(
        f"updates u JOIN {_beside('posts', 'u', 'u.post_id', 'p', 'id')}",
        "u",
        "u.created_at",
        {"post_id": "u.post_id", "update_id": "u.id", "source_id": "u.source_id"},
        is_meant="u.state = 'proposed'",
    ),
    AgendaKind.SOURCE_TROUBLED: _source("w.troubled_at", "w.problem")._replace(next_at="w.act_at"),
    AgendaKind.SOURCE_MOVED: _source(
        "w.moved_at",
        "jsonb_build_object('acting_party', 'user',"
        " 'message', 'The page moved for good, to ' || w.moved_to)",
    ),
    AgendaKind.WORK_STUCK: Place(
        f"setbacks s LEFT JOIN {_beside('posts', 's', 's.post_id', 'p', 'id')}",
        "s",
        "s.since",
        {
            "post_id": "s.post_id",
            "delivery_id": _stuck(Work.READ_BACK),
            "review_id": _stuck(Work.REMIND),
            "update_id": _stuck(Work.CARRY_ON),
            "source_id": _stuck(Work.TELL),
        },
        title="coalesce(p.title, '')",
        is_meant=f"s.failures >= {PATIENCE} "
        f"AND s.next_at > $9 - interval '{FORGOTTEN_AFTER.total_seconds():.0f} seconds'",
        next_at="s.next_at",
        id="subject_id",
    ),
}


def _select(kind: AgendaKind, place: Place) -> str:
    row, at = place.row, place.at
    community = place.community or f"{row}.community_id"
    ids = ", ".join(f"{place.ids.get(name, 'NULL::uuid')} AS {name}" for name in IDS)
    id_ = f"{row}.{place.id}"
    return (
        f"SELECT '{kind}' AS kind, {at} AS at, {community} AS community_id, {place.title} AS title,"
        f" {ids}, {place.problem} AS problem, {place.next_at} AS next_at, {id_} AS subject"
        f" FROM {place.rows} WHERE {row}.workspace_id = $1 AND {place.is_meant}"
        f" AND {at} >= $2 AND {at} < $3 AND ({at}, {id_}, '{kind}') > ($4, $5, $10)"
        f" AND ($6::uuid[] IS NULL OR {community} = ANY ($6))"
        f" AND '{kind}' = ANY ($7) ORDER BY {at}, {id_} LIMIT $8"
    )


READ = (
    f"SELECT * FROM ({' UNION ALL '.join(f'({_select(*each)})' for each in PLACES.items())}) items"
    " ORDER BY at, subject, kind LIMIT $8"
)
