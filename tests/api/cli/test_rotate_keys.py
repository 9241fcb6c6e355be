"""`rotate-keys`, beside processes that seal and open all the time."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from api.cli import rotate_keys as command
from api.cli.rotate_keys import forget_key, rotate
from api.cli.sealed import usage
from api.cli.sealed_checks import judge, secrets_can_be_opened
from api.cli.trouble import Trouble
from api.state import State, open_state
from domain.accounts.credentials import open_login, seal_login
from domain.accounts.tables import Account
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from tests.conftest import KEY, make_settings
from tests.domain.accounts.build import make_connecting
from tests.engines import Servers
from tests.world import make_workspace

FRESH = "k2:" + "B" * 43 + "="


@pytest.fixture
def filed(servers: Servers, folder: Path) -> Iterator[Settings]:
    """A platform of its own whose ring is a file: notes of other tests' processes are elsewhere."""
    servers.make("rotation", template="parvis_template")
    file = folder / "sealing.keys"
    file.write_text(KEY)
    changes = {
        "redis_url": SecretStr(f"{servers.redis_url}?db=7"),
        "sealing_keys_file": file,
    }
    yield make_settings(servers, "rotation", folder).model_copy(update=changes)
    servers.engines.drop_database("rotation")


@pytest.fixture
async def running(filed: Settings) -> AsyncIterator[State]:
    """Another process."""
    async with open_state(filed) as state:
        yield state


async def make_accounts(state: State, count: int) -> list[tuple[UUID, UUID]]:
    made = []
    for _ in range(count):
        workspace_id = await make_workspace(state.database)
        made.append((workspace_id, await make_connecting(state.database, workspace_id)))
    return made


async def renew(state: State, account: tuple[UUID, UUID]) -> None:
    """Opens a login and seals it again, as a worker renews a grant."""
    async with state.database.transaction(account[0]) as session:
        row = await session.get_one(Account, account, with_for_update=True)
        login = open_login(state.keys, *account, row.sealed_login or b"")
        row.sealed_login = seal_login(state.keys, *account, login)


