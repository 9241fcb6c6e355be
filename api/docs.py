"""Pages for developers, /docs and /graphql, whose files come with packages and not from a CDN."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.graph import ide

PACKAGE = "fastapi_offline"
ASSETS = "/docs/assets"


def install(app: FastAPI) -> None:
    """Adds both pages' files and the API reference; the app is made with `docs_url=None`."""
    app.mount(ide.ASSETS, ide.assets())
    app.mount(ASSETS, StaticFiles(directory=_folder()))

    @app.get("/docs", include_in_schema=False)
    async def reference() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "/openapi.json",
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
