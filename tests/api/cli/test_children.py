import os
from pathlib import Path

import pytest

from api.cli.children import Child
from api.cli.trouble import Trouble


def test_the_last_words_are_those_of_this_start(folder: Path) -> None:
    child = Child("api", ("no_such_module",), os.environ, folder)
    child.log.parent.mkdir()
    child.log.write_text("Words of the run before.\n")

    with pytest.raises(Trouble) as found:
        child.run(within_s=20)

    assert found.value.what == "api stopped at its start."
    assert found.value.remedy.startswith("Its last words:\n")
    assert "No module named no_such_module" in found.value.remedy
    assert "Words of the run before." not in found.value.remedy
    assert "Words of the run before." in child.log.read_text()
