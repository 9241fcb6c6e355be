"""The files that pages load: ours alone."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

PATH = "/assets"


def install(app: FastAPI) -> None:
    app.mount(PATH, StaticFiles(directory=Path(__file__).parent / "assets"))
