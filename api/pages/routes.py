"""A route of a page: forms are checked before the handler, errors are pages after it."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from api.pages.again import shown_again
from api.pages.browser import Elsewhere, render, see
from api.pages.forms import check_form
from api.pages.words import explain, language_of
from api.pointing import is_unstorable
from api.problems import headers_of, status_of
from domain.kernel.errors import DependencyAway, FormRefused, Misfit, ParvisError, TextUnstorable
from domain.kernel.reaching import ENGINE_FAULTS, is_away, reason_of

log = structlog.get_logger()
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
READING = frozenset({"GET", "HEAD"})


class PageRoute(APIRoute):
    """A route whose handler finds `now` in `request.state`, and opens transactions of its own.

    A form's fields are `FormDep`, or `fill(request, Shape)`.
    """

    checks_forms = True

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            request.state.now = datetime.now(UTC)
            try:
                if self.checks_forms and request.method not in READING:
                    await check_form(request)
                return await handle(request)
            except Elsewhere as other:
                return see(request, other.path)
            except RequestValidationError:
                return error_page(request, Misfit())
            except ParvisError as error:
                return error_page(request, error)
            except ENGINE_FAULTS as error:
                if is_unstorable(error):
                    return error_page(request, TextUnstorable())
                if not is_away(error):
                    raise
                log.error("dependency.away", reason=reason_of(error))  # noqa: TRY400 - told whole
                return error_page(request, DependencyAway())

        return page


class OpenPageRoute(PageRoute):
    """A page that others may send forms to: it must change nothing by itself."""

    checks_forms = False


def error_page(request: Request, error: ParvisError) -> Response:
    title, remedy = explain(error, language_of(request))
    response = render(
        request,
        "error.html",
        status_of(error),
        title=title,
        remedy=remedy,
        code=error.code,
        request_id=getattr(request.state, "request_id", ""),
        again=shown_again(request) if isinstance(error, FormRefused) else "",
    )
    response.headers.update(headers_of(error))
    return response
