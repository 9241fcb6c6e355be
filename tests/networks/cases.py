"""What a network brings to the conformance suite: facts in its `case.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Literal

from domain.connector.dialects.rate import Rate
from domain.connector.port import Connector
from domain.connector.words import Access, InboxKind, Login, Metric
from domain.networks import find
from tests.networks.scripted import Exchange

Failure = Literal["rate_limited", "locked_out", "refused", "out_of_order"]


@dataclass(frozen=True)
class NetworkCase:
    """One network in the suite."""

    access: Access
    login: Login
    write: tuple[str, str]
    """Method and path of the call that makes a post appear; empty where nothing is published.

    The path may end in `*`, for what differs from one message to the next.
    """
    failures: Mapping[Failure, Exchange]
    """How the network says each; method and path are those of the call that fails."""
    inbox_kinds: frozenset[InboxKind]
    """Every kind that scenario `inbox_next` holds."""
    post_ids: tuple[str, ...] = ()
    """Posts that the metrics scenarios measure."""
    gone_id: str = ""
    """A post that is not there, which scenario `answer_missing` asks for."""
    lone_metric: Metric = Metric.LIKES
    """What scenario `post_metrics_partial` tells, as nought."""
    renews_grant: bool = False
    named: Callable[[str], str] = str
    """What a write says of the message it answers, by that one's remote id."""
    seeks_first: bool = False
    """Whether a thread that goes on asks the network before it sends; its own tests tell."""
    poll_write: tuple[str, str] | None = None
    """The call that makes a poll appear; None: the same as any post."""
    says: tuple[str, str] | None = None
    """The call that says what another makes appear; None: the same."""
    quoted: tuple[str, str] | None = None
    """The address that scenario `quote` quotes, and what a write says of it."""
    video_write: tuple[str, str] | None = None
    """The call that makes a video appear; None: the same as any post."""
    video_word: str = ""
    """What only that call says, where others go to the same place."""
    video_failure: str = ""
    """What scenario `video_failed` says."""
    looks_after_failure: bool = False
    """Whether it is asked what stands there once a write has failed."""
    rate: Rate | None = None
    """What scenario `rates` tells."""
    a_day: str = "86400"
    """How a poll is told to last one."""
    has_alt_texts: bool = True
    has_secret_in_path: bool = False
    """Where the network itself wants it there; logs leave it out (`workers.sending.redacted`)."""
    secrets: tuple[str, ...] = ()
    """What of the login nobody may see."""

    def writes(self, method: str, path: str) -> bool:
        """Whether such a call makes a post appear."""
        return _is_such(self.write, method, path)

    def speaks(self, method: str, path: str) -> bool:
        """Whether such a call says what a post says."""
        return _is_such(self.says or self.write, method, path)

    @property
    def grant_secrets(self) -> tuple[str, ...]:
        grant = self.access.grant
        return tuple(each for each in (grant.access, grant.refresh) if each)

    @property
    def every_secret(self) -> tuple[str, ...]:
        return (*self.grant_secrets, *self.secrets)


def _is_such(pattern: tuple[str, str], method: str, path: str) -> bool:
    return method == pattern[0] and fnmatchcase(path, pattern[1])


def case_of(key: str) -> NetworkCase:
    case = import_module(f"tests.networks.{key}.case").CASE
    assert isinstance(case, NetworkCase)
    return case


def connector_of(key: str) -> Connector:
    connector = find(key)
    assert connector is not None
    return connector
