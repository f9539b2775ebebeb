"""What a request tells of the visitor beside their answer; anybody can send anything, so it is looked at first."""

import re

from django.conf import settings

LONGEST_ADDRESS = 2000
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
COUNTRY = re.compile(r"[A-Z]{2}")


def facts_of(request):
    """By the names of `routing.facts`; what is not known, or makes no sense, is empty."""
    language = re.split("[,;]", request.headers.get("Accept-Language", ""))[0].strip()
    country = request.headers.get(settings.COUNTRY_HEADER, "").upper() if settings.COUNTRY_HEADER else ""
    return {
        "page": address_in(request.headers.get("Parley-Page") or request.POST.get("page", "")),
        "referrer": address_in(request.headers.get("Parley-Referrer") or request.POST.get("referrer", "")),
        "language": language if LANGUAGE.fullmatch(language) else "",
        # XX and T1 are what some proxies say for unknown, and for Tor.
        "country": country if COUNTRY.fullmatch(country) and country != "XX" else "",
    }


def says_returning(request):
    """Whether the page remembers an earlier day's visit."""
    return request.headers.get("Parley-Returning") == "1"


def address_in(text):
    """The address of a page, if it is one that can be opened."""
    address = text.replace("\0", "")[:LONGEST_ADDRESS]
    return address if address.startswith(("http://", "https://")) else ""
