"""A company is known by its email domain, in whatever form people write it."""

import pytest

from routing.accounts import as_domain, domain_of


@pytest.mark.parametrize(
    "text",
    [
        " KERN.example. ",
        "@kern.example",
        "vera@kern.example",
        "info@www.kern.example",
        "mailto:info@kern.example?subject=Hello",
        "www.kern.example",
        "//kern.example",
        "https://kern.example/nl",
        "https://vera:secret@kern.example:8080/a?b@c#d",
        "kern.example:443",
        "kern.example?from=mail",
        "kern.example#top",
        "kern.example/@vera",
    ],
)
def test_what_is_pasted_around_a_domain_is_taken_away(text):
    assert as_domain(text) == "kern.example"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("mail.kern.example", "mail.kern.example"),
        ("www.example", "www.example"),
        ("4711.example", "4711.example"),
    ],
)
def test_a_domain_is_kept_as_mail_servers_write_it(text, domain):
    assert as_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kern",
        "1.2.3.4",
        "https://1.2.3.4:80/",
        "http://[::1]/",
        "kern..example",
        "-kern.example",
        "kern example.example",
        "a" * 64 + ".example",
        "a." * 130 + "example",
        "ü" * 1_000_000 + ".example",
        "☃.example",
        "Info <info@kern.example>",
    ],
)
def test_what_is_no_domain_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"” is no domain: write it as kern\.example\.$"):
        as_domain(text)


def test_what_was_written_is_shown_without_what_cannot_be_seen():
    with pytest.raises(ValueError, match=r"^“kern\N{REPLACEMENT CHARACTER}” is"):
        as_domain("kern\N{RIGHT-TO-LEFT OVERRIDE}")


def test_everybody_s_mailbox_is_nobody_s_company():
    with pytest.raises(ValueError, match="no company owns it"):
        as_domain("vera@gmail.com")


@pytest.mark.parametrize("email", [None, "", "vera", "a@b@kern.example", "vera@1.2.3.4", "vera@gmail.com"])
def test_an_address_without_a_company_has_no_domain(email):
    assert domain_of(email) == ""


def test_the_domain_of_an_address_is_the_one_of_its_account():
    assert domain_of("Vera@Straße.example") == as_domain("straße.example")
