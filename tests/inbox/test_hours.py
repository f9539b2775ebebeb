"""Alice writes down when she takes chats. It is Wednesday 10 June 2026, noon in UTC."""

import re
from datetime import date, time

import pytest
from django.contrib.auth.models import User

from routing.models import Agent, HoursBlock, HoursException
from routing.signals import agent_changed
from tests.inbox.conftest import words_of


@pytest.fixture
def alice(hire):
    return hire("Alice", available=False)


def form_of(browser):
    return browser.get("/profile/").context["form"]


def send(browser, *, seen=None, **entered):
    """Sends the form with these rows, such as wednesday=["09:00-17:00"] or exception=["2026-06-11 2026-06-12 off"]."""
    names = ("name", "time_zone", "arrange")
    fields = {
        name.replace("arrange", "hours-arrange"): entered.pop(name) for name in names if name in entered
    }
    fields = {"name": "Alice", "time_zone": "", "hours-seen": form_of(browser).hours.seen} | fields
    if seen is not None:
        fields["hours-seen"] = seen
    for name, rows in entered.items():
        *days, times = zip(*(row.split(" ") for row in rows), strict=True)
        pairs = [["", ""] if row == "off" else row.split("-") for row in times]
        fields[f"{name}-begins"], fields[f"{name}-ends"] = map(list, zip(*pairs, strict=True))
        if days:
            fields[f"{name}-first_day"], fields[f"{name}-last_day"] = map(list, days)
    return browser.post("/profile/", fields, follow=True)


def week_of(agent):
    return [str(block) for block in agent.hours_blocks.all()]


def exceptions_of(agent):
    return [str(exception) for exception in agent.hours_exceptions.all()]


def ahead(page):
    return [day.words for day in page.context["form"].hours.coming_days]


def rows_of(page, day):
    rows = dict(page.context["form"].hours.days)[day]
    return [(row["begins"].value(), row["ends"].value()) for row in rows]


def errors_of(page):
    return re.findall(r'class="errorlist[^>]*><li>(.*?)</li>', page.content.decode())


# Saving


def test_alice_writes_down_her_week_and_is_available_at_once(at_alice_s, alice):
    page = send(at_alice_s, wednesday=["09:00-12:30", "13:00-17:30"], monday=["09:00-12:30"])

    assert "Saved." in words_of(page)
    assert week_of(alice) == [
        "Monday 09:00 to 12:30",
        "Wednesday 09:00 to 12:30",
        "Wednesday 13:00 to 17:30",
    ]
    assert "Available until 12:30" in words_of(page)
    alice.refresh_from_db()
    assert alice.is_available


def test_she_reads_what_her_week_comes_to(at_alice_s, alice):
    page = send(
        at_alice_s, wednesday=["09:00-12:30", "13:00-17:30"], friday=["22:00-06:00"], sunday=["00:00-00:00"]
    )

    words = words_of(page)
    assert "Wed 10 Jun 09:00 to 12:30, 13:00 to 17:30 Thu 11 Jun off" in words
    assert "Fri 12 Jun 22:00 to midnight Sat 13 Jun 00:00 to 06:00 Sun 14 Jun all day" in words


def test_zone_and_hours_go_together_and_settle_her_once(at_alice_s, alice):
    settled = []
    agent_changed.connect(listener := lambda agent, **kwargs: settled.append(agent))

    page = send(at_alice_s, time_zone="Europe/Amsterdam", wednesday=["09:00-15:00"])

    agent_changed.disconnect(listener)
    assert settled == [alice]
    # In Amsterdam it is two in the afternoon.
    assert "Available until 15:00" in words_of(page)
    assert "The coming 7 days, in Europe/Amsterdam" in words_of(page)


def test_another_zone_alone_moves_her_hours(at_alice_s, alice):
    send(at_alice_s, wednesday=["09:00-12:30"])

    page = send(at_alice_s, time_zone="Europe/Amsterdam", wednesday=["09:00-12:30"])

    assert ": outside your hours, back 17 Jun 09:00" in words_of(page)


def test_a_form_that_is_not_about_hours_leaves_them_alone(at_alice_s, alice):
    send(at_alice_s, wednesday=["09:00-17:00"])

    at_alice_s.post("/profile/", {"name": "Alice Liddell", "time_zone": ""})

    assert week_of(alice) == ["Wednesday 09:00 to 17:00"]


def test_saving_hours_leaves_the_switch_alone(at_alice_s, alice):
    seen = form_of(at_alice_s).hours.seen
    alice.switch(available=True)

    page = send(at_alice_s, seen=seen, friday=["09:00-17:00"])

    assert "Available until midnight" in words_of(page)


