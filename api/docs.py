"""Pages for developers, /docs and /graphql, whose files come with packages and not from a CDN."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.graph import ide

PACKAGE = "fastapi_offline"
ASSETS = "/docs/assets"
CONTRACT = Path(__file__).parents[1] / "openapi" / "openapi.json"


def install(app: FastAPI) -> None:
    """Adds both pages' files, the API reference and the contract that it shows.

    The contract is answered as it was exported: to write it anew takes 14 MiB in every process.
    """
    app.mount(ide.ASSETS, ide.assets())
    app.mount(ASSETS, StaticFiles(directory=_folder()))

    @app.get("/openapi.json", include_in_schema=False)
    async def contract() -> FileResponse:
        return FileResponse(CONTRACT, media_type="application/json")

    @app.get("/docs", include_in_schema=False)
    async def reference() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Parvis · API reference",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon.png",
        )


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {PACKAGE} is missing: install requirements.lock.")
    return Path(spec.origin).parent / "static"
