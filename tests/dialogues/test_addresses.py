"""On which pages a dialogue is shown."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.addresses import as_target, matches

MEANT = [
    # As the model writes them
    ("http://website.com", "http://website.com/"),
    ("http://website.com", "http://website.com"),
    ("https://*.website.com", "https://shop.website.com/"),
    ("https://*.website.com", "https://a.b.website.com"),
    ("https://*.website.com", "https://website.com"),
    ("http://website.com/folder/*", "http://website.com/folder"),
    ("http://website.com/folder/*", "http://website.com/folder/"),
    ("http://website.com/folder/*", "http://website.com/folder/a/b?c=d#e"),
    ("https://*.website.com/folder/*", "https://shop.website.com/folder/a"),
    # What people write
    ("website.com/*", "http://website.com/a"),
    ("website.com/*", "https://WEBSITE.com/a"),
    ("https://website.com/pricing", "https://website.com/pricing/"),
    ("https://website.com/pricing/", "https://website.com/pricing"),
    ("https://website.com:443/", "https://website.com/"),
    ("https://website.com/*/pricing", "https://website.com/nl/pricing"),
    ("http://localhost:8000/demo/", "http://localhost:8000/demo/"),
    # Beyond the model
    ("https://website.com/?utm_source=ads", "https://website.com/?a=b&utm_source=ads"),
    ("https://website.com/?utm_source=*", "https://website.com/?utm_source=mail"),
    ("https://website.com/?a=1&b=2", "https://website.com/?b=2&a=1"),
    ("https://website.com/*#pricing", "https://website.com/a#pricing"),
]
NOT_MEANT = [
    ("http://website.com", "http://website.com/pricing"),
    ("http://website.com", "https://website.com"),
    ("https://*.website.com", "https://evilwebsite.com"),
    ("https://*.website.com", "https://website.com.evil.example"),
    ("https://website.com", "https://shop.website.com"),
    ("http://website.com/folder/*", "http://website.com/folders"),
    ("https://website.com/?utm_source=ads", "https://website.com/"),
    ("https://website.com/?utm_source=ads", "https://website.com/?utm_source=adsy"),
    ("https://website.com/?a=1&b=2", "https://website.com/?a=1"),
    ("https://website.com/*#pricing", "https://website.com/a"),
    ("http://localhost:8000/", "http://localhost:9000/"),
    ("https://website.com/*", ""),
    ("https://website.com/*", "about:blank"),
    ("https://website.com/a.c", "https://website.com/abc"),
]


@pytest.mark.parametrize(("target", "page"), MEANT)
def test_a_page_that_is_meant(target, page):
    assert matches(as_target(target), page)


@pytest.mark.parametrize(("target", "page"), NOT_MEANT)
def test_a_page_that_is_not_meant(target, page):
    assert not matches(as_target(target), page)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "shop example",
        "javascript:alert(1)",
        "ftp://shop.example",
        "https://",
        "https://a b/",
        "https://x:y@z/",
        "https://shop.example:port/",
        "https://[::1",
        "https://shop.example/*******",
        "https://s.example/" + "a" * 2000,
    ],
)
def test_what_is_no_address_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="address"):
        as_target(wrong)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_that_anybody_sends_breaks_it(target, page):
    with suppress(ValueError):
        target = as_target(target)
    assert matches(target, page) in (True, False)
    assert matches(as_target("https://shop.example/*"), page) in (True, False)
