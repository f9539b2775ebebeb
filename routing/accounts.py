"""Email domains, by which a company is known."""

import re

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
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
    bare = (
        re.sub(r"^(?:[a-z]+://)?(?:www\.)?(?:[^@/]*@)?", "", text.strip().lower()).split("/")[0].rstrip(".")
    )
    try:
        domain = bare.encode("idna").decode("ascii").lower() if bare else ""
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(domain) > 253 or len(labels) < 2 or not all(map(LABEL.fullmatch, labels)):
        raise ValueError(f"“{text.strip()[:100]}” is no domain: write it as kern.example")
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
