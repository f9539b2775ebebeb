import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from chatsite.backups import restore, unpack
from chatsite.postgres_client import database
from chatsite.trouble import Trouble


class Command(BaseCommand):
    help = "Puts back what `backup` wrote. Parley must be stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="give up what the database holds now")

    def handle(self, file: Path, replace: bool, **options):
        try:
            settings.PARLEY_DATA.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.PARLEY_DATA) as folder:
                manifest = unpack(file, Path(folder))
                with database(alone=True):
                    restore(Path(folder), replace=replace)
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(1)
        self.stdout.write(f"Restored what was backed up at {manifest['made_at']}. Now start Parley.")
