"""Custom roles: named sets of scopes. Templates are shown beside them."""

from typing import Annotated

from pydantic import Field

from domain.kernel.caller import Scope
from domain.kernel.clock import Moment
from domain.kernel.ids import Own, RoleId
from domain.kernel.shapes import Change, Command, View, may_change
from domain.workspaces.shapes import Name, Role

Scopes = Annotated[list[Scope], Field(min_length=1, max_length=100)]
Description = Annotated[str, Field(max_length=2000)]


class RoleView(View):
    id: RoleId = Field(description="The role's id.")
    name: str = Field(description="Its name, unique in the workspace.")
    description: str = Field(description="Who it is for.")
    scopes: list[Scope] = Field(description="What its members may do.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class RoleTemplateView(View):
    role: Role = Field(description="The role.")
    scopes: list[Scope] = Field(description="What its members may do.")


class RoleTemplatesView(View):
    data: list[RoleTemplateView] = Field(description="Every template, the strongest first.")


class CreateRole(Command):
    id: Own[RoleId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    name: Name = Field(description="Its name, unique in the workspace.", examples=["Evening desk"])
    description: Description = Field(default="", description="Who it is for.")
    scopes: Scopes = Field(description="What its members may do; none that the token lacks.")


class ChangeRole(Change):
    name: Name = may_change("Its name, unique in the workspace.")
    description: Description = may_change("Who it is for.")
    scopes: Scopes = may_change("What its members may do; none that the token lacks.")
