"""Mutations, from the domain's own service functions: one transaction each, typed answers.

`change_thing(session, caller, id, command, *, expected_version, now)` becomes
`changeThing(input: {id, expectedVersion, …the command's fields, clientMutationId})` and answers a
union of its success and the errors. The commit comes before the answer.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Union, cast, get_type_hints

import strawberry
from asyncpg import PostgresError
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.context import Context
from api.graph.errors import UNION, known, typed
from api.graph.fields import Asking, argument, asking
from api.graph.ids import read_id
from api.graph.inputs import Fields, input_of, plain, to_command
from api.idempotency import KEY_LENGTH
from api.pointing import point_into
from domain.accounts.logins import keyed_digest
from domain.identity.answers import Answer, keep_answer, kept_answer, replace_answer
from domain.kernel.errors import (
    Fault,
    Misfit,
    ParvisError,
)
from domain.kernel.shapes import Command

Act = Callable[..., Awaitable[Any]]
CLIENT_KEY = (
    "A word of your own for this change: sent twice with the same input, it is done once and the "
    "first result comes back. The header Idempotency-Key does the same."
)
VERSION = "The version you read: no change is lost."
OPTIONAL_VERSION = (int | None, f"{VERSION} Left out: whatever stands there is changed.")


@dataclass(frozen=True)
class Mutation:
    """`gives` is the node of what the act returns, shown as `shown`; None when it is removed.

    `then` follows the commit, with what the act returned, and gives what is answered.
    """

    name: str
    act: Act
    description: str
    prefix: str | None = None
    gives: type | None = None
    shown: str = ""
    needs_version: bool = False
    id_name: str = "id"
    then: Callable[[Context, Any], Awaitable[Any]] | None = None

    @cached_property
    def command(self) -> type[Command] | None:
        hints = get_type_hints(self.act)
        return next((h for h in hints.values() if _is_command(h)), None)

    @cached_property
    def keywords(self) -> frozenset[str]:
        return frozenset(inspect.signature(self.act).parameters)

    @cached_property
    def view(self) -> type[BaseModel]:
        """What the act returns."""
        return cast("type[BaseModel]", get_type_hints(self.act)["return"])

    @property
    def title(self) -> str:
        return self.name.title().replace("_", "")

    def field(self) -> Asking:
        success = self._success()
        about = f"What came of `{_camel(self.name)}`."
        union = strawberry.union(f"{self.title}Result", description=about)
        result = Annotated[Union[success, *UNION], union]  # type: ignore[valid-type]  # made at run time

        async def ask(_: object, context: Context, arguments: dict[str, Any]) -> object:
            given = arguments["input"]
            await context.close()
            try:
                done = await self._do(context, given)
            except (ParvisError, SQLAlchemyError, PostgresError, OSError) as error:
                ours = known(error)
                if ours is not None:
                    point_into(ours, plain(given))
                answer = None if ours is None else typed(ours)
                if answer is None:
                    raise
                return answer
            return success(**{self._payload: done, "client_mutation_id": _client_key(given)})

        return asking(
            self.name,
            result,
            self.description,
            ask,
            [argument("input", self._input(), "What it takes.")],
        )

    async def _do(self, context: Context, given: object) -> object:
        bound = self._bind(context, given)
        key = _client_key(given) or context.next_key()
        async with context.database.acting(context.caller) as session:
            if key is None:
                done = await self.act(session, context.caller, *bound[0], **bound[1])
            else:
                done = await self._once(session, context, bound, key, given)
        if self.then is not None and not context.is_replayed:
            last = await self.then(context, done)
            if key is not None and last != done:
                async with context.database.acting(context.caller) as session:
                    keys, answer = context.state.keys, _kept(last)
                    await replace_answer(session, context.caller, _place(key), answer, keys=keys)
            done = last
        return done if self.gives is not None else plain(given)["id"]

    async def _once(
        self,
        session: AsyncSession,
        context: Context,
        bound: tuple[list[Any], dict[str, Any]],
        key: str,
        given: object,
    ) -> object:
        """Done once per key: later it gives the first result. Raises `KeyReused`, `KeyBusy`."""
        if not 0 < len(key) <= KEY_LENGTH:
            fault = Fault("/client_mutation_id", "string_length", f"1 to {KEY_LENGTH} characters.")
            raise Misfit(faults=(fault,))
        asked, place = self._digest(context, given), _place(key)
        keys = context.state.keys
        kept = await kept_answer(session, context.caller, place, asked, keys=keys)
        if kept is not None:
            context.is_replayed = True
            return self.view.model_validate_json(kept.body) if self.gives is not None else None
        done = await self.act(session, context.caller, *bound[0], **bound[1])
        answer = _kept(done)
        await keep_answer(session, context.caller, place, asked, answer, keys=keys, now=context.now)
        return done

    def _bind(self, context: Context, given: object) -> tuple[list[Any], dict[str, Any]]:
        positional: list[Any] = []
        if self.prefix is not None:
            positional.append(read_id(self.prefix, self.id_name, plain(given)[self.id_name]))
        if self.command is not None:
            positional.append(to_command(self.command, given))
        keywords: dict[str, Any] = {}
        if "expected_version" in self.keywords:
            keywords["expected_version"] = _version(plain(given).get("expected_version"))
        if "now" in self.keywords:
            keywords["now"] = context.now
        if "keys" in self.keywords:
            keywords["keys"] = context.state.keys
        if "installation" in self.keywords:
            keywords["installation"] = context.state.installation
        if "intake" in self.keywords:
            keywords["intake"] = context.state.intake
        if "doors" in self.keywords:
            keywords["doors"] = context.state.doors
        return positional, keywords

    def _digest(self, context: Context, given: object) -> bytes:
        """Under our key: what is asked may hold secrets, and its digest is kept for a day."""
        sent = {name: each for name, each in plain(given).items() if name != "client_mutation_id"}
        asked = f"{self.name} {json.dumps(sent, sort_keys=True, default=str)}"
        return keyed_digest(context.state.keys, asked)

    @property
    def _payload(self) -> str:
        return self.shown if self.gives is not None else "id"

    def _input(self) -> type:
        before: dict[str, tuple[object, str]] = {}
        if self.prefix is not None:
            before[self.id_name] = (strawberry.ID, f"Its id, `{self.prefix}_…`.")
        if "expected_version" in self.keywords:
            before["expected_version"] = (int, VERSION) if self.needs_version else OPTIONAL_VERSION
        after: Fields = {"client_mutation_id": (str | None, CLIENT_KEY)}
        about = f"What `{_camel(self.name)}` takes."
        return input_of(f"{self.title}Input", self.command, before, after, description=about)

    def _success(self) -> type:
        shown = (self.gives, "As it is now.") if self.gives else (strawberry.ID, "What is gone.")
        fields: Mapping[str, tuple[object, str]] = {
            self._payload: shown,
            "client_mutation_id": (str | None, "The word you sent."),
        }
        shell = type(
            f"{self.title}Success",
            (),
            {
                "__annotations__": {name: kind for name, (kind, _) in fields.items()},
                **{name: strawberry.field(description=text) for name, (_, text) in fields.items()},
            },
        )
        return strawberry.type(shell, description=f"`{_camel(self.name)}` was done.")


def _version(sent: int | None) -> int | None:
    """Below 0 no version is; -1 would stand for a header of REST that is not sent."""
    if sent is not None and sent < 0:
        raise Misfit("`expectedVersion` is the version that you read.", at="/expected_version")
    return sent


def _place(key: str) -> str:
    """Keys of the graph are none of REST's: the same key may stand for another request there."""
    return f"graphql {key}"


def _kept(done: object) -> Answer:
    body = done.model_dump_json().encode() if isinstance(done, BaseModel) else b""
    return Answer(200, {}, body)


def _is_command(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Command)


def _client_key(given: object) -> str | None:
    return plain(given).get("client_mutation_id")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
