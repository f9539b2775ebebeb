"""The page with the snippet, and the sites that were heard from."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.models import Site
from dialogues.models.site import MOST_SITES
from routing.models import Workspace

pytestmark = pytest.mark.django_db
PAGE = "/admin/dialogues/embed/"


def load(client, page, path="/widget.js"):
    return client.get(path, headers={"Referer": page})


def origins():
    return list(Site.objects.values_list("origin", flat=True))


# Being heard from


@pytest.mark.parametrize("path", ["/widget.js", "/widget/"])
def test_a_site_is_heard_from(client, path):
    load(client, "https://Shop.example/pricing?a=1", path)

    assert origins() == ["https://shop.example"]


@pytest.mark.django_db(transaction=True)
def test_a_site_is_heard_from_outside_any_transaction_too(client):
    assert client.get("/widget.js", headers={"Referer": "https://shop.example/"}).status_code == 200

    assert Site.objects.get().origin == "https://shop.example"


def test_the_origin_counts_where_a_browser_says_it(client):
    client.get("/widget.js", headers={"Origin": "https://a.example", "Referer": "https://b.example/"})
    client.get("/widget.js", headers={"Origin": "null", "Referer": "https://c.example/"})

    assert origins() == ["https://a.example", "https://c.example"]


@pytest.mark.parametrize(
    ("page", "origin"),
    [
        ("http://localhost:8000/", "http://localhost:8000"),
        ("https://[::1]:8443/a", "https://[::1]:8443"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("https://shop.example#x", "https://shop.example"),
    ],
)
def test_a_site_is_named_by_its_origin(client, page, origin):
    load(client, page)

    assert origins() == [origin]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "null",
        "about:blank",
        "file:///home/vera/shop.html",
        "javascript:alert(1)",
        "https://",
        "https://<script>alert(1)</script>",
        "https://user:pass@shop.example/",
        "https://shop..example/",
        "https://shop.example:999999/",
        "https://shop.example'; DROP TABLE dialogues_site; --",
        "https://" + "a" * 300 + ".example/",
        "data:text/html,x",
        "chrome-extension://abcdef/page.html",
    ],
)
def test_what_is_no_site_is_not_noted(client, page):
    assert load(client, page).status_code == 200
    assert origins() == []


def test_our_own_admin_is_no_site(client):
    load(client, "http://testserver/admin/dialogues/dialogue/1/stream/", "/widget/")
    load(client, "http://testserver/demo/")

    assert origins() == ["http://testserver"]


def test_it_writes_at_most_once_a_minute(client, clock):
    load(client, "https://shop.example/")
    first = Site.objects.get()

    clock.move(seconds=59)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        load(client, "https://shop.example/")
    assert Site.objects.get().heard_at == first.heard_at
    assert sum("dialogues_site" in query["sql"] for query in queries) == 1

    clock.move(seconds=2)
    load(client, "https://shop.example/")
    again = Site.objects.get()
    assert again.heard_at > first.heard_at
    assert again.first_heard_at == first.first_heard_at


def test_the_ones_not_heard_from_for_longest_make_room(client, clock):
    load(client, "https://oldest.example/")
    clock.move(minutes=2)
    load(client, "https://shop.example/")
    clock.move(minutes=2)
    Site.objects.bulk_create(Site(origin=f"https://{n}.example") for n in range(MOST_SITES - 2))

    load(client, "https://newest.example/")

    assert Site.objects.count() == MOST_SITES
    assert "https://oldest.example" not in origins()
    assert {"https://shop.example", "https://newest.example"} <= set(origins())


def test_somebody_who_makes_up_sites_fills_nothing(client):
    Site.objects.bulk_create(Site(origin=f"https://{n}.example") for n in range(MOST_SITES))

    for n in range(5):
        load(client, f"https://made-up-{n}.example/")

    assert Site.objects.count() == MOST_SITES


# The page


@pytest.fixture
def max_opens(client, max):
    client.force_login(max)
    return lambda: client.get(PAGE).text


def test_max_copies_the_snippet_and_the_policy(max_opens, settings):
    settings.SITE_URL = "https://chat.example"

    page = max_opens()

    assert (
        "&lt;script src=&quot;https://chat.example/widget.js&quot; async&gt;&lt;/script&gt;</textarea>"
        in page
    )
    for directive in ("script-src", "frame-src", "connect-src"):
        assert f"{directive} https://chat.example;" in page


def test_nobody_was_heard_from_yet(max_opens):
    page = max_opens()

    assert "Not heard from yet: open a page with the snippet." in page
    assert "Any site may show the chat." in page


def test_max_sees_who_was_heard_from(client, max_opens):
    load(client, "https://shop.example/")

    page = max_opens()

    assert "<bdi>https://shop.example</bdi>" in page
    assert "Not heard from yet" not in page
    assert "not among the allowed sites" not in page


def test_max_sees_which_allowed_site_is_still_missing_and_which_is_refused(client, max_opens):
    Workspace.objects.update(allowed_sites=["https://shop.example", "https://*.kern.example"])
    load(client, "https://www.kern.example/")
    load(client, "https://kern.example.evil.example/")

    rows = re.findall(r"<tr>.*?</tr>", max_opens().split('id="sites"')[1], re.DOTALL)[1:]

    assert "is not among the allowed sites" in rows[0]
    assert "evil" in rows[0]
    assert "Not heard from yet" in rows[1]
    assert "https://shop.example" in rows[1]
    assert "is not among" not in rows[2]


def test_the_list_refreshes_by_itself(max_opens):
    page = max_opens()

    assert 'hx-trigger="every 5s"' in page
    assert 'hx-select="#sites"' in page
