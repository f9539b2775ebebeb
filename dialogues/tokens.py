"""Tokens such as `{{first_name|there}}`: what is known of the visitor, or what stands there instead."""

import re
from html import escape

TOKEN = re.compile(r"\{\{\s*([a-z][a-z0-9_]{0,39})\s*(?:\|([^{}|]{0,80}))?\}\}")


def fill(text, known):
    """The text with its tokens filled in."""
    return TOKEN.sub(lambda token: _value(token, known), text)


def fill_html(html, known):
    """The same in rich text: what visitors entered stays words."""
    return TOKEN.sub(lambda token: escape(_value(token, known)), html)


def names_in(text):
    """The attributes that the text has tokens of."""
    return {name for name, _ in TOKEN.findall(text)}


def _value(token, known):
    name, instead = token.groups()
    value = known.get(name)
    return str(value) if value not in (None, "") else (instead or "").strip()
