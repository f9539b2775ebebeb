from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DialoguesConfig(AppConfig):
    name = "dialogues"

    def ready(self):
        from dialogues import receivers  # noqa: F401

        post_migrate.connect(make_rows_that_must_exist, sender=self)


def make_rows_that_must_exist(using, **kwargs):
    from dialogues.models import Appearance, Attribute

    Appearance.objects.using(using).get_or_create(pk=1)
    for name, label in {"first_name": "First name", "email": "Email"}.items():
        Attribute.objects.using(using).get_or_create(name=name, defaults={"label": label})
