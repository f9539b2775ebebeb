import re
from html.parser import HTMLParser
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.rich_text import LONGEST, TAGS, as_text, clean

ADDRESS = "https://shop.example/help"
LINK = f'<a href="{ADDRESS}" target="_blank" rel="noopener noreferrer nofollow">'
HOSTILE = [
    "<script>alert(1)</script>",
    "<style>p{display:none}</style>",
    '<p onclick="alert(1)">',
    '<p style="position:fixed">',
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">',
    '<a href="java\nscript:alert(1)">',
    '<a href="&#106;avascript:alert(1)">',
    '<a href="data:text/html,<script>alert(1)</script>">',
    '<a href="//evil.example">',
    '<a href="/admin/logout/">',
    '<a href="https://shop.example" onmouseover="alert(1)" id="x" class="y">',
    "<svg><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=/login/></iframe>",
    "<form action=https://evil.example><input name=password>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><b>x</b></template>",
    "<base href=https://evil.example>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<plaintext>",
    "<select><option>",
    "<button><p>",
    "<table><tr><td>",
    "<textarea>",
    "\u202e",
    "&#x202e;",
    "\u2066",
    "\0",
    "\ud800",
    "&#0;",
    "&",
    "<",
    '"',
    "&lt;b&gt;",
]
OUR_OWN = [f"<{slash}{tag}>" for tag in sorted(TAGS) for slash in ("", "/")]
markup = st.lists(st.sampled_from(HOSTILE) | st.sampled_from(OUR_OWN) | st.text(max_size=5), max_size=30).map(
    "".join
)


class Reading(HTMLParser):
    """Every tag, with what it carries."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def has_nothing_outside_the_list(html):
    for tag, attributes in Reading(html).tags:
        assert tag in TAGS
        if tag == "a":
            assert set(attributes) == {"href", "target", "rel"}
            assert re.match(r"(https?|mailto|tel):", attributes["href"], re.IGNORECASE)
            assert attributes["rel"] == "noopener noreferrer nofollow"
        else:
            assert not attributes
    return not re.search("[\0\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)


# What is cleaned


@given(markup)
@example("<p><button><p>x</p></button></p>")
@example("<a><b><a href=https://shop.example>x")
@example("<b><p></b>" * 500)
@example('<a href="https://shop.example/&#x202e;">x</a>')
@example("<" * LONGEST)
@example("&nbsp;" * LONGEST)
def test_whatever_goes_in_what_comes_out_is_on_the_list_and_clean_already(html):
    cleaned = clean(html)

    assert has_nothing_outside_the_list(cleaned)
    assert clean(cleaned) == cleaned
    as_text(cleaned).encode()


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_hostile_is_left_and_the_words_beside_it_are(evil):
    cleaned = clean(f"<p>Before</p>{evil}")

    assert has_nothing_outside_the_list(cleaned)
    assert cleaned.startswith("<p>Before</p>")


def test_what_may_be_written_stays_as_it_is():
    html = (
        "<p>Hello <b>Vera</b>, <strong>we</strong> <i>are</i> <em>out</em> <u>of</u> <s>it</s>.<br>Bye 👩‍👩‍👧 ❤️</p>"
        f"<ul><li>one</li><li>two</li></ul><ol><li>{LINK}three</a></li></ol>"
    )

    assert clean(html) == html


@pytest.mark.parametrize("address", ["http://a.example", ADDRESS, "mailto:a@b.example", "tel:+31201234567"])
def test_links_to_pages_mail_and_telephones_open_beside_the_chat(address):
    assert Reading(clean(f"<a href='{address}'>x</a>")).tags == [
        ("a", {"href": address, "target": "_blank", "rel": "noopener noreferrer nofollow"})
    ]


def test_a_link_that_leads_nowhere_leaves_its_words():
    assert clean('<p>Press <a href="javascript:alert(1)"><b>here</b></a></p>') == "<p>Press <b>here</b></p>"
    assert clean(f"<p>Press here{LINK}</a></p>") == "<p>Press here</p>"


def test_other_blocks_become_paragraphs():
    assert clean("<h1 class=x>One</h1><div>two</div>") == "<p>One</p><p>two</p>"


@pytest.mark.parametrize(
    "piece", ["x", "<b>", "<ul>", "<ul><li>", "<div>", "<p>", "<a href=x>", "<b><p></b>", "<"]
)
def test_a_megabyte_is_dealt_with_at_once(piece):
    began = perf_counter()

    cleaned = clean(piece * (1_000_000 // len(piece)))

    assert len(cleaned) <= LONGEST
    assert clean(cleaned) == cleaned
    assert perf_counter() - began < 5


def test_ten_thousand_tags_within_each_other_leave_their_words():
    cleaned = clean("<i>" * 5_000 + "deep" + "</i>" * 5_000)

    assert cleaned == "deep"


# What is read as plain text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two<br>three</p>", "One\n\ntwo\nthree"),
        ("<p>One</p><ul><li>two</li><li>three</li></ul><p>four</p>", "One\n• two\n• three\n\nfour"),
        ("<ol><li>one.</li><li><p>two</p></li></ol>", "1. one.\n2. two"),
        ("<ul><li>one<ol><li>a</li><li>b</li></ol></li><li>two</li></ul>", "• one\n  1. a\n  2. b\n• two"),
        (f"Read {LINK}our help</a>.", f"Read our help ({ADDRESS})."),
        (f"Read {LINK}{ADDRESS}</a>.", f"Read {ADDRESS}."),
        ('<a href="mailto:a@b.example">Write</a> or <a href="tel:+31">+31</a>', "Write (a@b.example) or +31"),
        ("<p>a  b\n c&nbsp;d &lt;b&gt; &amp; 👩‍👩‍👧</p>", "a b c d <b> & 👩‍👩‍👧"),
        ("<p>one</p><p><br></p><p><br></p><p>two</p>", "one\n\ntwo"),
        ("Ends. <p>begins</p>", "Ends.\n\nbegins"),
        ("", ""),
    ],
)
def test_plain_words(html, text):
    assert as_text(html) == text
