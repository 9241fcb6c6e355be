"""The fields that forms of several pages have."""

from typing import Annotated

from pydantic import Field, StringConstraints

Typed = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)]
"""A password just as it was typed."""
Address = Annotated[str, Field(min_length=1, max_length=254)]
"""An e-mail address as it was typed: whether it is one is not said where one signs in."""
