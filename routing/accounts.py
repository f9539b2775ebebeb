"""Email domains, by which a company is known."""

import re

import idna

from routing.comparing import shown

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
SCHEME = re.compile(r"(?:[a-z]+:)?//|mailto:")
WWW = re.compile(r"^www\.(?=[^.]+\.)")
LONGEST_DOMAIN = 253
# Everybody's mailbox is nobody's company.
# fmt: off
PUBLIC_MAILBOXES = frozenset([
    "aol.com", "comcast.net", "free.fr", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.fr", "icloud.com", "kpnmail.nl", "laposte.net",
    "libero.it", "live.com", "live.nl", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com",
    "orange.fr", "outlook.com", "proton.me", "protonmail.com", "qq.com", "t-online.de", "web.de",
    "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yandex.ru", "ziggo.nl",
])
# fmt: on


def as_domain(text) -> str:
    """The domain as it is compared: lowercase, in ASCII, without what people paste around it.

    Raises ValueError, in words that can be shown, if it is none or belongs to everybody.
    """
    domain = _in_ascii(WWW.sub("", _host(text)).rstrip("."))
    labels = domain.split(".")
    # A host whose last part is a number is an address of a machine.
    if (
        len(domain) > LONGEST_DOMAIN
        or len(labels) < 2
        or labels[-1].isdigit()
        or not all(map(LABEL.fullmatch, labels))
    ):
        raise ValueError(f"“{shown(text)}” is no domain: write it as kern.example.")
    if domain in PUBLIC_MAILBOXES:
        raise ValueError(f"{domain} gives mailboxes to everybody, so no company owns it.")
    return domain


def domain_of(email) -> str:
    """The domain of an email address as it is compared, or an empty string where there is none."""
    if not isinstance(email, str) or email.count("@") != 1:
        return ""
    try:
        return as_domain(email.split("@")[1])
    except ValueError:
        return ""


def _host(text):
    """The host of the page, the mailbox or the domain that was written."""
    text = text.strip().lower()
    scheme = SCHEME.match(text)
    authority = re.split(r"[/?#]", text[scheme.end() :] if scheme else text, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0]


def _in_ascii(host):
    # What is too long is none anyway, and to encode it takes its time.
    if host.isascii() or len(host) > LONGEST_DOMAIN:
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
