"""Tokens: what an operator gets, once, and what stays."""

from pydantic import Field

from domain.kernel.caller import Scope
from domain.kernel.clock import Moment
from domain.kernel.ids import TokenId
from domain.kernel.shapes import View


class NewToken(View):
    id: TokenId = Field(description="The token's id.")
    token: str = Field(description="The bearer value; shown only now.")
    name: str = Field(description="What it is for.")
    scopes: list[Scope] = Field(description="What it may do.")
    expires_at: Moment | None = Field(description="When it runs out; null: never.")
