import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from chatsite.backups import back_up
from chatsite.postgres_client import database
from chatsite.trouble import Trouble


class Command(BaseCommand):
    help = "Writes everything this Parley keeps into one file, also while it runs."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file: Path, **options):
        try:
            if not settings.DATABASES_GIVEN and not (settings.PARLEY_DATA / "databases").exists():
                raise Trouble(
                    f"{settings.PARLEY_DATA} holds nothing yet: set PARLEY_DATA to the folder you mean."
                )
            with database(alone=False):
                size = back_up(file.absolute())
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(1)
        self.stdout.write(f"Wrote {file} ({size / 1e6:.1f} MB). Keep it safe: it holds all conversations.")
