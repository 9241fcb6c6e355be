"""Pages for developers, /docs, /graphql and /problems, that load nothing from elsewhere."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from markupsafe import Markup, escape

from api.catalogue import Row, tables
from api.graph import ide
from api.pages.browser import POLICY, TEMPLATES
from api.pages.policies import typed_into
from domain.kernel.coded import PAGE

PACKAGE = "fastapi_offline"
REFERENCE = "/docs"
ASSETS = "/docs/assets"
CONTRACT = Path(__file__).parents[1] / "openapi" / "openapi.json"


def install(app: FastAPI) -> None:
    """Adds the pages' files, the API reference, the contract that it shows, and all codes.

    The contract is answered as it was exported: to write it anew takes 14 MiB in every process.
    """
    app.mount(ide.ASSETS, ide.assets())
    app.mount(ASSETS, StaticFiles(directory=_folder()))

    contracts = StaticFiles(directory=CONTRACT.parent)

    @app.get("/openapi.json", include_in_schema=False)
    async def contract(request: Request) -> Response:
        answer = await contracts.get_response(CONTRACT.name, request.scope)
        answer.headers["Cache-Control"] = "public, no-cache"
        return answer

    @app.get(REFERENCE, include_in_schema=False)
    async def reference() -> HTMLResponse:
        shown = TEMPLATES.get_template("reference.html").render(assets=ASSETS)
        return HTMLResponse(shown, headers=typed_into())

    @app.get(PAGE, include_in_schema=False)
    async def problems() -> HTMLResponse:
        return HTMLResponse(_problems(), headers={"Content-Security-Policy": POLICY})


@lru_cache
def _problems() -> str:
    shown = [
        table._replace(lead=_marked(table.lead), rows=[_row(each) for each in table.rows])
        for table in tables()
    ]
    return TEMPLATES.get_template("problems.html").render(tables=shown)


def _row(row: Row) -> Row:
    return row._replace(cells=[_marked(cell) for cell in row.cells])


def _marked(text: str) -> Markup:
    """What stands between backticks is code."""
    odd = (
        Markup("<code>{}</code>").format(each) if place % 2 else escape(each)
        for place, each in enumerate(text.split("`"))
    )
    return Markup("").join(odd)


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {PACKAGE} is missing: install requirements.lock.")
    return Path(spec.origin).parent / "static"
