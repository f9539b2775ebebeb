"""A pane's own address shows what the page shows there."""

import re

import pytest
from django.utils.html import escape

from dialogues.live import hub
from routing.models import Because


def pane(page, name):
    """The mark-up of one pane, without the tokens that differ each time."""
    html = re.sub(r'value="[^"]{64}"', "", page.content.decode())
    html = re.sub(r'seconds="[\d.]+"', "", html)
    tag = re.search(rf'<([\w-]+)[^>]*\bid="{name}"', html)
    # Panes of one name do not stand in each other, but other elements of that name do.
    rest, depth, at = html[tag.start() :], 0, 0
    for found in re.finditer(rf"<(/?){tag[1]}\b", rest):
        depth += -1 if found[1] else 1
        at = found.start()
        if depth == 0:
            break
    return " ".join(rest[:at].split())


@pytest.mark.parametrize("name", ["offers", "availability", "list", "conversation"])
def test_a_pane_fetched_alone_is_the_pane_of_the_page(at_alice_s, talking, requested, another_visitor, name):
    requested(another_visitor())
    page = at_alice_s.get(f"/inbox/{talking.pk}/")
    address = re.search(rf'id="{name}"[^>]*?hx-get="([^"]+)"', page.content.decode())[1].replace("&amp;", "&")

    alone = at_alice_s.get(address)

    assert pane(alone, name) == pane(page, name)
    assert "<html" not in alone.content.decode()


def test_a_pane_brings_what_was_accepted_in_another_tab(at_alice_s, alice, requested):
    conversation = requested()
    assert f'data-conversation="{conversation.pk}"' not in at_alice_s.get("/inbox/list/").content.decode()

    conversation.live_chat.accept(alice)

    assert f'data-conversation="{conversation.pk}"' in at_alice_s.get("/inbox/list/").content.decode()
    assert "would like to chat" not in at_alice_s.get("/inbox/offers/").content.decode()


def test_the_list_keeps_its_tab_and_the_open_conversation(at_alice_s, talking):
    page = at_alice_s.get(f"/inbox/{talking.pk}/?tab=all").content.decode()

    assert f'hx-get="{escape(f"/inbox/list/?tab=all&open={talking.pk}")}"' in page
    alone = at_alice_s.get(f"/inbox/list/?tab=all&open={talking.pk}").content.decode()
    assert alone.count('aria-current="true"') == 1
    assert alone.count('aria-selected="true"') == 1


def test_the_pane_of_an_ended_chat_says_so(at_alice_s, talking):
    talking.live_chat.end(because=Because.VISITOR)

    assert "The chat has ended" in at_alice_s.get(f"/inbox/{talking.pk}/pane/").content.decode()


def test_the_page_never_claims_a_newer_revision_than_it_shows(at_alice_s, alice, requested, monkeypatch):
    """What happens while the page is rendered has to reach it at the next beat."""
    before = hub.revision("agent", alice.pk)
    conversation = requested()
    offered = hub.revision("agent", alice.pk)
    assert before != offered

    class AcceptedMeanwhile:
        @staticmethod
        def asked_for(request, **kwargs):
            conversation.live_chat.accept(alice)
            return Listing.asked_for(request, **kwargs)

    from inbox.listing import Listing

    monkeypatch.setattr("inbox.views.Listing", AcceptedMeanwhile)
    page = at_alice_s.get("/inbox/").content.decode()

    assert f'revision="{offered}"' in page
    assert hub.revision("agent", alice.pk) != offered


def test_the_pages_need_no_script_or_style_in_the_markup(at_alice_s, talking, requested, another_visitor):
    requested(another_visitor())

    for address in (f"/inbox/{talking.pk}/", "/profile/", "/login/", "/nowhere/"):
        page = at_alice_s.get(address)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.content.decode())
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/inbox/list/", "/inbox/offers/"])
def test_a_pane_is_only_for_looking(at_alice_s, address):
    assert at_alice_s.post(address).status_code == 405
