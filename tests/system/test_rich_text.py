from django.db.models import F
from playwright.sync_api import expect

from dialogues.models import Author, Conversation, Message

RICH = (
    "<p>We are <b>out</b>, 👩‍👩‍👧 <i>sorry</i>.</p><ul><li>Read "
    '<a href="https://shop.example/help" target="_blank" rel="noopener noreferrer nofollow">our help</a></li></ul>'
)
EVIL = (
    '<p onclick="evil()" style="position:fixed">Hi</p><script>window.evil = 1</script><iframe src="/login/"></iframe>'
    '<img src="x" onerror="window.evil = 1"><a href="javascript:window.evil = 1">press</a> <a href="/admin/">here</a>'
)


def waiting(vera_at_shop):
    vera_at_shop.ask_for_an_agent()
    expect(vera_at_shop.waits()).to_be_visible()
    return Conversation.objects.get()


def rich_in(transcript):
    return transcript.locator(".message-body.is-rich")


def markup(shown):
    """What stands there, whatever the order of what a link carries."""
    return shown.evaluate(
        """(body) => [...body.querySelectorAll("*")].map((each) =>
          [each.nodeName, each.textContent, [...each.attributes].map(({ name, value }) => name + value).sort()])"""
    )


def again(vera_at_shop):
    vera_at_shop.page.reload()
    vera_at_shop.open()


def test_a_rich_message_reads_the_same_when_it_arrives_and_after_a_reload(vera_at_shop, alice_at_inbox):
    alice_at_inbox.switch_on()
    conversation = waiting(vera_at_shop)
    alice_at_inbox.accept()

    # As whoever posts has locked it: with the agent who is to hear of it.
    conversation.refresh_from_db()
    conversation.post("We are out", html=RICH, author=Author.BOT)

    for person in (vera_at_shop, alice_at_inbox):
        shown = rich_in(person.transcript())
        expect(shown).to_contain_text("We are out, 👩‍👩‍👧 sorry.")
        arrived = markup(shown)
        again(person) if person is vera_at_shop else person.page.reload()
        expect(shown).to_contain_text("We are out")
        assert markup(shown) == arrived


def test_markup_that_nobody_cleaned_cannot_run_when_it_arrives_or_after_a_reload(
    vera_at_shop, alice_at_inbox
):
    alice_at_inbox.switch_on()
    conversation = waiting(vera_at_shop)
    conversation.refresh_from_db()
    # Beside everything that cleans, as only somebody with the database in hand could.
    Message.objects.create(
        conversation=conversation, position=conversation.length + 1, author=Author.BOT, body="Hi", html=EVIL
    )
    Conversation.objects.update(length=F("length") + 1)

    conversation.post("Next", author=Author.BOT)

    shown = rich_in(vera_at_shop.transcript())
    expect(vera_at_shop.transcript()).to_contain_text("Next")
    for _ in range(2):
        expect(shown).to_have_text("Hipress here")
        assert shown.inner_html() == "<p>Hi</p>press here"
        assert shown.evaluate("() => window.evil") is None
        again(vera_at_shop)
