"""The cast: Alice and Bob are agents on team Sales, Carol is an agent on no team, Max manages, Vera visits."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import override_settings

from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.models import Conversation, Dialogue, Stream, Visitor
from routing.clock import clock as read_clock
from routing.models import Agent, AgentPresence, Method, Plan, Route, Team, Workspace
from tests.notifications.conftest import Inbox
from tests.product import Product, free_port, wait_until
from tests.racing import PROOF
from tests.settling import settle

PASSWORD = "parley-test"
# A test that moves the clock by hours does not run into midnight by chance.
NOON = "UPDATE test_clock SET ahead = timestamptz '2026-06-10 12:00Z' - clock_timestamp()"
MOVABLE_CLOCK = """
CREATE TABLE IF NOT EXISTS test_clock (ahead interval NOT NULL);
TRUNCATE test_clock;
INSERT INTO test_clock VALUES ('0');
CREATE OR REPLACE FUNCTION parley_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  'SELECT clock_timestamp() + (SELECT ahead FROM test_clock)';
"""


def pytest_collection_modifyitems(config, items):
    """What `make proof` tries beside a test of the same in passing is left out elsewhere, and counted as such."""
    if not PROOF:
        long_forms = [item for item in items if item.get_closest_marker("long_form")]
        config.hook.pytest_deselected(items=long_forms)
        items[:] = [item for item in items if item not in long_forms]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(MOVABLE_CLOCK)
    # Of the class, for Playwright's loop gives its tests a connection of their own.
    type(connection.ops).sql_flush = staticmethod(delete_everything)
    yield
    # A test may have cut it; this one is new.
    connection.close()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A process that a test has killed may leave a connection that Postgres has not noticed yet.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def delete_everything(style, tables, **options):
    """TRUNCATE makes every table anew on disk, and locks out, or deadlocks with, the product's own queries. As a
    replica does it, without triggers: some rows may never be deleted otherwise, and the order does not matter.
    The kinds of rows that there are stay, for the product's processes remember their keys."""
    deletes = [
        f"DELETE FROM {connection.ops.quote_name(table)}"
        for table in tables
        if table != "django_content_type"
    ]
    return ["SET LOCAL session_replication_role = replica", *deletes]


@pytest.fixture(scope="session")
def product_s_mail_server():
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    inbox.address = f"smtp://127.0.0.1:{controller.port}"
    yield inbox
    controller.stop()


@pytest.fixture
def post_office(product_s_mail_server):
    """Where the product's mails arrive; empty at first."""
    product_s_mail_server.mails.clear()
    return product_s_mail_server


@pytest.fixture(scope="session")
def running_product(django_db_setup, django_db_blocker, tmp_path_factory, product_s_mail_server):
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("product")
        product = Product(folder, EMAIL_URL=product_s_mail_server.address).start()
    product.sleep()
    yield product
    product.wake()
    product.stop()


