from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class ChatsiteConfig(AppConfig):
    name = "chatsite"

    def ready(self):
        from chatsite.roles import make_roles

        # Django makes the permissions of one app after another, so they are all there after the last one.
        with_models = [config for config in apps.get_app_configs() if config.models_module]
        post_migrate.connect(make_roles, sender=with_models[-1])


class SiteConfig(AdminConfig):
    default_site = "chatsite.admin_site.Site"
