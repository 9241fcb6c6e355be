"""Writing in batches: pages of mentions taken in, due posts claimed."""

import asyncpg

from api.state import open_state
from tests.benchmarks.bench import Bench
from tests.benchmarks.claims import measure_claims
from tests.benchmarks.copying import Desk
from tests.benchmarks.ingesting import measure_ingest

ACCOUNT = """
SELECT workspace_id, id, community_id, network FROM accounts
 WHERE network = 'mastodon' ORDER BY workspace_id, id LIMIT 1
"""


async def measure_writes(bench: Bench) -> None:
    owner = await asyncpg.connect(bench.stage.owner_url)
    try:
        async with open_state(bench.stage.settings) as state:
            [account] = await owner.fetch(ACCOUNT)
            desk = Desk(state, owner, *account)
            await measure_ingest(bench, desk)
            await measure_claims(bench, desk)
    finally:
        await owner.close()
