"""`.env.example`, written from the settings themselves and from docker-compose.yml."""

import json
import re
import textwrap

from pydantic_core import PydanticUndefined

from api.cli.places import ROOT
from domain.kernel.settings import Settings

_REQUIRED = re.compile(r"\$\{(\w+):\?([^}]+)\}")
_HEAD = """\
# Every setting of Parvis, with its default. `./parvis up` needs none of them; in production, copy
# this file to `.env` and give at least those that stand without a default. Written by
# `./parvis export`.
"""
_COMPOSE = "# Only for docker-compose.yml, which builds the URLs above from them."


def sheet() -> str:
    """The whole file."""
    settings = [_knob(name) for name in Settings.model_fields]
    compose = (ROOT / "docker-compose.yml").read_text()
    needs = [
        f"# {hint[0].upper()}{hint[1:]}.\n{name}="
        for name, hint in dict(_REQUIRED.findall(compose)).items()
        if name.lower() not in Settings.model_fields
    ]
    return "\n\n".join([_HEAD.rstrip(), *settings, _COMPOSE, *needs]) + "\n"


def _knob(name: str) -> str:
    field = Settings.model_fields[name]
    said = textwrap.wrap(field.description or "", 96, initial_indent="# ", subsequent_indent="# ")
    if field.default is PydanticUndefined:
        return "\n".join([*said, f"{name.upper()}="])
    return "\n".join([*said, f"#{name.upper()}={_written(field.default)}"])


def _written(default: object) -> str:
    """A default as the environment writes it."""
    match default:
        case None:
            return ""
        case bool():
            return json.dumps(default)
        case tuple():
            return ",".join(map(str, default))
        case _:
            return str(default)
