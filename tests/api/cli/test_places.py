"""Where the data lies."""

from pathlib import Path

import pytest

from api.cli.places import ROOT, data_folder
from api.cli.trouble import Trouble


@pytest.mark.parametrize("named", ["", "."])
def test_data_never_lies_among_the_sources(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_CALLED_FROM", str(ROOT))
    with pytest.raises(Trouble, match="a folder of its own with --data"):
        data_folder(Path(named))


def test_data_lies_where_the_caller_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_CALLED_FROM", str(tmp_path))
    assert data_folder(Path("kept")) == tmp_path.resolve() / "kept"
