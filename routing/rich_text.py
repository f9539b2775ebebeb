"""Rich text that staff write and visitors read: a few tags and links, cleaned on the server, and its plain text."""

import re
from html import escape
from html.parser import HTMLParser

from nh3 import Cleaner

TAGS = {"p", "br", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "a"}
SCHEMES = {"http", "https", "mailto", "tel"}
LINK = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
# Of these not even what they contain is text.
UNREAD = {"script", "style", "title", "template", "iframe", "object", "svg", "math", "textarea"}
# In characters of markup. Parsers need quadratic time for tags within tags: 1 MB of them would be minutes.
LONGEST = 20_000
MOST_ROUNDS = 8
DEEPEST_INDENT = 8
# Signs that turn the reading direction of what follows, or that cannot be stored. Joiners stay, for emoji are made
# with them, and so do the marks that Arabic and Hebrew are written with.
UNWANTED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BLOCKS = re.compile(r"<(/?)(?:div|h[1-6]|blockquote|pre|tr|dt|dd)\b[^<>]*>", re.IGNORECASE)
# A link that had its address taken is none, and neither is one without words.
ADDRESSLESS = re.compile(rf'<a target="{LINK["target"]}" rel="{LINK["rel"]}">(.*?)</a>', re.DOTALL)
WORDLESS = re.compile(r"<a [^<>]*></a>")

_cleaner = Cleaner(
    tags=TAGS,
    clean_content_tags=UNREAD,
    attributes={"a": {"href"}},
    attribute_filter=lambda tag, name, value: re.sub(r"[\t\r\n]", "", value).strip(),
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=LINK["rel"],
    set_tag_attribute_values={"a": {"target": LINK["target"]}},
)


def clean(html):
    """The same with nothing but our tags and links to other pages, mail addresses and telephones.

    To clean what is clean changes nothing. Markup that no cleaning makes stable becomes its plain text.
    """
    html = _tidy(BLOCKS.sub(r"<\1p>", html[:LONGEST]))[:LONGEST]
    for _ in range(MOST_ROUNDS):
        cleaned = _cleaner.clean(html)
        tidied = _tidy(cleaned)
        if html == cleaned == tidied:
            return html
        if len(tidied) > LONGEST:
            break
        html = tidied
    # The longest that a sign becomes when it is written as markup is six.
    return _cleaner.clean(escape(as_text(html)[: LONGEST // 6], quote=False))


def as_text(html):
    """Clean rich text in plain words: a line for each point of a list, and behind a link its address."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return reading.text


def _tidy(html):
    return WORDLESS.sub("", ADDRESSLESS.sub(r"\1", UNWANTED.sub("", html)))


class _Reading(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self._parts = []
        # How many lines to break before the next words.
        self._gap = 0
        # For each list we are in, the number of its next point; None where points have no numbers.
        self._lists = []
        # Whether the sign of a point was said, and nothing of the point yet.
        self._is_begun = False
        self._link = None
        self._link_words = []

    @property
    def text(self):
        lines = "".join(self._parts).replace("\xa0", " ").split("\n")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()

    def handle_starttag(self, tag, attributes):
        match tag:
            case "p":
                self._break(1 if self._lists else 2)
            case "br":
                self._say("\n")
            case "ul" | "ol":
                self._break(1)
                self._lists.append(1 if tag == "ol" else None)
            case "li":
                self._begin_point()
            case "a":
                self._link, self._link_words = dict(attributes).get("href"), []

    def handle_endtag(self, tag):
        match tag:
            case "p" | "li":
                self._break(1 if self._lists else 2)
            case "ul" | "ol":
                if self._lists:
                    self._lists.pop()
                self._break(1 if self._lists else 2)
            case "a" if self._link:
                self._name_address()

    def handle_data(self, data):
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        if self._gap or not self._parts or self._parts[-1][-1] in " \n":
            words = words.lstrip(" ")
        if words:
            self._say(words)
            self._link_words.append(words)

    def _begin_point(self):
        self._break(1)
        self._gap = min(self._gap, 1)
        number = self._lists[-1] if self._lists else None
        if number:
            self._lists[-1] += 1
        indent = "  " * min(len(self._lists) - 1, DEEPEST_INDENT)
        self._say(indent + (f"{number}. " if number else "• "))
        self._is_begun = True

    def _name_address(self):
        words, address = (
            "".join(self._link_words).strip(),
            re.sub(r"^(mailto|tel):", "", self._link, flags=re.I),
        )
        if words and words.rstrip("/") not in (address.rstrip("/"), self._link.rstrip("/")):
            self._say(f" ({address})")
        self._link = None

    def _break(self, lines):
        # What follows a point's sign stands beside it.
        if self._parts and not self._is_begun:
            self._gap = max(self._gap, lines)

    def _say(self, words):
        if self._gap:
            words = "\n" * self._gap + words
            self._gap = 0
        self._parts.append(words)
        self._is_begun = False
