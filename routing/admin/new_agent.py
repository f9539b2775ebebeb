"""An agent with the account they sign in with, in a single form; and the mail by which they set their password."""

import re
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import connection

from routing.admin.permissions import MANAGE_WORKSPACE
from routing.models import Agent, Team
from routing.models.agent import RECEIVE_LIVE_CHATS
from routing.picture import as_square
from routing.signals import agent_invited

FIRST_ROLE = "Live Agent"
KEPT_IN_FILES = "django.core.mail.backends.filebased.EmailBackend"
ACCOUNTS_LOCK = 7_210_003
LONGEST_USERNAME = 150
FIELDSETS = [
    (None, {"fields": ["name", "email", "username", "roles", "teams"]}),
    ("More", {"fields": ["chat_limit", "time_zone", "picture"]}),
    (
        "Who signs in here already",
        {
            "fields": ["user"],
            "description": "To make somebody an agent who has an account, choose it here instead of an email.",
        },
    ),
]


def form_for(manager):
    """The form in the hands of this manager, who hands out no more than they hold."""
    return type("NewAgentForm", (NewAgentForm,), {"manager": manager})


def roles_to_hand_out(manager):
    """Those that give nothing which the manager lacks. Who manages the workspace says who takes live chats."""
    held = manager.get_all_permissions()
    if MANAGE_WORKSPACE in held:
        held = held | {RECEIVE_LIVE_CHATS}
    roles = Group.objects.prefetch_related("permissions__content_type")
    return Group.objects.filter(pk__in=[role.pk for role in roles if _names(role) <= held]).order_by("name")


def invite(agent):
    """Sends a link to set a password to who has none, and says what happened."""
    user = agent.user
    if not user.is_active:
        return f"{agent.name} is deactivated: nobody is invited who may not come in."
    if user.has_usable_password():
        return f"{agent.name} signs in as {user.get_username()}, with the password they have."
    if not user.email:
        return f"{agent.name} has no email address to send an invitation to: set a password for them."
    agent_invited.send(Agent, agent=agent)
    if settings.EMAIL_BACKEND == KEPT_IN_FILES:
        return f"The invitation of {agent.name} is kept in {settings.EMAIL_FILE_PATH}: EMAIL_URL is not set."
    return f"{agent.name} is invited: a mail to {user.email} says how to set a password."


class NewAgentForm(forms.ModelForm):
    manager = None

    email = forms.EmailField(
        required=False, max_length=254, widget=AdminEmailInputWidget, help_text="Where the invitation goes."
    )
    username = forms.CharField(
        required=False,
        max_length=LONGEST_USERNAME,
        validators=[UnicodeUsernameValidator()],
        widget=AdminTextInputWidget,
        help_text="What they sign in with; empty: what stands before the @ of the email.",
    )
    roles = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=f"With none of them: {FIRST_ROLE}.",
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.ChoiceField(required=False)
    # Read by `as_square`, which also knows what is no image.
    picture = forms.FileField(
        required=False,
        help_text="PNG, JPEG, WebP or GIF, at most 5 MB.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    user = forms.ModelChoiceField(
        get_user_model().objects.none(), required=False, label="Account", empty_label="Somebody new"
    )

    class Meta:
        model = Agent
        fields = ["user", "name", "picture", "chat_limit", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = roles_to_hand_out(self.manager)
        self.fields["roles"].initial = self.fields["roles"].queryset.filter(name=FIRST_ROLE)
        users = get_user_model().objects.filter(agent=None, is_active=True)
        self.fields["user"].queryset = users.order_by("username")
        places = sorted(name for name in available_timezones() if "/" in name and name[:4] != "Etc/")
        self.fields["time_zone"].choices = [("", "UTC"), *((name, name) for name in places)]

    def clean_picture(self):
        upload = self.cleaned_data["picture"]
        return as_square(upload) if upload else upload

    def clean_email(self):
        return get_user_model().objects.normalize_email(self.cleaned_data["email"])

    def clean_username(self):
        return get_user_model().normalize_username(self.cleaned_data["username"])

    def clean_roles(self):
        roles = self.cleaned_data["roles"] or self.fields["roles"].initial
        if not roles:
            raise forms.ValidationError("Choose a role: you cannot hand out “Live Agent”.")
        return roles

    def clean(self):
        given = super().clean()
        if given.get("user"):
            if given.get("email") or given.get("username"):
                self.add_error("user", "Choose an account, or fill in an email address: not both.")
        elif not self.errors.keys() & {"user", "email", "username"}:
            self._clean_new_account(given)
        return given

    def _clean_new_account(self, given):
        if not given["email"]:
            self.add_error("email", "Enter the address to which the invitation goes.")
            return
        given["username"] = given["username"] or _username_from(given["email"])
        _one_account_at_a_time()
        users = get_user_model().objects
        if users.filter(email__iexact=given["email"]).exists():
            self.add_error("email", "Somebody has an account with this address: choose it below instead.")
        if users.filter(username__iexact=given["username"]).exists():
            taken = f"The username “{given['username']}” is taken: enter another one."
            self.add_error("username", taken)

    def save(self, commit=True):
        self.instance.user = self.cleaned_data["user"] or self._make_account()
        return super().save(commit)

    def _make_account(self):
        name, email = self.cleaned_data["name"], self.cleaned_data["email"]
        # Without a password nobody comes in, until the invitation has brought one.
        return get_user_model().objects.create_user(self.cleaned_data["username"], email, first_name=name)

    def _save_m2m(self):
        super()._save_m2m()
        self.instance.teams.set(self.cleaned_data["teams"])
        self.instance.user.groups.add(*self.cleaned_data["roles"])


def _names(role):
    return {f"{each.content_type.app_label}.{each.codename}" for each in role.permissions.all()}


def _username_from(email):
    """Signs that a username cannot have are left out."""
    return re.sub(r"[^\w.@+-]", "", email.rpartition("@")[0].lower())[:LONGEST_USERNAME] or "agent"


def _one_account_at_a_time():
    """No constraint keeps two accounts from having one address: until this is saved, nobody adds another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ACCOUNTS_LOCK])
