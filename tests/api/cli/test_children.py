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


@pytest.mark.parametrize("left", ["", "\0\0\0\0", "4194304"])
def test_a_pid_file_that_says_nothing_does_not_stop_a_start(folder: Path, left: str) -> None:
    """After a loss of power `up` stopped at the noughts in it, each time anew."""
    child = Child("api", ("no_such_module",), os.environ, folder)
    child.pid_file.write_text(left)

    child.end_leftover()

    assert not child.pid_file.exists()
