"""What is asked for at no address of ours: a page for who looks with a browser, else a problem."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.docs import REFERENCE
from api.pages.browser import render
from api.pages.words import explain, language_of
from api.problems import plain
from domain.kernel.errors import RouteUnknown

VARIES = {"Vary": "Accept"}


def install(app: FastAPI) -> None:
    """Answers what the framework refuses by itself."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code != HTTPStatus.NOT_FOUND:
            return plain(request, error)
        answer = _lost(request) if is_looked_at(request) else plain(request, error)
        answer.headers.update(VARIES)
        return answer


def is_looked_at(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _lost(request: Request) -> Response:
    if request.url.path == "/":
        return RedirectResponse(REFERENCE)
    title, _ = explain(RouteUnknown(), language_of(request))
    return render(request, "lost.html", HTTPStatus.NOT_FOUND, title=title, reference=REFERENCE)
