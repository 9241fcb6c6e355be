"""Which permission a call takes, and the product of LinkedIn that gives it to an app.

https://learn.microsoft.com/linkedin/marketing/increasing-access, read 2026-11-28. Newer tokens say
some otherwise: `w_organization_social_feed` for comments.
"""

from domain.connector.http import Call
from domain.networks.linkedin.manifest import MANIFEST

_REST = MANIFEST.at("rest")
_APPROVED = "the Community Management API"
_ADMIN = f"rw_organization_admin ({_APPROVED})"
_READING = f"r_organization_social, or r_member_social of a person ({_APPROVED})"
_WRITING = f"w_organization_social ({_APPROVED}), or w_member_social of a person"
_OF_ADMINS = ("organization", "networkSizes")


def needed_for(call: Call) -> str:
    """In words that stand behind "it wants"."""
    resource = call.url.partition(f"{_REST}/")[2]
    if resource.startswith(_OF_ADMINS):
        return _ADMIN
    if not resource:
        return "openid and profile (Sign In with LinkedIn)"
    if call.method == "GET" and not resource.startswith("videos"):
        return _READING
    is_comment = resource.startswith("socialActions")
    return f"{_WRITING} ({_APPROVED if is_comment else 'Share on LinkedIn'})"