@pytest.fixture
def product(running_product, transactional_db):
    """Web, workers and clock, as `manage.py up` starts them: on the tests' database, and one for all tests."""
    running_product.wake()
    wait_until(running_product.is_ready, failing=running_product.why_not)
    yield running_product
    settle()
    running_product.sleep()


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_are():
    """Pages name static files as they stand: collecting them takes seconds, and `up` does that for the browser."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        yield


class Clock:
    """The database's clock, moved by hand, in every process at once."""

    def __call__(self):
        return read_clock()

    def move(self, **by):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE test_clock SET ahead = ahead + %s", [timedelta(**by)])

    def stand_at(self, moment):
        """Stops it at one exact moment until the test's transaction is rolled back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION parley_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
                f"$$SELECT timestamptz '{moment.isoformat()}'$$"
            )


@pytest.fixture(autouse=True)
def noon(request):
    """Every test that has a database begins at noon."""
    for database in ("transactional_db", "db"):
        if database in request.fixturenames:
            request.getfixturevalue(database)
            with connection.cursor() as cursor:
                cursor.execute(NOON)
            break


@pytest.fixture
def clock(db):
    return Clock()


@pytest.fixture
def everything(db):
    """Every row of every table, to see that nothing was left behind."""

    def everything():
        rows = {}
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                rows[table] = cursor.fetchall()
        return rows

    return everything


@pytest.fixture
def workspace(db):
    return Workspace.objects.get()


@pytest.fixture
def select(workspace):
    """The workspace on the Select plan."""
    workspace.plan = Plan.SELECT
    workspace.save()
    return workspace


@cache
def hashed_password():
    """PASSWORD as Django keeps it. To hash takes a fifth of a second, so it is done once."""
    return make_password(PASSWORD)


@pytest.fixture
def hire(db):
    """Makes an agent with an open page, available unless told otherwise."""

    def hire(name, *, available=True, here=True, **fields):
        user = User.objects.create(
            username=name.lower(), email=f"{name.lower()}@parley.example", password=hashed_password()
        )
        user.user_permissions.add(Permission.objects.get(codename="receive_live_chats"))
        agent = Agent.objects.create(user=user, name=name, **fields)
        if here:
            AgentPresence.objects.create(agent=agent, until=read_clock() + timedelta(days=365))
        if available:
            agent.switch(available=True)
        return agent

    return hire


@pytest.fixture
def alice(hire):
    return hire("Alice")


@pytest.fixture
def bob(hire):
    return hire("Bob")


@pytest.fixture
def carol(hire):
    return hire("Carol")


@pytest.fixture
def max(db):
    return User.objects.create(
        username="max",
        email="max@parley.example",
        password=hashed_password(),
        is_staff=True,
        is_superuser=True,
    )


@pytest.fixture
def sales(alice, bob):
    team = Team.objects.create(name="Sales")
    team.members.set([alice, bob])
    return team


@pytest.fixture
def round_robin(db):
    return Route.objects.to(Method.ROUND_ROBIN)


@pytest.fixture
def to_sales(sales):
    return Route.objects.to(Method.TEAM, team=sales)


@pytest.fixture
def vera(db):
    return Visitor.objects.create(attributes={"first_name": "Vera", "email": "vera@kern.example"})


@pytest.fixture
def publish(db):
    """Publishes a document as a dialogue's next version, and returns the stream."""

    def publish(document, *, name="Pricing"):
        dialogue, _ = Dialogue.objects.get_or_create(name=name)
        stream = Stream.draft_of(dialogue)
        stream.write(document)
        stream.publish()
        return stream

    return publish


@pytest.fixture
def talk_to_sales(round_robin, publish):
    """A published stream: a question, first name and email, then a live chat card by round robin."""
    asked = [
        CaptureCard(id="name", question="What is your first name?", attribute="first_name"),
        CaptureCard(id="mail", question="And your email?", attribute="email", type="email"),
    ]
    yes = Branch(cards=asked, end=LiveChatCard(id="chat", route=round_robin.pk, connecting="One moment…"))
    question = QuestionCard(
        id="talk",
        text="Would you like to talk to someone?",
        responses=[
            Response(id="yes", text="Yes, please", branch=yes),
            Response(
                id="no", text="Just looking", branch=Branch(cards=[MessageCard(id="bye", text="All right.")])
            ),
        ],
    )
    return publish(Document(start=Branch(end=question)))


@pytest.fixture
def requested(talk_to_sales, vera):
    """Vera's conversation, from the first answer to the request for an agent."""

    def requested(visitor=vera):
        conversation = Conversation.start(visitor, talk_to_sales, page="https://shop.example/pricing")
        conversation.answer("talk", "yes")
        conversation.answer("name", "Vera")
        conversation.answer("mail", "vera@kern.example")
        conversation.request_live_chat()
        return conversation

    return requested


@pytest.fixture
def talking(requested, alice):
    """Vera's conversation with Alice, who has accepted."""
    conversation = requested()
    conversation.live_chat.accept(alice)
    conversation.refresh_from_db()
    return conversation
