"""Reactions and answers of messages, and how many people the server has."""

from collections.abc import Sequence

from domain.connector.errors import Missing
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.discord.answers import Guild, Message
from domain.networks.discord.connect import GUILD_ID
from domain.networks.discord.places import path_of
from domain.networks.discord.wire import bot_of


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    bot, samples = bot_of(http, access), list[Sample]()
    for remote_id in remote_ids:
        try:
            message = await bot.read(path_of(remote_id, access), Message)
        except Missing:
            continue
        samples += _of_post(remote_id, message)
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:
    guild_id = access.grant.extra.get(GUILD_ID)
    if not guild_id:
        return []
    query = [("with_counts", "true")]
    guild = await bot_of(http, access).read(f"/guilds/{guild_id}", Guild, query)
    total, source = guild.approximate_member_count, "approximate_member_count"
    return [] if total is None else [Sample(access.remote_id, Metric.FOLLOWERS, total, source)]


def _of_post(remote_id: str, message: Message) -> list[Sample]:
    """A message without reactions tells none; answers are counted only in its thread."""
    likes = sum(each.count for each in message.reactions)
    samples = [Sample(remote_id, Metric.LIKES, likes, "reactions")]
    answers = message.thread.message_count if message.thread else None
    if answers is not None:
        samples.append(Sample(remote_id, Metric.REPLIES, answers, "thread.message_count"))
    return samples
