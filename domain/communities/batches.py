"""Communities by id, in one statement."""

from domain.communities.shapes import CommunityView
from domain.communities.tables import Community
from domain.kernel.batches import ById
from domain.kernel.caller import Scope

communities_by_id = ById(Community, CommunityView, Scope.COMMUNITIES_READ).read
