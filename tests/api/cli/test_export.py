import re
from pathlib import Path

import pytest

from api.cli.catalogue import catalogue
from api.cli.export import defaults, differences
from api.cli.places import ROOT
from api.cli.settings_sheet import sheet
from api.errors import codes
from domain.connector.misfits import MISFITS
from domain.connector.troubles import TROUBLES
from domain.kernel.settings import Settings
from domain.posts.delivery_shapes import DriftCode


def test_every_setting_is_explained_once_with_its_default() -> None:
    lines = sheet().splitlines()

    for name, field in Settings.model_fields.items():
        places = [at for at, line in enumerate(lines) if re.match(rf"#?{name.upper()}=", line)]
        assert len(places) == 1, name
        assert lines[places[0] - 1].startswith("# "), name
        assert field.description, name
    assert "#PORT=8000" in lines
    assert "#SANDBOX=true" in lines
    assert "#CORS_ORIGINS=" in lines
    assert "DATABASE_URL=" in lines


def test_what_compose_asks_for_is_in_the_sheet() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    lines = sheet().splitlines()

    asked = set(re.findall(r"\$\{(\w+):\?", compose))

    assert asked == {
        "POSTGRES_PASSWORD",
        "PARVIS_OWNER_PASSWORD",
        "PARVIS_APP_PASSWORD",
        "VALKEY_PASSWORD",
        "SEALING_KEYS",
    }
    assert {name for name in asked if f"{name}=" not in lines} == set()
    assert len([line for line in lines if line == "SEALING_KEYS="]) == 1


def test_a_difference_is_shown_as_lines_taken_and_given(folder: Path) -> None:
    (folder / "a.md").write_text("one\ntwo\n")

    assert differences({"a.md": "one\ntwo\n"}, folder) == ""
    assert differences({"a.md": "one\nthree\n"}, folder).splitlines()[-2:] == ["-two", "+three"]
    assert "+new" in differences({"b.md": "new\n"}, folder)


def test_every_error_code_has_one_line_with_its_status_and_remedy() -> None:
    problems = catalogue().partition("## Troubles outside")[0]
    rows = {line.split("`")[1]: line for line in problems.splitlines() if line.startswith("| <")}

    assert set(rows) == {each.code for each in codes()}
    assert "| 401 |" in rows["token.missing"]
    assert "| 500 |" in rows["internal"]
    assert all(each.remedy in rows[each.code] for each in codes())


def test_every_trouble_has_one_line_with_who_acts_and_whether_to_retry() -> None:
    lines = catalogue().splitlines()

    assert (
        '| <a id="network.media_refused"></a>`network.media_refused` | The network cannot work on '
        "a file, or takes none now | Send another file, or the post without it; `said` holds the "
        "network's words. | user | no |"
    ) in lines
    assert (
        '| <a id="outbound.address_refused"></a>`outbound.address_refused` | The address is '
        "private, and OUTBOUND_ALLOW does not list it | List its origin in OUTBOUND_ALLOW, or name "
        "a public address. | operator | yes |"
    ) in lines


def test_every_code_can_be_linked_to_at_one_place() -> None:
    anchors = re.findall(r'<a id="([^"]+)">', catalogue())

    assert set(anchors) == {*(each.code for each in codes()), *TROUBLES, *MISFITS, *DriftCode}
    assert len(anchors) == len(set(anchors))


def test_contracts_do_not_depend_on_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://elsewhere.example")

    assert defaults().public_url == "http://127.0.0.1:8000"
    assert defaults().sealing_keys.get_secret_value() == ""
