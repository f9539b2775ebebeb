import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import Error, connection

from chatsite.due import LOOK_EVERY_SECONDS, Lookout

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Looks twice a second for what is due: offers, quiet chats, requests, mails."

    def handle(self, **options):
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        lookout = Lookout()
        while not stopping.wait(LOOK_EVERY_SECONDS):
            try:
                lookout.look()
            except Error:
                logger.exception("The database is away; the clock looks again in a moment")
                connection.close()
