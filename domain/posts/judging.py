"""Judges whether networks would take what each account says of a post."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.rules import works
from domain.accounts.tables import Account
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import (
    AccountDisconnected,
    Fault,
    PostEmpty,
    PostUnfit,
    RightsExpired,
    TextUnstorable,
)
from domain.posts.adapting import audience_of, ensure_networks_known, new_adaptation
from domain.posts.content import (
    content_of,
    find_accounts,
    find_named_accounts,
    judge,
    render_contents,
)
from domain.posts.links import links_of
from domain.posts.naming import with_names
from domain.posts.parts import Parts
from domain.posts.quotes import ensure_quoted
from domain.posts.rights import RIGHTS
from domain.posts.saying import new_variant
from domain.posts.tables import Adaptation, Post, Variant
from domain.posts.telling import ensure_known
from domain.posts.validation_shapes import ValidatePost, ValidationView, VerdictView
from domain.posts.versions import WORDS


async def validate_post(
    session: AsyncSession, caller: Caller, command: ValidatePost, *, now: datetime
) -> ValidationView:
    """Judges a post as each network would; nothing is stored.

    What no target is judged by it refuses as `create_post` does. Raises `NotFound`,
    `NetworkUnknown`, `Misfit` and `TextUnstorable`.
    """
    caller.need(Scope.POSTS_READ)
    _ensure_storable(command)
    ensure_networks_known(command.adaptations)
    accounts = await find_accounts(session, caller, (v.account_id for v in command.variants))
    judged = {account.network for account in accounts.values()}
    ensure_known({key: told for key, told in command.settings.items() if key not in judged})
    quotes = [command.quote_of, *(each.quote_of for each in command.adaptations)]
    quotes += (each.quote_of for each in command.variants)
    await ensure_quoted(session, caller, quotes)
    post = Post(
        workspace_id=caller.workspace_id,
        campaign_id=command.campaign_id,
        **command.model_dump(include={*WORDS} & {*ValidatePost.model_fields}),
    )
    adaptations = [new_adaptation(post, each, now) for each in command.adaptations]
    said = [(new_variant(post, v, now), accounts[v.account_id]) for v in command.variants]
    at = command.publish_at or now
    targets = await _verdicts(session, caller, post, said, adaptations, at=at)
    return ValidationView(fits=all(target.fits for target in targets), targets=targets)


def _ensure_storable(command: ValidatePost) -> None:
    """The database says so of what is stored; this is not. Raises `TextUnstorable`."""
    if any("\0" in text for text in _texts(command.model_dump())):
        raise TextUnstorable


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


async def ensure_fit(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    parts: Parts,
    variants: Sequence[Variant],
    *,
    at: datetime,
) -> None:
    """Judges these of its variants.

    Raises `PostEmpty`, `AccountDisconnected`, `AccountRemoved`, `AbilityMissing`, `PostUnfit`.
    `at` is when it goes out; where nothing but rights are against it, raises `RightsExpired`.
    """
    if not variants:
        raise PostEmpty
    accounts = await find_named_accounts(session, caller, (each.account_id for each in variants))
    said = [(each, accounts[each.account_id]) for each in variants]
    places = [parts.variants.index(each) for each in variants]
    for _, account in said:
        ensure_connected(account)
    verdicts = await _verdicts(session, caller, post, said, parts.adaptations, at=at)
    faults = [
        Fault(f"/variants/{number}{misfit.pointer}", misfit.code, misfit.message)
        for number, verdict in zip(places, verdicts, strict=True)
        for misfit in verdict.misfits
    ]
    if faults:
        raise unfit(faults)


async def _verdicts(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    said: Sequence[tuple[Variant, Account]],
    adaptations: Sequence[Adaptation],
    *,
    at: datetime,
) -> list[VerdictView]:
    links = await links_of(session, caller, post.campaign_id, post.id)
    contents = []
    for variant, account in said:
        content = content_of(post, variant, audience_of(account, variant), adaptations)
        contents.append((content.tagged(links.on(account.network)), account.network))
    named = await with_names(session, caller, contents)
    shown = [(each, network) for each, (_, network) in zip(named, contents, strict=True)]
    rendered, media = await render_contents(session, caller, shown)
    return [
        judge(account, content, media, at=at)
        for (_, account), content in zip(said, rendered, strict=True)
    ]


def ensure_connected(account: Account) -> None:
    """Raises `AccountDisconnected`."""
    if not works(account.state, account.check_at):
        raise AccountDisconnected(f"{account.handle or account.network} is not connected.")


def unfit(faults: Sequence[Fault]) -> PostUnfit:
    is_right = RIGHTS.issuperset(fault.code for fault in faults)
    return (RightsExpired if is_right else PostUnfit)(faults=tuple(faults))
