from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.rules import arranged, clean_name, in_language, places, rights_end


@pytest.mark.parametrize(
    ("sent", "clean"),
    [
        ("ouchy.jpg", "ouchy.jpg"),
        ("Été à Ouchy.JPEG", "Été à Ouchy.jpg"),
        ("evil.html", "evil.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\pictures\\ouchy.png", "ouchy.jpg"),
        ('a"b\r\nSet-Cookie: x.jpg', "abSet-Cookie x.jpg"),
        ("annexe\u202egpj.exe", "annexegpj.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        ("x" * 500 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_names_are_made_harmless(sent: str, clean: str) -> None:
    assert clean_name(sent, "image/jpeg") == clean


@dataclass(frozen=True)
class Told:
    """A consent, in days from the first on."""

    person: str
    granted: int
    until: int | None = None
    revoked: int | None = None
    kind: str = "likeness"

    @property
    def granted_at(self) -> datetime:
        return day(self.granted)

    @property
    def valid_until(self) -> datetime | None:
        return None if self.until is None else day(self.until)

    @property
    def revoked_at(self) -> datetime | None:
        return None if self.revoked is None else day(self.revoked)


def day(number: int) -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=number)


@pytest.mark.parametrize(
    ("until", "consents", "ends"),
    [
        (None, [], None),
        (9, [], 9),
        (9, [Told("Aline", 1)], 9),
        (9, [Told("Aline", 1, until=5)], 5),
        (None, [Told("Aline", 1, until=5, revoked=3)], 3),
        (None, [Told("Aline", 1, until=5), Told("Luc", 1, until=4)], 4),
        (None, [Told("Aline", 1, until=5), Told(" aline ", 2, until=8)], 8),
        (None, [Told("Aline", 2, until=8), Told("Aline", 1, revoked=1)], 8),
        (None, [Told("Aline", 1, until=5), Told("Aline", 2, until=8, kind="voice")], 5),
    ],
)
def test_right_ends_with_the_first_of_the_licence_and_the_latest_consents(
    until: int | None, consents: list[Told], ends: int | None
) -> None:
    found = rights_end(None if until is None else day(until), consents)

    assert found == (None if ends is None else day(ends))


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("fr-CH", "suisse"),
        ("FR-ch", "suisse"),
        ("fr-CH-1996", "suisse"),
        ("fr-CA", "français"),
        ("fr-a-x", "français"),
        ("zh-Hant-TW", "繁"),
        ("zh", "default"),
        ("de", "default"),
        (None, "default"),
    ],
)
def test_text_is_looked_up_from_the_whole_tag_down_to_the_default(
    language: str | None, found: str
) -> None:
    texts = {"fr": "français", "fr-CH": "suisse", "zh-Hant": "繁", "fr-a": "never"}

    assert in_language(texts, language, "default") == found


IDS = [UUID(int=number) for number in range(8)]


@given(st.permutations(IDS), st.sets(st.sampled_from(IDS)), st.data())
def test_what_is_placed_stands_in_its_order_before_its_neighbour(
    current: list[UUID], chosen: set[UUID], data: st.DataObject
) -> None:
    moved = data.draw(st.permutations(sorted(chosen)))
    staying = [id_ for id_ in current if id_ not in chosen]
    before = data.draw(st.sampled_from([None, *staying]))
    known = {id_: place * 3 for place, id_ in enumerate(current)}

    order = arranged(current, moved, before)
    found = places(order, known, set(moved))
    again = arranged(order, moved, before)

    assert [id_ for id_ in order if id_ not in chosen] == staying
    start = len(staying) if before is None else staying.index(before)
    assert list(order[start : start + len(moved)]) == moved
    assert sorted(found, key=lambda id_: found[id_]) == list(order)
    assert again == order
