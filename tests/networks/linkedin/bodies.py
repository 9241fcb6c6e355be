"""What calls and answers hold, as JSON objects."""

from pydantic import JsonValue

from domain.connector.http import Call
from tests.networks.scripted import Exchange


def content_of(call: Call) -> JsonValue:
    """What a post shows beside its words."""
    assert isinstance(call.json, dict)
    return call.json["content"]


def elements_of(exchange: Exchange) -> list[JsonValue]:
    assert isinstance(exchange.json_, dict)
    elements = exchange.json_["elements"]
    assert isinstance(elements, list)
    return elements