async def test_everything_is_sealed_under_a_new_key_while_others_work(
    filed: Settings, running: State, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts = await make_accounts(running, 8)
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        while True:
            await asyncio.gather(*(renew(running, each) for each in accounts[:4]))
            rounds += 1

    working = asyncio.create_task(work())
    code = await rotate(filed)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working

    assert (code, running.keys.newest) == (0, "k2")
    assert await usage(running.database) == {"k2": 8}
    assert capsys.readouterr().out.splitlines()[-1] == "Sealed under k2: 8"
    assert rounds > 1
    for each in accounts:
        await renew(running, each)


async def test_an_earlier_key_goes_once_nothing_needs_it(filed: Settings, running: State) -> None:
    await make_accounts(running, 1)
    file = filed.sealing_keys_file
    assert file is not None
    file.write_text(f"{FRESH},{KEY}")

    with pytest.raises(Trouble, match="Still sealed under k1: 1"):
        await forget_key(filed, "k1")
    await rotate(filed)
    with pytest.raises(Trouble, match="k2 is no earlier key"):
        await forget_key(filed, "k2")
    kept = file.read_text()
    await forget_key(filed, "k1")

    with pytest.raises(Trouble, match=r"earlier key of the ring\. There is none to take off\."):
        await forget_key(filed, "k1")

    assert kept == f"{FRESH},{KEY}"
    assert file.read_text() == FRESH


async def test_nothing_is_sealed_under_a_key_that_a_process_does_not_know(
    filed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HEARD_WITHIN_S", 2)
    fixed = filed.model_copy(update={"sealing_keys_file": None})
    async with open_state(fixed) as state:
        await make_accounts(state, 1)
        with pytest.raises(Trouble, match="1 running processes do not know the new key k2"):
            await rotate(filed)

        assert await usage(state.database) == {"k1": 1}


async def test_nobody_seals_under_a_new_key_before_all_know_it(
    filed: Settings, running: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HEARD_WITHIN_S", 2)
    newest = set()

    async def watch() -> None:
        while True:
            running.keys.refresh()
            newest.add(running.keys.newest)
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    async with open_state(filed.model_copy(update={"sealing_keys_file": None})):
        with pytest.raises(Trouble, match="k2, which is off the ring again: nothing was sealed"):
            await rotate(filed)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching

    assert newest == {"k1"}
    assert filed.sealing_keys_file is not None
    assert filed.sealing_keys_file.read_text() == KEY


async def test_a_key_of_the_same_name_is_not_taken_for_the_new_one(
    filed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HEARD_WITHIN_S", 2)
    assert filed.sealing_keys_file is not None
    filed.sealing_keys_file.write_text(f"{FRESH},{KEY}")
    other = SecretStr(f"k2:{'C' * 43}=,{KEY}")
    async with open_state(
        filed.model_copy(update={"sealing_keys_file": None, "sealing_keys": other})
    ) as state:
        await make_accounts(state, 1)
        async with open_state(filed) as right:
            await make_accounts(right, 1)
        with pytest.raises(Trouble, match="1 running processes do not seal under k2"):
            await forget_key(filed, "k1")


async def test_who_runs_is_known_again_after_valkey_was_emptied(
    filed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HEARD_WITHIN_S", 2)
    fixed = filed.model_copy(update={"sealing_keys_file": None})
    async with open_state(fixed) as state:
        await make_accounts(state, 1)
        turning = asyncio.create_task(rotate(filed))
        await asyncio.sleep(0)
        await state.redis.flushdb()
        with pytest.raises(Trouble, match="1 running processes do not know the new key k2"):
            await turning


async def test_a_key_that_somebody_seals_under_is_not_taken_off(
    filed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HEARD_WITHIN_S", 2)
    file = filed.sealing_keys_file
    assert file is not None
    async with open_state(filed.model_copy(update={"sealing_keys_file": None})):
        file.write_text(f"{FRESH},{KEY}")
        with pytest.raises(Trouble, match="1 running processes do not seal under k2 yet"):
            await forget_key(filed, "k1")

    assert file.read_text() == f"{FRESH},{KEY}"


async def test_the_ring_stays_readable_for_those_who_read_it(
    filed: Settings, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, link = filed.sealing_keys_file, folder / "link"
    assert file is not None
    file.chmod(0o640)
    os.chown(file, 12345, 12346) if os.getuid() == 0 else None
    link.symlink_to(file)
    before = file.stat()

    code = await rotate(filed.model_copy(update={"sealing_keys_file": link}))

    after = file.stat()
    assert (code, capsys.readouterr().out) == (0, "Sealed under k2: 0\n")
    assert link.is_symlink()
    assert file.read_text().startswith("k2:")
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


async def test_a_ring_that_is_no_file_is_changed_by_its_operator(filed: Settings) -> None:
    fixed = filed.model_copy(update={"sealing_keys_file": None})
    renewed = fixed.model_copy(update={"sealing_keys": SecretStr(f"{FRESH},{KEY}")})
    async with open_state(fixed) as state:
        await make_accounts(state, 1)
    with pytest.raises(Trouble, match="The key ring is not in a file"):
        await rotate(fixed)
    async with open_state(renewed):
        code = await rotate(renewed)

    assert code == 0


async def test_without_valkey_nothing_is_sealed(filed: Settings, running: State) -> None:
    await make_accounts(running, 1)
    nowhere = SecretStr(filed.redis_url.get_secret_value().replace("?", ".gone?"))

    with pytest.raises(Trouble, match="The queue does not answer"):
        await rotate(filed.model_copy(update={"redis_url": nowhere}))

    assert await usage(running.database) == {"k1": 1}


async def test_two_rotations_at_once_are_one(filed: Settings, running: State) -> None:
    await make_accounts(running, 1)

    answers = await asyncio.gather(rotate(filed), rotate(filed), return_exceptions=True)

    assert [each for each in answers if not isinstance(each, BaseException)] == [0]
    assert [str(each)[:29] for each in answers if isinstance(each, Trouble)] == [
        "Somebody else rotates the key"
    ]


async def test_what_cannot_be_opened_stays_and_is_told(
    filed: Settings, running: State, capsys: pytest.CaptureFixture[str]
) -> None:
    [(workspace_id, id_)] = await make_accounts(running, 1)
    lost = KeyRing({"k0": bytes(32)}).seal(b"?", place="elsewhere")
    async with running.database.transaction(workspace_id) as session:
        (await session.get_one(Account, (workspace_id, id_))).sealed_login = lost

    code = await rotate(filed)

    assert (code, await usage(running.database)) == (1, {"k0": 1})
    assert capsys.readouterr().err.endswith(
        "Not opened: 1; ./parvis doctor says which keys are missing.\n"
    )


async def test_doctor_knows_which_keys_are_needed(filed: Settings, running: State) -> None:
    await make_accounts(running, 2)
    urls = filed.database_url.get_secret_value(), filed.redis_url.get_secret_value()

    rings = (KEY, f"{FRESH},{KEY}", FRESH, FRESH.replace("k2", "k1"))
    found = [await secrets_can_be_opened(*urls, ring) for ring in rings]

    assert [each.what for each in found] == [
        "All 2 secrets are sealed under k1.",
        (
            "All secrets can be opened, 2 under k1: run ./parvis rotate-keys before an earlier "
            "key goes."
        ),
        "Secrets cannot be opened: 2 under k1.",
        "Secrets cannot be opened: the ring's key of that name is another one (2 under k1).",
    ]
    assert [each.is_wrong for each in found] == [False, False, True, True]
    assert judge(await usage(running.database), KeyRing.parse(KEY), ()) == found[0]
