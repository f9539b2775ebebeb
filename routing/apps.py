from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RoutingConfig(AppConfig):
    name = "routing"

    def ready(self):
        post_migrate.connect(make_rows_that_must_exist, sender=self)


def make_rows_that_must_exist(using, **kwargs):
    from routing.models import Workspace

    Workspace.objects.using(using).get_or_create(pk=1)
