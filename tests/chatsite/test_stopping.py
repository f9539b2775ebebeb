import os
import signal
import time

import pytest

from chatsite.processes import Child
from chatsite.records import Records
from tests.chatsite.conftest import is_gone
from tests.product import wait_until


def everything_has_stopped(parley, children):
    return all(is_gone(pid) for pid in children.values()) and not (parley.folder / "processes.json").exists()


def test_ctrl_c_on_the_whole_group_stops_everything_in_order(another, press_ctrl_c):
    another.start()
    children = another.children()

    press_ctrl_c(another)

    assert another.process.wait(20) == 0
    assert everything_has_stopped(another, children)
    assert "Traceback" not in another.why_not(), another.why_not()
    assert not (another.folder / "embedded.env").exists()


def test_sigterm_stops_everything_even_while_it_starts(another, press_ctrl_c):
    another.start()
    children = another.children()
    another.process.send_signal(signal.SIGTERM)
    press_ctrl_c(another)  # an impatient operator changes nothing
    assert another.process.wait(20) == 0
    assert everything_has_stopped(another, children)

    with pytest.raises(AssertionError):
        _terminated_on_the_way(another)
    assert another.process.wait(20) == 0
    assert not (another.folder / "embedded.env").exists()


def _terminated_on_the_way(parley):
    """Sent when Postgres is there and nothing else is; `start` then finds it ended."""
    started = time.monotonic()

    def is_ready():
        if (parley.folder / "embedded.env").exists() and parley.process.poll() is None:
            parley.process.terminate()
        assert parley.process.poll() is None, "ended"
        assert time.monotonic() - started < 20
        return False

    parley.is_ready = is_ready
    parley.start()


def test_after_a_kill_of_up_the_next_start_ends_what_was_left(another):
    another.start()
    left = another.children()
    os.kill(another.process.pid, signal.SIGKILL)
    another.process.wait()
    assert not any(is_gone(pid) for pid in left.values())

    another.start()

    assert all(is_gone(pid) for pid in left.values())
    assert f"Ended {len(left)} processes of an earlier start" in another.why_not()
    assert set(another.children()) == set(left)


def test_a_stranger_with_the_pid_of_a_child_is_left_alone(tmp_path):
    records = Records(tmp_path)
    records.add("web", os.getpid(), signal.SIGTERM)
    assert [process.pid for process, _ in Records(tmp_path).leftovers()] == [os.getpid()]

    records.children["web"]["started"] -= 60  # ours began a minute earlier, and has ended since
    records._write()

    assert Records(tmp_path).leftovers() == []


def test_a_child_that_keeps_ending_is_started_later_and_later(tmp_path):
    said = []
    child = Child("hasty", ["false"])
    child.start()

    def has_ended_three_times():
        child.keep_running(said.append)
        return len(said) >= 3

    wait_until(has_ended_three_times)

    assert said == [
        f"hasty has ended with code 1: starting it again in {wait} s." for wait in ("0.5", "1", "2")
    ]
