"""Departments: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import DepartmentId, MemberId, Own
from domain.kernel.shapes import Change, Command, View, may_change
from domain.workspaces.shapes import Name

Description = Annotated[str, Field(max_length=2000)]
Members = Annotated[list[MemberId], Field(max_length=500)]


class DepartmentView(View):
    id: DepartmentId = Field(description="The department's id.")
    name: str = Field(description="Its name, unique in the workspace.")
    description: str = Field(description="What it is there for.")
    lead_id: MemberId | None = Field(description="The member who leads it; null: nobody.")
    member_ids: list[MemberId] = Field(description="Who is in it, in the order they came.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateDepartment(Command):
    id: Own[DepartmentId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    name: Name = Field(description="Its name, unique in the workspace.", examples=["Œnologie"])
    description: Description = Field(default="", description="What it is there for.")
    lead_id: MemberId | None = Field(default=None, description="The member who leads it.")
    member_ids: Members = Field(default=[], description="Who is in it, the lead included.")


class ChangeDepartment(Change):
    name: Name = may_change("Its name, unique in the workspace.")
    description: Description = may_change("What it is there for.")
    lead_id: MemberId | None = may_change("The member who leads it; null: nobody.")
    member_ids: Members = may_change("Who is in it from now on, the lead included.")
