from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from dialogues.admin.condition_forms import labels
from dialogues.admin.custom_rule_form import CustomRuleForm
from dialogues.admin.rule_faults import look_over
from dialogues.models import Conversation
from routing.admin import ForManagers
from routing.admin.agent_choice import agents_to_mark, marked
from routing.models import CustomRule, Team

BY = {"up": -1, "down": 1}
MOVE = '<button type="submit" formaction="{}" aria-label="Move {} {}">{}</button>'


@admin.register(CustomRule)
class CustomRuleAdmin(ForManagers, admin.ModelAdmin):
    """The rules of routing, here because what they ask for are attributes of visitors."""

    form = CustomRuleForm
    list_display = ["place", "name", "reads", "leads_to"]
    list_display_links = ["name"]
    sortable_by = []
    # Their order is one whole.
    list_per_page = list_max_show_all = 10_000
    fieldsets = [
        (None, {"fields": ["name", "description", "priority"]}),
        ("Leads to", {"fields": ["agents", "teams"]}),
    ]

    def get_queryset(self, request):
        teams = Team.objects.prefetch_related(Prefetch("members", agents_to_mark()))
        targets = Prefetch("agents", agents_to_mark().order_by("name", "pk")), Prefetch("teams", teams)
        return super().get_queryset(request).prefetch_related(*targets)

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        look_over(changelist.result_list, labels())
        for place, rule in enumerate(changelist.result_list, start=1):
            rule.place = place
            rule.ways = (
                self._ways(place, changelist.result_count) if self.has_change_permission(request) else []
            )
        return changelist

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "Custom rules"} | (extra_context or {}))

    def get_changeform_initial_data(self, request):
        return {"priority": CustomRule.objects.count() + 1} | super().get_changeform_initial_data(request)

    def get_urls(self):
        move = self.admin_site.admin_view(require_POST(self.move_view))
        return [path("<int:pk>/move/<str:way>/", move, name="routing_customrule_move"), *super().get_urls()]

    def move_view(self, request, pk, way):
        if not self.has_change_permission(request):
            raise PermissionDenied
        if way not in BY:
            raise Http404
        rule = get_object_or_404(CustomRule, pk=pk)
        rule.move(BY[way])
        self.log_change(request, rule, f"Moved {way}, to number {rule.priority}.")
        messages.success(request, f"“{rule}” is number {rule.priority} now.")
        return redirect(f"{reverse('admin:routing_customrule_changelist')}#rule-{pk}")

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        conversations = self.admin_site.get_model_admin(Conversation)
        context = {"may_read_conversations": conversations.has_view_permission(request)}
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))

    def save_model(self, request, obj, form, change):
        obj.save()
        if "priority" in form.changed_data or not change:
            obj.place(form.cleaned_data["priority"])

    @admin.display(description="order")
    def place(self, rule):
        buttons = format_html_join(
            "", MOVE, [(self._path(rule, way), rule, way, sign) for way, sign in rule.ways]
        )
        return format_html('<span class="order" id="rule-{}">{} {}</span>', rule.pk, rule.place, buttons)

    @admin.display(description="matches if")
    def reads(self, rule):
        faults = format_html_join("", '<p class="fault">{}</p>', [(fault,) for fault in rule.faults])
        return format_html("<bdi>{}</bdi>{}", rule.words, faults)

    @admin.display(description="leads to")
    def leads_to(self, rule):
        names = [marked(agent) for agent in rule.agents.all()] + [f"team {team}" for team in rule.teams.all()]
        return format_html_join(mark_safe("<br>"), "<bdi>{}</bdi>", [(name,) for name in names])

    def _ways(self, place, count):
        return [("up", "↑")] * (place > 1) + [("down", "↓")] * (place < count)

    def _path(self, rule, way):
        return reverse("admin:routing_customrule_move", args=[rule.pk, way])
