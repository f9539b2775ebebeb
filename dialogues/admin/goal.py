from django.contrib import admin
from django.db.models import Count

from dialogues.models import Goal


@admin.register(Goal)
class GoalAdmin(admin.ModelAdmin):
    list_display = ["name", "score", "times_reached"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(times=Count("reached"))

    @admin.display(description="reached", ordering="times")
    def times_reached(self, goal):
        return goal.times
