"""The schema whole, for those who look at every table: migrations, guards, the re-sealing."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData
from sqlmodel import SQLModel


def whole_schema() -> MetaData:
    """Every floor's tables."""
    for found in sorted(Path(__file__).parents[1].glob("*/tables.py")):
        import_module(f"domain.{found.parent.name}.tables")
    return SQLModel.metadata
