from django.contrib import admin

from dialogues.models import Attribute


@admin.register(Attribute)
class AttributeAdmin(admin.ModelAdmin):
    list_display = ["label", "name"]

    def get_readonly_fields(self, request, obj=None):
        """Streams, rules and visitors know it by its name."""
        return ["name"] if obj else []
