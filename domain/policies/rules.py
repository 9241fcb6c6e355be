"""Pure rules of approval policies: which of them a post must satisfy, and how far it is."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.kernel.words import Word

WORD = re.compile(r"[^\W_]+")
"""Letters and figures: an apostrophe, a hyphen or a # ends a word."""


class ApprovalState(Word):
    """How the approval of what a post says now stands."""

    NOT_NEEDED = "not_needed", "No policy asks for it."
    NEEDED = "needed", "A policy asks for it, and nobody has been asked yet."
    ASKED = "asked", "A review is open."
    APPROVED = "approved", "It was approved as it stands."
    REFUSED = "refused", "It was refused as it stands."
    LOST = "lost", "It was approved, and was changed since."
    ON_HOLD = "on_hold", "It is on legal hold and changes no more."


class Conditions(Protocol):
    """What a policy asks of a post before it applies; an empty list asks nothing."""

    @property
    def community_id(self) -> UUID: ...
    @property
    def calendar_id(self) -> UUID | None: ...
    @property
    def networks(self) -> Collection[str]: ...
    @property
    def labels(self) -> Collection[str]: ...
    @property
    def topics(self) -> Collection[str]: ...
    @property
    def is_for_first_use(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a post decides; `is_first_use`: nothing of its campaign was ever public.

    `words` is what it says, as `words_of` gives it: the same for all that differ in form alone.
    """

    community_id: UUID
    calendar_id: UUID
    networks: frozenset[str]
    labels: frozenset[str]
    words: str
    is_first_use: bool


def applies(policy: Conditions, facts: Facts) -> bool:
    """Whether every condition holds; a list holds when one of its members does."""
    return (
        policy.community_id == facts.community_id
        and policy.calendar_id in {None, facts.calendar_id}
        and (not policy.networks or not facts.networks.isdisjoint(policy.networks))
        and (not policy.labels or not facts.labels.isdisjoint(policy.labels))
        and (not policy.topics or any(words_of([t]) in facts.words for t in policy.topics))
        and (facts.is_first_use or not policy.is_for_first_use)
    )


def words_of(texts: Iterable[str]) -> str:
    """Words between spaces, without case and accents; no phrase reaches from one text to the next.

    Empty where there is no word at all.
    """
    found = (" ".join(WORD.findall(_folded(text))) for text in texts)
    return "\n".join(f" {words} " for words in found if words)


def _folded(text: str) -> str:
    # Capitals first: a dotless ı has the capital of an i.
    plain = unicodedata.normalize("NFKD", text).upper().casefold()
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(each for each in parts if not unicodedata.combining(each))


def approval_state(
    *, is_held: bool, applies: bool, is_missing: bool, asked: ApprovalState | None
) -> ApprovalState:
    """`asked` is what came of the newest review: asked, refused or lost; none that counts: null.

    A legal hold stands before all of it.
    """
    if is_held:
        return ApprovalState.ON_HOLD
    if not applies:
        return ApprovalState.NOT_NEEDED
    if not is_missing:
        return ApprovalState.APPROVED
    return asked or ApprovalState.NEEDED


def after_edit(*, is_approved: bool, asked: ApprovalState | None) -> ApprovalState | None:
    """What the newest review is worth once the post says something else."""
    is_lost = is_approved or asked in {ApprovalState.ASKED, ApprovalState.LOST}
    return ApprovalState.LOST if is_lost else None
