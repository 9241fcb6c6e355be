"""Contacts: commands in, views out."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.accounts.shapes import NetworkKey
from domain.contacts.rules import KEY
from domain.kernel.clock import Moment
from domain.kernel.ids import ContactId, Own
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change

NAMED = "What texts name it by: `@{marie-dupont}`."
Key = Annotated[
    str, Field(min_length=1, max_length=60, pattern=f"^{KEY}$", examples=["marie-dupont"])
]
Name = Annotated[str, Field(min_length=1, max_length=200, examples=["Marie Dupont"]), Visible]
Handle = Annotated[
    str,
    AfterValidator(lambda handle: handle.removeprefix("@")),
    Field(
        min_length=1,
        max_length=300,
        pattern=r"^@?[^\s@/{}]+(@[^\s@/{}]+)?$",
        examples=["marie@village.example"],
    ),
]


class HandleInput(Command):
    """How a contact is called on one network."""

    network: NetworkKey = Field(description="Key of the network.")
    handle: Handle = Field(description="The handle it has there, as people write it.")


def _one_per_network(handles: list[HandleInput]) -> list[HandleInput]:
    if len({each.network for each in handles}) != len(handles):
        raise ValueError("Each network has one handle.")
    return handles


Handles = Annotated[list[HandleInput], Field(max_length=30), AfterValidator(_one_per_network)]


class HandleView(View):
    """How a contact is called on one network."""

    network: str = Field(description="Key of the network.")
    handle: str = Field(description="The handle it has there, without the first @.")


class ContactView(View):
    id: ContactId = Field(description="The contact's id.")
    key: str = Field(description=NAMED)
    name: str = Field(description="Its name for people: what stands where it has no handle.")
    handles: list[HandleView] = Field(description="Its handles, one per network.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateContact(Command):
    """A person or organisation that posts name, with a handle on each network."""

    id: Own[ContactId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    key: Key = Field(description=NAMED)
    name: Name = Field(description="Its name for people: what stands where it has no handle.")
    handles: Handles = Field(default=[], description="Its handles, one per network.")


class ChangeContact(Change):
    """Its key stays: texts name it."""

    name: Name = may_change("Its name for people: what stands where it has no handle.")
    handles: Handles = may_change("All its handles; replaces the ones before.")
