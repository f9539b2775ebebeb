"""Target addresses: on which pages a dialogue is shown.

`https://*.website.com/folder/*` as the model has it ("Audience criteria": `*` stands for any subdomain or path), and
beyond it query parameters and fragments: all that the target names must be there, in any order.
"""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

LONGEST = 2000
MOST_STARS = 6
SCHEME = re.compile(r"https?|\*")
HOST = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\*|\[[0-9a-f:]+\]")


def as_target(text) -> str:
    """A target as it is kept. Raises ValueError in words that can be shown."""
    text = text.strip()
    if "://" not in text:
        text = f"*://{text}"
    try:
        _read(text)
    except ValueError:
        raise ValueError(
            f"“{text.removeprefix('*://')[:100]}” is no address: write it as https://shop.example/pricing or "
            "https://*.shop.example/*"
        ) from None
    if len(text) > LONGEST or text.count("*") > MOST_STARS:
        raise ValueError(f"An address has at most {LONGEST} characters and {MOST_STARS} stars.")
    return text


def matches(target, page) -> bool:
    """Whether the page is one that the target means. What cannot be read matches nothing."""
    try:
        wanted, here = _read(target), _read(page)
    except ValueError:
        return False
    return (
        wanted.scheme in ("*", here.scheme)
        and _is_host(wanted.host, here.host)
        and wanted.port == here.port
        and _pattern(wanted.path).fullmatch(here.path) is not None
        and all(_has(name, value, here.query) for name, value in wanted.query)
        and (not wanted.fragment or _pattern(wanted.fragment).fullmatch(here.fragment) is not None)
    )


class _Address:
    def __init__(self, text):
        scheme, _, rest = text.partition("://")
        # Python reads no scheme that is a star.
        parts = urlsplit(f"https://{rest}" if scheme == "*" else text)
        self.scheme = scheme.lower()
        self.host = (parts.hostname or "").lower()
        host_part = f"[{self.host}]" if ":" in self.host else self.host
        if not SCHEME.fullmatch(self.scheme) or not HOST.fullmatch(host_part) or parts.username:
            raise ValueError
        standard = {"http": 80, "https": 443}.get(self.scheme)
        self.port = parts.port if parts.port != standard else None
        self.path = parts.path or "/"
        self.query = parse_qsl(parts.query, keep_blank_values=True)
        self.fragment = parts.fragment


@lru_cache(maxsize=4096)
def _read_cached(text):
    return _Address(text)


def _read(text):
    return _read_cached(text) if len(text) <= LONGEST else _Address(text)


def _is_host(wanted, host):
    """`*.website.com` means every subdomain, and the domain itself."""
    if wanted == "*":
        return True
    if wanted.startswith("*."):
        return host == wanted[2:] or host.endswith(wanted[1:])
    return host == wanted


@lru_cache(maxsize=4096)
def _pattern(text):
    """`/folder/*` means the folder and what is below it; elsewhere a star stands for anything."""
    words = ".*".join(map(re.escape, text.split("*")))
    if words.endswith("/.*"):
        words = f"{words.removesuffix('/.*')}(?:/.*)?"
    elif text.endswith("/") and text != "/":
        words = f"{words.removesuffix('/')}/?"
    elif not text.endswith("*"):
        words = f"{words}/?"
    return re.compile(words)


def _has(name, value, query):
    return any(each == name and _pattern(value).fullmatch(given) for each, given in query)