def test_emptied_rows_are_gone(at_alice_s, alice):
    send(at_alice_s, wednesday=["09:00-12:30", "13:00-17:30"])

    send(at_alice_s, wednesday=["off", "13:00-17:30"])

    assert week_of(alice) == ["Wednesday 13:00 to 17:30"]


def test_blocks_that_overlap_count_as_one_and_the_page_says_so(at_alice_s, alice):
    page = send(
        at_alice_s, wednesday=["09:00-13:00", "12:00-17:00", "09:00-10:00", "22:00-23:00", "22:00-02:00"]
    )

    assert ahead(page)[:2] == ["09:00 to 17:00, 22:00 to midnight", "00:00 to 02:00"]
    assert "Blocks that overlap count as one." in words_of(page)
    assert alice.hours_blocks.count() == 3


def test_alice_can_only_change_her_own_hours(at_alice_s, alice, bob):
    send(at_alice_s, wednesday=["09:00-17:00"])

    assert not bob.hours_blocks.exists()


def test_an_agent_with_a_calendar_alone_has_hours_too(client, db):
    dana = Agent.of(User.objects.create_user("dana"))
    client.force_login(dana.user)

    send(client, name="Dana", wednesday=["09:00-17:00"])

    assert week_of(dana) == ["Wednesday 09:00 to 17:00"]


# What cannot be saved


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("09:00-", "Enter both times, or neither."),
        ("-17:00", "Enter both times, or neither."),
        ("09:00-09:00", "It ends when it begins. From 00:00 to 00:00 is a whole day."),
        ("nine-17:00", "Enter a time such as 09:00."),
        ("25:00-26:00", "Enter a time such as 09:00."),
    ],
)
def test_a_block_that_cannot_be_is_refused_beside_its_times(at_alice_s, alice, block, words):
    page = send(at_alice_s, name="Alice Liddell", monday=["09:00-17:00"], wednesday=[block])

    assert words in errors_of(page)
    assert "The hours cannot be saved like this." in words_of(page)
    # Nothing she entered is lost, and nothing of it is saved.
    assert rows_of(page, "Wednesday") == [tuple(block.split("-"))]
    assert 'value="Alice Liddell"' in page.content.decode()
    assert week_of(alice) == []
    assert Agent.objects.get().name == "Alice"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-06-12 2026-06-11 off", "The last day comes before the first."),
        ("2026-06-12 2027-06-30 off", "An exception lasts a year at most."),
        ("2026-06-12 9999-12-31 off", "Enter days of the next two years."),
        ("9999-12-31 9999-12-31 off", "Enter days of the next two years."),
        ("2026-06-12 2026-06-12 09:00-", "Enter both times, or neither for days off."),
        ("2026-06-12 2026-06-12 09:00-09:00", "It ends when it begins. From 00:00 to 00:00 is a whole day."),
        ("soon 2026-06-12 off", "Enter a day such as 2026-12-24."),
        (" 2026-06-12 off", "Enter the first day."),
    ],
)
def test_an_exception_that_cannot_be_is_refused_in_words(at_alice_s, alice, row, words):
    page = send(at_alice_s, exception=[row])

    assert words in errors_of(page)
    assert exceptions_of(alice) == []


def test_hours_that_max_has_changed_meanwhile_are_not_lost(at_alice_s, alice):
    seen = form_of(at_alice_s).hours.seen
    HoursBlock.objects.create(agent=alice, weekday=0, begins=time(8), ends=time(16))

    page = send(at_alice_s, seen=seen, tuesday=["09:00-17:00"])

    assert "Somebody else has changed these hours meanwhile." in words_of(page)
    assert rows_of(page, "Tuesday") == [("09:00", "17:00")]
    assert week_of(alice) == ["Monday 08:00 to 16:00"]
    send(at_alice_s, seen=page.context["form"].hours.seen, tuesday=["09:00-17:00"])
    assert week_of(alice) == ["Tuesday 09:00 to 17:00"]


def test_who_changes_something_else_does_not_undo_what_max_has_changed(at_alice_s, alice):
    seen = form_of(at_alice_s).hours.seen
    HoursBlock.objects.create(agent=alice, weekday=0, begins=time(8), ends=time(16))

    send(at_alice_s, seen=seen, name="Alice Liddell")

    assert week_of(alice) == ["Monday 08:00 to 16:00"]
    assert Agent.objects.get().name == "Alice Liddell"


def test_more_exceptions_than_anybody_needs_are_refused(at_alice_s, alice):
    page = send(at_alice_s, exception=["2026-06-12 2026-06-12 off"] * 101)

    assert "At most 100 exceptions" in words_of(page)
    assert exceptions_of(alice) == []


