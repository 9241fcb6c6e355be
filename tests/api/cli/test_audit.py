"""`audit`: verifies every workspace, and writes a trail that anybody can verify."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from api.__main__ import main
from api.cli.audit import verify, write
from api.cli.surroundings import owner_url
from api.cli.tenants import make_workspace, shown
from domain.kernel.settings import Settings
from tests.conftest import NOW, make_settings
from tests.engines import Servers


@pytest.fixture
def settings(servers: Servers, folder: Path) -> Iterator[Settings]:
    """A database with no other workspaces."""
    servers.make("audit", template="parvis_template")
    yield make_settings(servers, "audit", folder)
    servers.engines.drop_database("audit")


def trails(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("trail*"))


async def test_every_workspace_is_verified_and_the_torn_one_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    one = await make_workspace(settings, slug="one", name="One", now=NOW)
    two = await make_workspace(settings, slug="two", name="Two", now=NOW)
    well = await verify(settings, None)
    before = capsys.readouterr().out.splitlines()
    owner = await asyncpg.connect(owner_url(settings))
    await owner.execute("UPDATE events SET actor = 'nobody' WHERE workspace_id = $1", two)
    await owner.close()

    torn = await verify(settings, None)
    after = sorted(capsys.readouterr().out.splitlines())
    alone = await verify(settings, one)

    assert (well, torn, alone) == (0, 1, 0)
    assert {line.partition("; ")[0] for line in before} == {
        f"{shown(one)}: whole",
        f"{shown(two)}: whole",
    }
    assert [line.partition("; ")[0] for line in after] == sorted(
        [f"{shown(one)}: whole", f"{shown(two)}: altered at 1"]
    )
    assert all(len(line.rpartition(" ")[2]) == 64 for line in before)


async def test_a_trail_is_written_whole_with_its_own_export_in_it(
    settings: Settings, folder: Path
) -> None:
    workspace_id = await make_workspace(settings, slug="one", name="One", now=NOW)

    await write(settings, workspace_id, folder / "trail.jsonl")
    await write(settings, workspace_id, folder / "trail.csv")

    lines = [json.loads(line) for line in (folder / "trail.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["actor"]) for line in lines] == [
        ("workspace.created", "operator"),
        ("audit.exported", "operator"),
    ]
    assert (folder / "trail.csv").read_bytes().count(b"\r\n") == 4
    assert trails(folder) == ["trail.csv", "trail.jsonl"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("trail.pdf", r"trail\.pdf is of no format known here\. Name a \.jsonl or \.csv file\."),
        (
            "nowhere/trail.csv",
            r"Cannot write to .+/nowhere\. Name a file in a folder that is there",
        ),
        ("trail.csv", r"trail\.csv is a folder\. Name another file\."),
    ],
)
def test_a_trail_that_cannot_be_written_is_one_line(
    folder: Path,
    name: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "trail.csv").mkdir()
    monkeypatch.setenv("PARVIS_CALLED_FROM", str(folder))

    status = main(["audit", "--workspace", "one", "--export", name])

    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert re.search(told, said.err)
    assert said.err.count("\n") == 1
    assert list(folder.rglob("*")) == [folder / "trail.csv"]
