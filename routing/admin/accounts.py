from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from routing.admin.account_upload import AccountUpload, as_download
from routing.admin.agent_choice import AgentField
from routing.admin.permissions import ForManagers
from routing.csv_file import written
from routing.models import Account, Workspace
from routing.models.account_list import exported, one_change_at_a_time


class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = ["company", "domain", "agent"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agent"] = AgentField(named=[self.instance.agent_id], label="Owner")

    def clean(self):
        # Held until this is saved: a list, or a second press, waits for it and then sees it.
        one_change_at_a_time()
        return super().clean()


class OwnerFilter(admin.SimpleListFilter):
    title, parameter_name = "owner", "owner"

    def lookups(self, request, model_admin):
        return [("active", "Active"), ("deactivated", "Deactivated")]

    def queryset(self, request, accounts):
        if self.value() not in ("active", "deactivated"):
            return accounts
        return accounts.filter(agent__user__is_active=self.value() == "active")


@admin.register(Account)
class AccountAdmin(ForManagers, admin.ModelAdmin):
    form = AccountForm
    list_display = ["company", "domain", "owner"]
    list_select_related = ["agent__user"]
    list_filter = [OwnerFilter]
    search_fields = ["company", "domain", "agent__name", "agent__user__email"]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("upload/", view(self.upload_view), name="routing_account_upload"),
            path("upload/<str:token>/", view(self.uploaded_view), name="routing_account_uploaded"),
            path("upload/<str:token>/report.csv", view(self.report_view), name="routing_account_report"),
            path("export.csv", view(self.export_view), name="routing_account_export"),
            path("switch/", view(require_POST(self.switch_view)), name="routing_account_switch"),
            *super().get_urls(),
        ]

    def upload_view(self, request):
        return AccountUpload(self, request).ask()

    def uploaded_view(self, request, token):
        upload = AccountUpload(self, request, token)
        return upload.take() if request.method == "POST" else upload.show()

    def report_view(self, request, token):
        return AccountUpload(self, request, token).report()

    def export_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return as_download(written(exported()), name="accounts.csv")

    def switch_view(self, request):
        if not self._may_switch(request):
            raise PermissionDenied
        Workspace.objects.update(account_routing=True)
        messages.success(request, "Account routing is on: visitors go to the owner of their account first.")
        return redirect("admin:routing_account_changelist")

    def changelist_view(self, request, extra_context=None):
        context = {
            "title": "Accounts",
            "is_routing": Workspace.objects.filter(account_routing=True).exists(),
            "may_switch": self._may_switch(request),
            "may_upload": self.has_add_permission(request) and self.has_change_permission(request),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def log_list(self, request, accounts):
        """Leaves in the history what one list has changed, in one line."""
        words = f"{len(accounts.new)} new, {len(accounts.changed)} changed, {len(accounts.removed)} removed"
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(Account),
            object_repr="Account list",
            action_flag=CHANGE,
            change_message=f"Uploaded: {words}.",
        )

    @admin.display(description="owner", ordering="agent__name")
    def owner(self, account):
        return account.agent.name if account.agent.user.is_active else f"{account.agent.name} (deactivated)"

    def _may_switch(self, request):
        workspace_admin = self.admin_site.get_model_admin(Workspace)
        return workspace_admin.has_change_permission(request)
