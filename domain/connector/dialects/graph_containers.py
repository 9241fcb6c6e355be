"""Containers of Meta's networks: what a post is published from, once; their handle of it.

    made        nothing is seen yet; the network fetches the files, and works on videos
    FINISHED    it may be published
    PUBLISHED   it stands there: a second publication of it is none
    EXPIRED     a day after it was made, if nothing was published from it
    ERROR       the network cannot work on it

The id is kept before anything is published. In doubt its state says what came of it, and only one
that expired or failed is followed by another.
https://developers.facebook.com/docs/threads/troubleshooting and
…/instagram-platform/instagram-graph-api/reference/ig-container, read 2026-11-28.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self, TypeVar

from pydantic import model_validator

from domain.connector import checkpoints
from domain.connector.dialects.graph import Form, Graph, Made, post
from domain.connector.dialects.graph_files import file_trouble
from domain.connector.dialects.waiting import asked_until_there
from domain.connector.errors import OutcomeUnknown, Refused
from domain.connector.heard import Heard
from domain.connector.http import Call
from domain.connector.port import Save

FINISHED, PUBLISHED = "FINISHED", "PUBLISHED"
FAILED = frozenset({"EXPIRED", "ERROR"})
_WAITS_S = (0.0, 1.0, 2.0)
_SUBCODE = re.compile(r"\b\d{7}\b")

P = TypeVar("P", bound="Progress")


class Progress(checkpoints.Progress):
    """`is_trying` is set before a container is published."""

    children: tuple[str, ...] = ()
    """Containers of the pictures and videos of the message under way, where it has several."""
    container: str | None = None
    """What the message under way is published from, once."""
    is_trying: bool = False


class State(Heard):
    """Threads tells it as `status`, Instagram as `status_code`, whose `status` is its words.

    An answer without either is none: what is not told did not come to nothing.
    """

    status: str = ""
    status_code: str | None = None
    error_message: str | None = None

    @model_validator(mode="after")
    def _is_told(self) -> Self:
        if not self.word:
            raise ValueError("the state is missing")
        return self

    @property
    def word(self) -> str:
        return self.status_code or self.status

    @property
    def said(self) -> str:
        return self.error_message or self.status or self.word


@dataclass(frozen=True, slots=True)
class Containers:
    """Those of one account: where they are made, and which fields tell how they are."""

    graph: Graph
    path: str
    fields: str

    async def made(
        self,
        progress: P,
        save: Save,
        children: Sequence[Form],
        form_of: Callable[[Form], Form],
    ) -> tuple[P, str]:
        """The container of the message under way, made where there is none yet."""
        if progress.container is not None:
            return progress, progress.container
        for form in children[len(progress.children) :]:
            child = (await self.graph.repeat(post(self.path, form), Made)).id
            progress = await progress.kept(save, children=(*progress.children, child))
        for child in progress.children:
            await self.finished(child)
        named = [("children", ",".join(progress.children))] if progress.children else []
        container = (await self.graph.repeat(post(self.path, form_of(named)), Made)).id
        return await progress.kept(save, container=container), container

    async def finished(self, container: str) -> None:
        """Waits until it may be published. Raises `StillWorking`, or what is wrong with it."""
        name = self.graph.name

        async def ask(after: timedelta) -> bool | None:
            state = await self.state_of(container, after=after)
            if state.word in FAILED:
                raise self._trouble(state)
            if state.word == PUBLISHED:
                raise OutcomeUnknown(f"{name} says that the message stands there already.")
            return True if state.word == FINISHED else None

        await asked_until_there(ask, _WAITS_S, f"{name} is still working on the message.")

    async def state_of(self, container: str, *, after: timedelta = timedelta(0)) -> State:
        call = Call("GET", f"/{container}", query=(("fields", self.fields),), after=after)
        return await self.graph.repeat(call, State)

    def _trouble(self, state: State) -> Exception:
        subcode = _SUBCODE.search(state.said)
        found = file_trouble(self.graph.name, int(subcode[0]), state.said) if subcode else None
        message = f"{self.graph.name} cannot work on the message or its files."
        return found or Refused(message, code="network.media_refused", said=state.said)


def without_container(progress: P) -> P:
    """What has expired or failed is made anew."""
    return progress.model_copy(update={"container": None, "children": (), "is_trying": False})
