from playwright.sync_api import expect

from dialogues.models import Author, Conversation
from tests.product import wait_until
from tests.system.conftest import AtInbox, AtShop


def test_both_lines_are_cut_and_nothing_is_lost_or_doubled(line, somebody):
    alice = AtInbox(somebody(username="alice", at=line.url), line.url)
    alice.switch_on()
    vera = AtShop(somebody(), line.url)
    vera.ask_for_an_agent()
    alice.accept()
    expect(vera.chat.get_by_role("textbox", name="Message")).to_be_visible()

    said = []
    for number in range(1, 7):
        if number in (3, 5):
            line.cut()
        vera.write(f"Vera says {number}")
        alice.write(f"Alice says {number}")
        said += [f"Vera says {number}", f"Alice says {number}"]
        if number in (4, 6):
            line.mend()
            for window in (vera, alice):
                expect(window.transcript()).to_contain_text(f"Vera says {number}", timeout=60_000)
                expect(window.transcript()).to_contain_text(f"Alice says {number}", timeout=60_000)

    conversation = Conversation.objects.get()
    typed = conversation.messages.filter(author__in=[Author.VISITOR, Author.AGENT])
    wait_until(lambda: set(said) <= set(typed.values_list("body", flat=True)))
    for window in (vera, alice):
        for body in said:
            expect(window.transcript().get_by_text(body, exact=True)).to_have_count(1)
    bodies = [body for body in typed.order_by("position").values_list("body", flat=True) if "says" in body]
    assert sorted(bodies) == sorted(said)
    assert [body for body in bodies if "Vera" in body] == [body for body in said if "Vera" in body]
    for window in (vera, alice):
        shown = window.transcript().get_by_text(" says ").all_inner_texts()
        assert [text for text in shown if text in said] == bodies
