"""How many follow a chat; Telegram tells bots nothing of how a message fares."""

from collections.abc import Sequence

from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.telegram.answers import Result
from domain.networks.telegram.wire import bot_of


async def sample_posts(
    http: Http,  # noqa: ARG001 - the port's signature
    access: Access,  # noqa: ARG001 - the port's signature
    remote_ids: Sequence[str],  # noqa: ARG001 - the port's signature
) -> list[Sample]:
    return []


async def sample_account(http: Http, access: Access) -> list[Sample]:
    query = [("chat_id", access.remote_id)]
    total = (await bot_of(http, access).read("getChatMemberCount", Result[int], query)).result
    return [Sample(access.remote_id, Metric.FOLLOWERS, total, "getChatMemberCount")]
