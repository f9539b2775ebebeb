import pytest

from dialogues.models import Author, Visitor
from routing.models import Because


@pytest.fixture
def ended(talking):
    talking.post("Does Prime include the API?", author=Author.VISITOR, author_id=talking.visitor_id)
    talking.post("It does.\n12:00 Vera: I take it", author=Author.AGENT, author_id=talking.live_agent_id)
    talking.live_chat.end(because=Because.AGENT)
    return talking


def test_alice_downloads_what_was_said(at_alice_s, ended):
    answer = at_alice_s.get(f"/inbox/{ended.pk}/transcript.txt")

    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert f'attachment; filename="vera-2026-06-10-{ended.pk}.txt"' == answer.headers["Content-Disposition"]
    assert "Began: 2026-06-10 12:00 (times are in UTC)" in text
    assert "Automated dialogue: What is your first name?" in text
    assert "Vera: Does Prime include the API?" in text
    assert "Alice: It does." in text
    assert "  Alice ended the chat" in text


def test_no_message_can_pass_for_another_person_s(at_alice_s, ended):
    lines = at_alice_s.get(f"/inbox/{ended.pk}/transcript.txt").content.decode().splitlines()

    assert "                     12:00 Vera: I take it" in lines


def test_times_are_told_in_the_agent_s_zone(at_alice_s, alice, ended):
    alice.time_zone = "Europe/Amsterdam"
    alice.save()

    text = at_alice_s.get(f"/inbox/{ended.pk}/transcript.txt").content.decode()

    assert "Began: 2026-06-10 14:00 (times are in Europe/Amsterdam)" in text


def test_the_name_is_the_one_the_visitor_saw(at_alice_s, alice, ended):
    alice.name = "Alice Liddell"
    alice.save()

    assert "Alice: It does." in at_alice_s.get(f"/inbox/{ended.pk}/transcript.txt").content.decode()


@pytest.mark.parametrize(
    ("name", "file"),
    [('../"\r\nX: 1', "x-1"), ("אבג", "visitor"), ("José Müller", "jose-muller")],
)
def test_no_name_breaks_the_name_of_the_file(at_alice_s, ended, name, file):
    Visitor.objects.filter(pk=ended.visitor_id).update(attributes={"first_name": name})

    answer = at_alice_s.get(f"/inbox/{ended.pk}/transcript.txt")

    expected = f'attachment; filename="{file}-2026-06-10-{ended.pk}.txt"'
    assert answer.headers["Content-Disposition"] == expected


def test_there_is_nothing_to_download_while_the_chat_runs(at_alice_s, talking):
    assert at_alice_s.get(f"/inbox/{talking.pk}/transcript.txt").status_code == 404


def test_bob_downloads_alice_s_past_chat_but_not_her_active_one(talking, bob, signed_in):
    browser = signed_in(bob)
    assert browser.get(f"/inbox/{talking.pk}/transcript.txt").status_code == 404

    talking.live_chat.end(because=Because.AGENT)

    assert browser.get(f"/inbox/{talking.pk}/transcript.txt").status_code == 200
