"""Communities: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment, ZoneName
from domain.kernel.ids import CommunityId, Own
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change

Name = Annotated[str, Field(min_length=1, max_length=120, examples=["Vaud au quotidien"]), Visible]
Slug = Annotated[
    str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["vaud-au-quotidien"])
]
Description = Annotated[str, Field(max_length=2000)]
Language = Annotated[
    str, Field(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["fr-CH"])
]
Languages = Annotated[list[Language], Field(max_length=20)]


class CommunityView(View):
    id: CommunityId = Field(description="The community's id.")
    name: str = Field(description="Its name for people.")
    slug: str = Field(description="Its short name, unique in the workspace.")
    description: str = Field(description="Who it gathers and around what.")
    time_zone: str = Field(description="IANA zone its days are cut in.")
    languages: list[str] = Field(description="Languages spoken in it, BCP 47.")
    archived_at: Moment | None = Field(description="When it was archived; null while it lives.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateCommunity(Command):
    id: Own[CommunityId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    name: Name = Field(description="Its name for people.")
    slug: Slug = Field(description="Its short name, unique in the workspace.")
    description: Description = Field(default="", description="Who it gathers and around what.")
    time_zone: ZoneName = Field(description="IANA zone its days are cut in.")
    languages: Languages = Field(default=[], description="Languages spoken in it, BCP 47.")


class ChangeCommunity(Change):
    name: Name = may_change("Its name for people.")
    slug: Slug = may_change("Its short name, unique in the workspace.")
    description: Description = may_change("Who it gathers and around what.")
    time_zone: ZoneName = may_change("IANA zone its days are cut in.")
    languages: Languages = may_change("Languages spoken in it, BCP 47.")
    is_archived: bool = may_change(
        "Archive it, or bring it back; what is planned there goes out all the same."
    )
