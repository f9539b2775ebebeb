"""A mail server of our own on the loopback, which can be told to misbehave."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.db import connection

from notifications.models import FailedAction


class Inbox(Message):
    """Keeps the mails that the server has taken."""

    def __init__(self):
        super().__init__()
        self.mails = []
        self.refuses = set()
        self.is_closed = False
        self.keeps_waiting = None
        self.is_keeping_waiting = threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.is_closed:
            return "451 Come back later"
        if address in self.refuses:
            return "550 Nobody here of that name"
        if address == self.keeps_waiting:
            self.is_keeping_waiting.set()
            await asyncio.sleep(20)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message):
        self.mails.append(message)

    @property
    def addresses(self):
        return sorted(mail["To"] for mail in self.mails)

    def to(self, address):
        return [mail for mail in self.mails if mail["To"] == address]


@pytest.fixture
def mail_server(settings):
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    use_mail_server(settings, controller.port)
    yield inbox
    controller.stop()


@pytest.fixture
def silent_server(settings):
    """Takes every connection, and never says a word."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        use_mail_server(settings, listening.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.3
        yield listening


@pytest.fixture
def worker(mail_server, settings):
    """Sends a failed action's mails in a process of its own, which can be killed."""

    @contextlib.contextmanager
    def worker(failed_action):
        code = (
            "import django; django.setup(); from notifications.jobs import send_failed_action;"
            f"send_failed_action({failed_action.pk})"
        )
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
        env = os.environ | {
            "DATABASE_URL": address.geturl(),
            "DJANGO_SETTINGS_MODULE": "chatsite.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        }
        process = subprocess.Popen([sys.executable, "-c", code], env=env)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    return worker


def use_mail_server(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.fixture
def missed(requested, alice, max, clock):
    """Vera's request that Alice has missed, and the failed action it left."""

    def missed(**attributes):
        conversation = requested()
        conversation.visitor.attributes |= attributes
        conversation.visitor.save()
        clock.move(seconds=101)
        conversation.live_chat.expire_offer()
        return FailedAction.objects.get(live_chat=conversation.live_chat)

    return missed
