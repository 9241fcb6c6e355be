"""Relations of members, roles, departments, invitations and requests to experts."""

from api.graph.relations import One, Some
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.kernel.shapes import View
from domain.workspaces.custom_roles import roles_by_id
from domain.workspaces.department_shapes import DepartmentView
from domain.workspaces.expert_shapes import ExpertRequestView
from domain.workspaces.invitation_shapes import InvitationView
from domain.workspaces.queries import members_by_id
from domain.workspaces.role_shapes import RoleView
from domain.workspaces.shapes import MemberView


def _member(owner: type[View], key: str) -> One:
    return One(owner, MemberView, key, members_by_id)


def _role(owner: type[View]) -> One:
    return One(owner, RoleView, "role_id", roles_by_id)


def _communities(owner: type[View]) -> Some:
    return Some(owner, CommunityView, "communities", communities_by_id)


role_by_member, role_by_invitation = _role(MemberView), _role(InvitationView)
communities_by_member = _communities(MemberView)
communities_by_invitation = _communities(InvitationView)
lead_by_department = _member(DepartmentView, "lead_id")
members_by_department = Some(DepartmentView, MemberView, "member_ids", members_by_id)
inviter_by_invitation = _member(InvitationView, "invited_by")
member_by_invitation = _member(InvitationView, "member_id")
asker_by_request = _member(ExpertRequestView, "asked_by")
member_by_request = _member(ExpertRequestView, "member_id")
community_by_request = One(ExpertRequestView, CommunityView, "community_id", communities_by_id)
