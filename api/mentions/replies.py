"""/v1/answers: what we said to a mention, and how far it is."""

from fastapi import APIRouter, Response

from api.deps import CallerDep, SessionDep
from api.paging import tagged
from api.routes import TransactionRoute
from domain.kernel.ids import AnswerId
from domain.mentions import answers
from domain.mentions.shapes import AnswerView

router = APIRouter(prefix="/v1/answers", tags=["answers"], route_class=TransactionRoute)


@router.get("/{answer_id}", summary="Read an answer")
async def get_answer(
    response: Response, session: SessionDep, caller: CallerDep, answer_id: AnswerId
) -> AnswerView:
    """With what became of its delivery. Needs the scope `mentions:read`."""
    view = await answers.get_answer(session, caller, answer_id)
    return tagged(response, view)