@pytest.mark.parametrize(
    "words", ["add", "add someday", "remove monday -1", "remove monday 7", "remove someday 0", "x"]
)
def test_a_button_that_there_is_not_changes_nothing(at_alice_s, alice, words):
    page = send(at_alice_s, arrange=words, monday=["09:00-17:00"])

    assert rows_of(page, "Monday") == [("09:00", "17:00")]
    assert week_of(alice) == []


# Exceptions


def test_a_holiday_takes_the_place_of_the_weekly_hours(at_alice_s, alice):
    page = send(at_alice_s, wednesday=["09:00-17:00"], exception=["2026-06-10 2026-06-12 off"])

    assert ": outside your hours, back 17 Jun 09:00" in words_of(page)
    assert "Wed 10 Jun off (exception)" in words_of(page)
    assert exceptions_of(alice) == ["2026-06-10 to 2026-06-12: off"]


def test_a_single_day_needs_no_last_day_and_may_have_two_blocks(at_alice_s, alice):
    page = send(at_alice_s, exception=["2026-06-13  10:00-12:00", "2026-06-13  14:00-16:00"])

    assert "Sat 13 Jun 10:00 to 12:00, 14:00 to 16:00 (exception)" in words_of(page)
    assert exceptions_of(alice) == ["2026-06-13: 10:00 to 12:00", "2026-06-13: 14:00 to 16:00"]


def test_exceptions_that_are_long_over_go_when_hours_are_saved(at_alice_s, alice):
    for day in (date(2026, 4, 3), date(2026, 6, 1)):
        HoursException.objects.create(agent=alice, first_day=day, last_day=day)

    rows = ["2026-04-03 2026-04-03 off", "2026-06-01 2026-06-01 off"]
    send(at_alice_s, monday=["09:00-17:00"], exception=rows)

    assert exceptions_of(alice) == ["2026-06-01: off"]


# The buttons, which need no script


def test_a_usual_week_is_one_press_away_and_saved_only_when_she_says(at_alice_s, alice):
    page = send(at_alice_s, arrange="usual", saturday=["10:00-14:00"])

    assert [rows_of(page, day) for day in ("Monday", "Friday", "Saturday", "Sunday")] == [
        [("09:00", "17:00")],
        [("09:00", "17:00")],
        [("10:00", "14:00")],
        [(None, None)],
    ]
    assert "As entered above, and not saved yet." in words_of(page)
    assert ahead(page)[0] == "09:00 to 17:00"
    assert week_of(alice) == []


def test_monday_is_copied_to_the_other_workdays(at_alice_s):
    page = send(at_alice_s, arrange="copy", monday=["08:00-12:00", "13:00-16:00"], friday=["10:00-11:00"])

    assert rows_of(page, "Friday") == [("08:00", "12:00"), ("13:00", "16:00")]
    assert rows_of(page, "Saturday") == [(None, None)]


def test_a_day_gets_another_row_where_she_goes_on(at_alice_s):
    page = send(at_alice_s, arrange="add tuesday", tuesday=["08:00-12:00"])

    assert rows_of(page, "Tuesday") == [("08:00", "12:00"), (None, None)]
    assert re.search(r'name="tuesday-begins"[^>]*autofocus', page.content.decode())


def test_a_row_is_removed_and_the_others_stay(at_alice_s):
    page = send(
        at_alice_s, arrange="remove tuesday 2", tuesday=["08:00-09:00", "off", "10:00-11:00", "12:00-13:00"]
    )

    assert rows_of(page, "Tuesday") == [("08:00", "09:00"), ("12:00", "13:00")]


def test_an_exception_is_added_and_removed(at_alice_s):
    page = send(at_alice_s, arrange="add exception", exception=["2026-06-11 2026-06-12 off"])
    assert len(page.context["form"].hours.exceptions) == 2

    page = send(at_alice_s, arrange="remove exception 0", exception=["2026-06-11 2026-06-12 off"])
    assert page.context["form"].hours.exceptions == []


def test_enter_saves_and_presses_no_other_button(at_alice_s):
    form = at_alice_s.get("/profile/").content.decode().split('enctype="multipart/form-data"')[1]

    assert re.search(r"<button[^>]*>", form)[0] == '<button type="submit" hidden>'


def test_every_time_has_a_name_of_its_own(at_alice_s):
    send(at_alice_s, monday=["08:00-12:00", "13:00-16:00"], exception=["2026-06-11 2026-06-12 off"])

    page = at_alice_s.get("/profile/").content.decode()

    fields = re.findall(r'<input type="(?:time|date)"[^>]*>', page)
    labels = [re.search(r'aria-label="([^"]+)"', field)[1] for field in fields]
    assert len(set(labels)) == len(labels) == 20
    assert "Monday, row 2: from" in labels
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
