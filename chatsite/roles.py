"""What people are here to do: a role is a Django group with the permissions its work needs.

The names are Adobe Dynamic Chat's profiles ("Permissions"). Migrating makes each role and gives it what it lacks of
this table; what a manager has added by hand stays.
"""

from django.contrib.auth.models import Group, Permission
from django.db.models import Value
from django.db.models.functions import Concat

SEE_DIALOGUES = {"dialogues.view_dialogue"}
MAKE_DIALOGUES = SEE_DIALOGUES | {
    "dialogues.add_dialogue",
    "dialogues.change_dialogue",
    "dialogues.delete_dialogue",
    "dialogues.publish_stream",
    "dialogues.view_appearance",
    "dialogues.view_attribute",
    "dialogues.view_goal",
    "dialogues.add_goal",
    "dialogues.change_goal",
    "dialogues.delete_goal",
    "dialogues.view_pdf",
    "dialogues.add_pdf",
    "dialogues.change_pdf",
    "dialogues.delete_pdf",
}
SEE_ROUTING = {"routing.view_account", "routing.view_customrule", "routing.view_team"}
MAKE_RULES = {
    "routing.add_account",
    "routing.change_account",
    "routing.delete_account",
    "routing.add_customrule",
    "routing.change_customrule",
    "routing.delete_customrule",
}
SET_UP_THE_CHATBOT = {
    "dialogues.add_attribute",
    "dialogues.change_appearance",
    "dialogues.change_attribute",
    "routing.view_workspace",
    "routing.change_workspace",
}

ROLES = {
    "Live Agent": {"routing.receive_live_chats"},
    # Their own profile, which every agent has; bookings will bring more.
    "Calendar Agent": set(),
    "Marketing User": MAKE_DIALOGUES | SEE_ROUTING,
    "Marketing Admin": MAKE_DIALOGUES | SEE_ROUTING | MAKE_RULES | SET_UP_THE_CHATBOT,
    # To manage the workspace opens agents, teams, rules, accounts, and everybody's conversations.
    "Sales Admin": {"routing.manage_workspace", "routing.receive_live_chats"} | SEE_DIALOGUES,
}


def make_roles(using, **kwargs):
    """Needs the permissions of every app. One that does not exist, after migrating to the past, is left out."""
    groups, given = Group.objects.using(using), Group.permissions.through
    groups.bulk_create([Group(name=role) for role in ROLES], ignore_conflicts=True)
    roles = dict(groups.filter(name__in=ROLES).values_list("name", "pk"))
    name = Concat("content_type__app_label", Value("."), "codename")
    permissions = dict(Permission.objects.using(using).values_list(name, "pk"))
    given.objects.using(using).bulk_create(
        [
            given(group_id=roles[role], permission_id=permissions[name])
            for role, names in ROLES.items()
            for name in sorted(names & permissions.keys())
        ],
        ignore_conflicts=True,
    )
