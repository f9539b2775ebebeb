import logging
import signal
import time

from django.core.management.base import BaseCommand
from django.db import Error, connection

from chatsite.due import LOOK_EVERY_SECONDS, Lookout

logger = logging.getLogger(__name__)

# One row that somebody holds must not make all others late; it is tried again in a moment.
LOCKS_WITHIN = "500ms"


class Command(BaseCommand):
    help = "Looks twice a second for what is due: offers, quiet chats, requests, mails."

    def handle(self, **options):
        self.is_stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_soon)
        connection.settings_dict["OPTIONS"]["options"] += f" -c lock_timeout={LOCKS_WITHIN}"
        self.lookout = Lookout()
        self.is_database_there = True
        while not self.is_stopping:
            began = time.monotonic()
            self._look()
            time.sleep(max(0, began + LOOK_EVERY_SECONDS - time.monotonic()))

    def _stop_soon(self, *_):
        self.is_stopping = True

    def _look(self):
        try:
            self.lookout.look()
        except Error as error:
            if self.is_database_there:
                logger.warning("The database is away (%s): the clock tries again until it is back", error)
            self.is_database_there = False
            connection.close()
        else:
            if not self.is_database_there:
                logger.warning("The database is back")
            self.is_database_there = True
