"""Names can be seen, in whatever script; on both faces of the api the same is refused."""

import pytest

from domain.kernel.names import is_visible, on_one_line


@pytest.mark.parametrize(
    "name", ["Vaud", "ヴォー", "वो", "42", "—", "🍇", "\u200bVaud", "a\u0301", "", "\u200d🍇"]
)
def test_name_that_draws_something_can_be_seen(name: str) -> None:
    assert is_visible(name)


@pytest.mark.parametrize(
    "name",
    [
        "\u200b",
        "\u200b\u2060\ufeff",
        "\u0007",
        "\u00a0",
        "\u202e",
        "\u3164",
        "\u2800",
        "\u0301",
        " \t",
    ],
)
def test_name_that_draws_nothing_cannot(name: str) -> None:
    assert not is_visible(name)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Aline\nBcc: x", "Aline Bcc: x"),
        ("Aline \r\n\t Favre", "Aline Favre"),
        ("\u0007Aline\u2028Favre\u0085", "Aline Favre"),
        ("Aline  Favre", "Aline  Favre"),
        ("👩\u200d🌾 \u202bعلي", "👩\u200d🌾 \u202bعلي"),
    ],
)
def test_name_is_kept_on_one_line(name: str, kept: str) -> None:
    assert on_one_line(name) == kept
