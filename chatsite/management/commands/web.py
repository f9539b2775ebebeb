import sys

from django.core.management.base import BaseCommand

from chatsite.trouble import Trouble
from chatsite.web import listen, serve


class Command(BaseCommand):
    help = "Serves pages and sockets on HOST and PORT."
    requires_system_checks = []

    def handle(self, **options):
        try:
            serve(listen())
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(1)
