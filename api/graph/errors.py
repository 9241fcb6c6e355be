"""Errors in the graph: typed in mutations, in `errors` for reads, masked when unexpected."""

from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from pydantic.alias_generators import to_camel

from api.graph.guard import cost_shown
from api.pointing import is_unstorable
from api.posts.said import CONFLICT
from api.problems import position_of
from domain.kernel import errors
from domain.kernel.coded import TYPE, described_at
from domain.kernel.errors import ParvisError
from domain.kernel.reaching import may_be_tried_again, reason_of
from domain.posts.versions import PostStale

log = structlog.get_logger()


@strawberry.type(description="One thing wrong with what was sent.")
class Fault:
    pointer: str = strawberry.field(description="JSON pointer into the input.")
    code: str = strawberry.field(description="Stable code of the fault.")
    message: str = strawberry.field(description="What is wrong, for people.")


@strawberry.interface(description="Why a mutation changed nothing.")
class Error:
    code: str = strawberry.field(description="Stable code, the same as in REST.")
    type: str = strawberry.field(description=TYPE)
    message: str = strawberry.field(description="What is wrong this time, for people.")
    remedy: str = strawberry.field(description="What to do about it.")
    field: str | None = strawberry.field(
        description="The input field that is wrong, such as `timeZone`; null: none alone."
    )
    is_retryable: bool = strawberry.field(description="Whether the same may succeed later.")
    acting_party: str = strawberry.field(description="Who must act: developer, user or operator.")


@strawberry.type(description="What was sent does not fit.")
class ValidationError(Error):
    faults: list[Fault] = strawberry.field(
        description="The faults of the input, the first hundred."
    )


@strawberry.type(description="The token lacks a scope.")
class ScopeError(Error): ...


@strawberry.type(description="There is no such thing in this workspace.")
class NotFoundError(Error): ...


@strawberry.type(description="Its state, or another thing, does not allow this now.")
class ConflictError(Error):
    faults: list[Fault] = strawberry.field(
        description="What in particular does not allow it, where there are several things."
    )


@strawberry.type(description="It was changed since you read it.")
class VersionStaleError(Error):
    conflict: CONFLICT | None = strawberry.field(  # type: ignore[valid-type]  # made at run time
        description="Of a post: what it said when you read it and what it says now; else null."
    )


@strawberry.type(description="Too many requests.")
class RateLimitedError(Error): ...


@strawberry.type(description="A service behind the api does not answer.")
class UnavailableError(Error): ...


TYPES: dict[type[ParvisError], type[Error]] = {
    errors.Malformed: ValidationError,
    errors.Invalid: ValidationError,
    errors.Conditional: ValidationError,
    errors.TooLarge: ValidationError,
    errors.Unsupported: ValidationError,
    errors.Forbidden: ScopeError,
    errors.Missing: NotFoundError,
    errors.Conflict: ConflictError,
    errors.Stale: VersionStaleError,
    errors.Limited: RateLimitedError,
    errors.Away: UnavailableError,
}
OTHER_NAMES = {
    "/query/cursor": "/after",
    "/query/limit": "/first",
    "/query/from": "/firstOn",
    "/query/to": "/lastOn",
}
REFUSALS = {kind.code: kind for kind in errors.Malformed.__subclasses__()}
"""Of requests that are no operation of the schema."""
UNION = tuple(dict.fromkeys(TYPES.values()))


def typed(error: ParvisError) -> Error | None:
    """The error as a member of a mutation's union; None when it has no place there."""
    kind = next((TYPES[each] for each in type(error).__mro__ if each in TYPES), None)
    if kind is None:
        return None
    faults = [Fault(pointer=camel(f.pointer), code=f.code, message=f.message) for f in error.faults]
    shared: dict[str, Any] = {
        "code": error.code,
        "type": described_at(error.code),
        "message": error.message,
        "remedy": error.remedy,
        "field": (faults[0].pointer[1:].replace("/", ".") or None) if faults else None,
        "is_retryable": error.is_retryable,
        "acting_party": error.acting_party,
    }
    if kind in {ValidationError, ConflictError}:
        shared["faults"] = faults
    if kind is VersionStaleError:
        shared["conflict"] = error.conflict if isinstance(error, PostStale) else None
    return kind(**shared)


def camel(pointer: str) -> str:
    """The same pointer in the names of the graph; what lies inside settings has no other name."""
    place = OTHER_NAMES.get(pointer, pointer.removeprefix("/query"))
    before, settings, inside = place.partition("/settings")
    return "/".join(to_camel(step) for step in before.split("/")) + settings + inside


def show(error: GraphQLError) -> dict[str, Any]:
    """What a client is told: our own errors in full, GraphQL's as they are, others masked."""
    cause = error.original_error
    ours = None if cause is None else known(cause)
    shown: dict[str, Any] = {**error.formatted}
    if ours is not None:
        return shown | {"message": ours.message, "extensions": extensions(ours)}
    if cause is None or isinstance(cause, GraphQLError):
        code = (error.extensions or {}).get("code", errors.QueryInvalid.code)
        return shown | {"extensions": extensions(REFUSALS[code]())}
    log.error("operation.failed", reason=type(cause).__name__, path=error.path, exc_info=cause)
    unexpected = ParvisError()
    return shown | {"message": unexpected.message, "extensions": extensions(unexpected)}


def known(error: Exception) -> ParvisError | None:
    """The error as one of ours; None for what nobody expected."""
    if isinstance(error, ParvisError):
        return error
    if may_be_tried_again(error):
        log.error("dependency.away", reason=reason_of(error))
        return errors.DependencyAway()
    return errors.TextUnstorable() if is_unstorable(error) else None


def extensions(error: ParvisError) -> dict[str, Any]:
    position = position_of(error)
    cost = error.cost if isinstance(error, errors.QueryTooHeavy) else None
    return {
        "code": error.code,
        "type": described_at(error.code),
        "remedy": error.remedy,
        "isRetryable": error.is_retryable,
        "actingParty": error.acting_party,
        "faults": [
            {"pointer": camel(each.pointer), "code": each.code, "message": each.message}
            for each in error.faults
        ],
        **({} if position is None else {"position": position.model_dump()}),
        **({} if cost is None else {"cost": cost_shown(cost)}),
    }


def request_error(error: ParvisError) -> GraphQLError:
    """An error of the whole request, before execution."""
    return GraphQLError(error.message, original_error=error)
