import pytest

from domain.connector.dialects import answering
from domain.connector.errors import OutcomeUnknown, Unavailable
from domain.connector.heard import Heard
from domain.connector.http import Call, Reply


class Made(Heard):
    id: int


async def well(call: Call) -> Reply:
    return Reply(200, {}, b'{"id": 5}', call.url)


async def oddly(call: Call) -> Reply:
    return Reply(200, {}, b"<html>", call.url)


async def lost(call: Call) -> Reply:
    raise OutcomeUnknown("No answer came.", said=call.method)


async def test_answer_that_makes_no_sense_leaves_it_open_whether_something_was_written() -> None:
    call = Call("POST", "/things")
    assert (await answering.repeat(well, call, Made)).id == 5
    assert (await answering.act(well, call, Made)).id == 5
    with pytest.raises(Unavailable):
        await answering.repeat(oddly, call, Made)
    with pytest.raises(OutcomeUnknown):
        await answering.act(oddly, call, Made)


async def test_lost_call_that_may_be_made_again_has_changed_nothing_that_matters() -> None:
    with pytest.raises(Unavailable) as caught:
        await answering.repeat(lost, Call("GET", "/things"), Made)
    assert caught.value.said == "GET"
    with pytest.raises(OutcomeUnknown):
        await answering.act(lost, Call("POST", "/things"), Made)
    with pytest.raises(Unavailable):
        await answering.delete(lost, "/things/5")


async def test_nothing_is_read_of_what_a_deletion_answers() -> None:
    await answering.delete(oddly, "/things/5")
