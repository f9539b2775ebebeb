from datetime import UTC, datetime

from tests.inbox.conftest import words_of


def test_alice_switches_to_available_until_midnight(signed_in, hire):
    alice = hire("Alice", available=False)
    browser = signed_in(alice)
    assert "Away" in words_of(browser.get("/inbox/"))

    page = browser.post("/inbox/availability/", {"available": "yes"}, follow=True)

    assert page.redirect_chain == [("/inbox/", 302)]
    assert "Available until midnight" in words_of(page)
    assert 'aria-checked="true"' in page.content.decode()
    alice.refresh_from_db()
    assert alice.is_available


def test_alice_switches_to_away(at_alice_s, alice):
    page = at_alice_s.post("/inbox/availability/", {"available": "no"}, follow=True)

    assert "Away" in words_of(page)
    assert 'aria-checked="false"' in page.content.decode()
    alice.refresh_from_db()
    assert not alice.is_available


def test_pressing_the_switch_twice_at_once_is_pressing_it_once(signed_in, hire):
    alice = hire("Alice", available=False)
    browser = signed_in(alice)

    for _ in range(2):
        browser.post("/inbox/availability/", {"available": "yes"})

    alice.refresh_from_db()
    assert alice.is_available


def test_another_end_than_midnight_is_told_in_the_agent_s_zone(signed_in, hire):
    alice = hire("Alice", time_zone="Europe/Amsterdam")
    alice.available_until = datetime(2026, 6, 10, 15, 30, tzinfo=UTC)
    alice.save()

    assert "Available until 17:30" in words_of(signed_in(alice).get("/inbox/"))


def test_after_switching_alice_stands_where_she_stood(at_alice_s):
    there = {"available": "no"}

    answer = at_alice_s.post("/inbox/availability/", there, headers={"referer": "http://testserver/profile/"})

    assert answer.url == "http://testserver/profile/"


def test_nobody_is_sent_to_another_site(at_alice_s):
    there = {"available": "no"}

    answer = at_alice_s.post("/inbox/availability/", there, headers={"referer": "https://evil.example/"})

    assert answer.url == "/inbox/"


def test_alice_s_other_tabs_follow(at_alice_s, alice, news):
    heard = news(lambda: at_alice_s.post("/inbox/availability/", {"available": "no"}))

    assert (f"agent:{alice.pk}", "availability") in heard
    assert (f"agent:{alice.pk}", "list") in heard


def test_the_switch_goes_back_by_itself_at_midnight(at_alice_s, clock):
    clock.move(hours=13)

    assert "Away" in words_of(at_alice_s.get("/inbox/availability/"))
