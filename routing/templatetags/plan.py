from django import template

from routing.admin.permissions import MANAGE_WORKSPACE
from routing.models import Workspace

register = template.Library()


@register.inclusion_tag("routing/_plan_banner.html", takes_context=True)
def plan_banner(context):
    """For managers: that the Select plan's engagements run out, or have, and what to do."""
    user = context.get("user")
    if user is None or not user.has_perm(MANAGE_WORKSPACE):
        return {}
    workspace = Workspace.objects.get()
    return {"workspace": workspace, "state": workspace.engagement_state, "user": user}
