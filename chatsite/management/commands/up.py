import sys

from django.core.management.base import BaseCommand

from chatsite.steps import Steps
from chatsite.supervisor import Supervisor
from chatsite.trouble import Trouble


class Command(BaseCommand):
    help = "Starts everything and keeps it running: databases, web, workers and the clock."
    requires_system_checks = []

    def handle(self, **options):
        try:
            Supervisor(Steps(self.stdout)).run()
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(1)
