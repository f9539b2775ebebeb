"""Who is here, and until when: rows that the hub writes, by the beats of sockets and by what becomes of them."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from os import kill

import psycopg
import pytest

from dialogues.live import hub, presence
from dialogues.live.beat import beat_all
from dialogues.live.database import connection_parameters
from dialogues.models import Visitor, VisitorPresence
from routing.models import AgentPresence
from tests.dialogues.live.client import agent_line, sign_in, visitor_line
from tests.dialogues.live.loop import running_loop
from tests.dialogues.live.process import Ear, Process
from tests.dialogues.live.proxy import Proxy
from tests.dialogues.live.web import Uvicorn
from tests.product import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def written_at_once(monkeypatch):
    monkeypatch.setattr(presence, "GATHER_SECONDS", 0)


@pytest.fixture
def process(loop, transactional_db):
    process = Process(loop)
    yield process
    process.stop()


def opens(process, person):
    """The person opens a page whose socket is in this process."""
    if isinstance(person, Visitor):
        return process.listen(f"visitor:{person.pk}", person=person.pk)
    who = {"user": person.user, "session": sign_in(person)}
    return process.listen(f"agent:{person.pk}", kind="agent", person=person.pk, **who)


def beats(process, *ears):
    for ear in ears:
        ear.beat_at = 0
    process.loop.run(beat_all(process.hub))


@pytest.fixture
def seconds_left(clock):
    """How long the person is here if nothing more is heard; None who has no row."""

    def seconds_left(person):
        row = rows_of(person).filter(pk=person.pk).first()
        return row and (row.until - clock()).total_seconds()

    return seconds_left


@pytest.fixture
def until_left(seconds_left):
    """Waits until the person is here for as long as this, give or take what the writing took."""

    def until_left(person, seconds):
        wait_until(lambda: seconds - 3 < (seconds_left(person) or 0) <= seconds)

    return until_left


def is_here(person):
    return rows_of(person).here().filter(pk=person.pk).exists()


def rows_of(person):
    return (VisitorPresence if isinstance(person, Visitor) else AgentPresence).objects.all()


def test_who_has_opened_a_page_is_here_within_a_second(any_web, talking, vera, alice, until_left):
    with visitor_line(any_web, vera) as veras, agent_line(any_web, alice) as alices:
        veras.hello()
        alices.hello()
        began = time.monotonic()

        for person in (vera, alice):
            until_left(person, presence.GRACE_SECONDS + 1)
        assert time.monotonic() - began < 1


def test_who_has_said_nothing_yet_is_not_here(web, hire):
    carol = hire("Carol")
    AgentPresence.objects.all().delete()

    with agent_line(web, carol) as line:
        line.socket.ping().wait(5)

        assert not is_here(carol)


def test_who_closes_the_page_has_left_after_thirty_seconds(process, vera, alice, clock, until_left):
    """P38."""
    pages = [opens(process, person) for person in (vera, alice)]
    for person in (vera, alice):
        until_left(person, 45)

    for page in pages:
        process.forget(page)

    for person in (vera, alice):
        until_left(person, 30)
    clock.move(seconds=25)
    assert is_here(vera)
    assert is_here(alice)
    clock.move(seconds=5)
    assert not is_here(vera)
    assert not is_here(alice)


def test_a_reload_changes_nothing(process, alice, clock, until_left):
    """P39."""
    alice.refresh_from_db()
    switched = alice.available_until
    page = opens(process, alice)
    process.forget(page)
    until_left(alice, 30)

    clock.move(seconds=10)
    opens(process, alice)

    until_left(alice, 45)
    alice.refresh_from_db()
    assert alice.available_until == switched


def test_the_second_of_two_tabs_keeps_alice_here(process, alice, clock, until_left, seconds_left):
    """P39."""
    first, second = opens(process, alice), opens(process, alice)
    until_left(alice, 45)
    before = seconds_left(alice)

    process.forget(second)
    beats(process, first)

    until_left(alice, 45)
    assert before - 3 < seconds_left(alice)
    clock.move(seconds=44)
    assert is_here(alice)


def test_a_page_in_another_process_keeps_alice_here(process, alice, clock, until_left):
    """P39: as when one process of two is stopped for a deploy."""
    with running_loop() as other_loop:
        other = Process(other_loop)
        opens(process, alice)
        opens(other, alice)
        until_left(alice, 45)
        page = next(iter(other.hub.sockets[f"agent:{alice.pk}"]))
        other.forget(page)
        other.stop()
    until_left(alice, 30)

    clock.move(seconds=14)
    beats(process, *process.hub.everyone())

    until_left(alice, 45)


def test_nobody_flaps_in_ten_minutes_of_beats(process, vera, alice, clock, until_left):
    """P37: nothing is asked of the page, whose timers may stand still in a tab behind others."""
    pages = [opens(process, person) for person in (vera, alice)]
    until_left(alice, 45)

    for _ in range(40):
        clock.move(seconds=15)
        assert is_here(vera)
        assert is_here(alice)
        beats(process, *pages)
        for person in (vera, alice):
            until_left(person, 45)


@pytest.mark.parametrize("late_seconds", [15, 29])
def test_a_late_beat_takes_nobody_away(process, vera, clock, until_left, late_seconds):
    """P37."""
    opens(process, vera)
    until_left(vera, 45)

    clock.move(seconds=15 + late_seconds - 3)

    assert is_here(vera)


def test_a_lid_that_closes_without_a_word_is_noticed(tmp_path, vera, alice, clock, until_left):
    """P38. The other line, on which nobody says a word either, lives: a browser answers pings by itself (P37)."""
    web = Uvicorn(tmp_path, SILENT_LINE_SECONDS="1").start()
    try:
        with Proxy("localhost", web.port) as proxy, agent_line(web, alice) as alices:
            behind = type("", (), {"url": f"http://127.0.0.1:{proxy.port}"})
            with visitor_line(behind, vera, origin=web.url, close_timeout=0) as veras:
                veras.hello()
                alices.hello()
                until_left(vera, 45)

                proxy.is_frozen = True

                until_left(vera, 30)
                alices.say(type="read", conversation=1, after=0)
                alices.hear("page")
                until_left(alice, 45)
                clock.move(seconds=30)
                assert not is_here(vera)
                proxy.is_frozen = False
    finally:
        web.stop()


def test_a_killed_process_keeps_nobody_here_for_more_than_45_seconds(tmp_path, alice, clock, until_left):
    """P38."""
    web = Uvicorn(tmp_path).start()
    with suppress(Exception), agent_line(web, alice, close_timeout=0) as line:
        line.hello()
        until_left(alice, 45)
        kill(web.process.pid, signal.SIGKILL)
    web.stop()

    clock.move(seconds=25)
    assert is_here(alice)
    clock.move(seconds=20)
    assert not is_here(alice)


def test_a_process_that_stops_writes_down_who_has_left(loop, vera, until_left, monkeypatch):
    monkeypatch.setattr(presence, "GATHER_SECONDS", 60)
    process = Process(loop)
    page = opens(process, vera)
    until_left(vera, 45)

    process.forget(page)
    process.stop()

    until_left(vera, 30)


def test_alice_hears_once_that_vera_is_back(process, talking, vera, alice, until_left):
    alices = opens(process, alice)

    veras = opens(process, vera)

    def panes():
        frames = [json.loads(frame) for frame in tuple(alices.heard)]
        return [(frame["pane"], frame["revision"]) for frame in frames if frame["type"] == "pane"]

    wait_until(lambda: len(panes()) == 2)
    [revision] = {revision for _, revision in panes()}
    assert [pane for pane, _ in panes()] == ["conversation", "list"]
    assert revision == hub.revision("agent", alice.pk)

    beats(process, veras)
    process.forget(veras)
    until_left(vera, 30)
    opens(process, vera)
    until_left(vera, 45)
    assert len(panes()) == 2


# However many, and whatever happens


@pytest.fixture
def statements(process, monkeypatch):
    """Those with which the hub has written down who is here."""
    statements, rows = [], process.hub.reader.rows

    def counted(statement, parameters):
        if statement == presence.WRITE:
            statements.append(parameters)
        return rows(statement, parameters)

    monkeypatch.setattr(process.hub.reader, "rows", counted)
    return statements


def test_all_who_come_or_beat_at_once_are_one_statement(process, statements):
    visitors = Visitor.objects.bulk_create(Visitor() for _ in range(500))
    pages = [Ear(f"visitor:{visitor.pk}", person=visitor.pk) for visitor in visitors]

    process.loop.do(lambda: [process.hub.join(page) for page in pages])

    wait_until(lambda: VisitorPresence.objects.here().count() == 500)
    assert len(statements) == 1


def test_who_comes_right_after_waits_for_the_next_statement(
    process, statements, vera, alice, until_left, monkeypatch
):
    monkeypatch.setattr(presence, "GATHER_SECONDS", 60)
    opens(process, vera)
    until_left(vera, 45)

    opens(process, alice)
    for _ in range(3):
        process.loop.run(process.hub.reader.rows("SELECT", []))

    assert [written["agents"] for written in statements] == [[]]


def test_whose_row_is_gone_is_left_out_for_the_others(process, vera, alice, until_left):
    gone = Visitor.objects.create()
    key = gone.pk
    gone.delete()
    gone.pk = key

    for person in (gone, vera):
        opens(process, person)

    until_left(vera, 45)
    assert VisitorPresence.objects.count() == 1


def test_two_processes_that_write_the_same_people_never_wait_for_each_other_in_a_circle(transactional_db):
    visitors = [visitor.pk for visitor in Visitor.objects.bulk_create(Visitor() for _ in range(400))]
    nobody = {"agents": [], "agents_seconds": []}

    def write(keys):
        with psycopg.connect(**connection_parameters()) as line:
            for _ in range(30):
                line.execute(presence.WRITE, nobody | {"visitors": keys, "visitors_seconds": [45] * 400})

    with ThreadPoolExecutor(2) as pool:
        for written in [pool.submit(write, keys) for keys in (visitors, visitors[::-1])]:
            written.result(30)

    assert VisitorPresence.objects.here().count() == 400


def test_a_database_that_is_away_costs_one_line_in_the_log_and_no_socket(
    line_to_postgres, loop, vera, until_left, caplog, monkeypatch
):
    monkeypatch.setattr(presence, "TRY_AGAIN_SECONDS", 0.01)
    process = Process(loop)
    process.hub.reader._pool.timeout = 0.05
    line_to_postgres.away()
    page = opens(process, vera)
    tries = []
    write = process.hub.presence._write
    monkeypatch.setattr(process.hub.presence, "_write", lambda: tries.append(1) or write())

    # Redis is there, and asks for a beat at once: after that one, nobody asks again.
    wait_until(lambda: page.beat_at == 0)
    page.beat_at = time.monotonic() + 60
    tries.clear()
    wait_until(lambda: len(tries) > 3)
    assert not page.heard
    line_to_postgres.back()

    until_left(vera, 45)
    said = [record for record in caplog.records if record.name == presence.__name__]
    assert [record.levelname for record in said] == ["WARNING"]
    process.stop()
