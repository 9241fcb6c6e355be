"""What people tell of a message counts as sent; what is known needs nobody."""

import pytest

from domain.connector.words import Checkpoint, Published, Ref
from domain.networks.telegram import publish, resume
from tests.networks.cases import case_of
from tests.networks.drafts import NOW, POST
from tests.networks.scripted import ScriptedHttp

FIRST: Checkpoint = {"sent": [{"id": "7", "url": "https://t.me/village_news/7"}]}


@pytest.mark.parametrize(
    ("named", "id_"),
    [
        ("8", "8"),
        ("8,9", "8,9"),
        ("-1001/8", "-1001/8"),
        ("https://t.me/village_news/8", "8"),
    ],
)
def test_message_is_named_by_its_number_or_its_address(named: str, id_: str) -> None:
    told = resume.told(FIRST, Ref(named))

    assert [each.remote_id for each in resume.known(told)] == ["7", id_]


@pytest.mark.parametrize("named", ["https://t.me/village_news", "eight", ""])
def test_what_names_no_message_is_not_taken(named: str) -> None:
    with pytest.raises(ValueError, match="named by its number"):
        resume.told(FIRST, Ref(named))


async def test_all_that_was_kept_as_sent_needs_no_person() -> None:
    """A worker that ended between the last checkpoint and the record asked in vain."""
    access = case_of("telegram").access

    found = await publish.look_up(ScriptedHttp([]), access, POST, FIRST, since=NOW)

    assert found == Published((Ref("7", "https://t.me/village_news/7"),))
