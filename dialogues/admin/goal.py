from django.contrib import admin

from dialogues.models import Goal


@admin.register(Goal)
class GoalAdmin(admin.ModelAdmin):
    list_display = ["name", "score", "reached"]
    search_fields = ["name"]

    @admin.display(description="reached")
    def reached(self, goal):
        return goal.reached.count()
