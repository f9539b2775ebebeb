"""A Parley with a Redis and a mail server of its own, which fail it."""

import contextlib
import os
import shutil
import signal
import socket

import pytest
from aiosmtpd.controller import Controller

from chatsite.embedded import private_folder_for_sockets
from chatsite.embedded.home import find_home
from chatsite.embedded.user import choose_user
from chatsite.embedded.valkey import Valkey
from notifications.models import Mail
from tests.chatsite.clock.conftest import asleep, assert_on_time, seconds_late
from tests.notifications.conftest import Inbox
from tests.product import Product, free_port, wait_until
from tests.settling import settle


@pytest.fixture(scope="module")
def folder(running_product, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(running_product.folder / "static", folder / "static")  # making them takes seconds
    return folder


@pytest.fixture(scope="module")
def valkey(folder):
    user = choose_user(folder)
    home, binaries = find_home(folder, user, say=print)
    valkey = Valkey(binaries, home, private_folder_for_sockets(folder, user), user)
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture(scope="module")
def mail_port():
    return free_port()


@pytest.fixture(scope="module")
def the_only_product(running_product, valkey, mail_port, folder, django_db_blocker):
    """The one that all tests share does nothing meanwhile: both have the same database."""
    with contextlib.ExitStack() as others:
        # Its clock sleeps already, as it does whenever nobody asked for it.
        for name in ("worker-deadlines", "worker-default"):
            others.enter_context(asleep(running_product.pid(name)))
        with django_db_blocker.unblock():
            product = Product(
                folder, REDIS_URL=f"unix://{valkey.socket}", EMAIL_URL=f"smtp://127.0.0.1:{mail_port}"
            ).start()
        yield product
        product.stop()


@pytest.fixture
def product(the_only_product, transactional_db):
    wait_until(the_only_product.is_ready, seconds=20, failing=the_only_product.why_not)
    yield the_only_product
    settle()


def test_a_mail_server_that_never_answers_delays_no_offer(product, mail_port, soon_due, clock):
    with socket.create_server(("127.0.0.1", mail_port)) as silent:
        silent.settimeout(10)
        soon_due()
        assert_on_time(seconds_late())
        line, _ = silent.accept()
        soon_due()

        assert_on_time(seconds_late())
        assert not Mail.objects.sent().exists()
        line.close()

    inbox = Inbox()
    answering = Controller(inbox, hostname="127.0.0.1", port=mail_port)
    answering.start()
    try:
        wait_until(lambda: len(inbox.mails) == 20 or clock.move(seconds=10))
    finally:
        answering.stop()
    # The last one is on its way before its row says so.
    wait_until(lambda: not Mail.objects.unsent().exists())


def test_redis_stands_still(product, soon_due, valkey):
    with asleep(valkey.process.pid):
        soon_due()

        assert_on_time(seconds_late())


def test_redis_is_gone_and_comes_back(product, soon_due, valkey):
    os.kill(valkey.process.pid, signal.SIGKILL)
    valkey.process.wait()
    soon_due()

    assert_on_time(seconds_late())

    valkey.start()
    wait_until(product.is_ready, seconds=20, failing=product.why_not)
