import sys

from django.core.management.base import BaseCommand

from chatsite.preparing import prepare
from chatsite.steps import Steps
from chatsite.trouble import Trouble


class Command(BaseCommand):
    help = "Makes tables, static files and the demo, and names what is missing. `up` begins with it."
    requires_system_checks = []

    def handle(self, **options):
        try:
            prepare(Steps(self.stdout))
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(1)
