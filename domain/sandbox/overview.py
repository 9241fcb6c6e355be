"""All of a sandbox account's world, for those who play it."""

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.sandbox.queries import show_account, show_post
from domain.sandbox.shapes import FaultView, StateView
from domain.sandbox.tables import (
    SandboxAccount,
    SandboxContainer,
    SandboxFault,
    SandboxMedia,
    SandboxPost,
)


async def state(
    session: AsyncSession, account: SandboxAccount, root: str, *, most_calls: int
) -> StateView:
    """All of the account's world, deleted posts and faults to come included."""
    written = await session.exec(
        select(SandboxPost)
        .where(col(SandboxPost.account_id) == account.id)
        .order_by(col(SandboxPost.created_at), col(SandboxPost.id))
    )
    faults = await session.exec(
        select(SandboxFault)
        .where(col(SandboxFault.account_id) == account.id)
        .order_by(col(SandboxFault.number))
    )
    return StateView(
        account=await show_account(session, account),
        posts=[show_post(each, account.handle, root) for each in written.all()],
        faults=[
            FaultView.model_validate(
                {**each.model_dump(include={"kind", "times", "seconds"}), "on": each.act}
            )
            for each in faults.all()
        ],
        containers=await _count(session, SandboxContainer, account),
        media=await _count(session, SandboxMedia, account),
        most_calls=most_calls,
    )


async def _count(
    session: AsyncSession,
    table: type[SandboxContainer] | type[SandboxMedia],
    account: SandboxAccount,
) -> int:
    found = await session.exec(
        select(func.count()).select_from(table).where(col(table.account_id) == account.id)
    )
    return found.one()
