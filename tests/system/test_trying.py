"""Max sees who is next, tries the routing, and reads afterwards why a chat went where it did."""

import re

from playwright.sync_api import expect

from tests.system.test_being_invited import is_usable, sign_in


def test_max_tries_the_routing_and_reads_what_became_of_a_chat(shop, somebody, alice_at_inbox, vera_at_shop):
    at_max = somebody()
    at_max.goto(f"{shop.url}/admin/routing/who-is-next/")
    sign_in(at_max, "max", "parley-demo")
    round_robin = at_max.get_by_role("region", name="Round robin")
    expect(round_robin.get_by_text("Nobody can be asked now")).to_be_visible()
    is_usable(at_max)

    # The page looks again by itself.
    alice_at_inbox.switch_on()
    expect(round_robin.get_by_text("Next: Alice")).to_be_visible()

    at_max.get_by_role("link", name="Try it").click()
    at_max.get_by_label("Live chat card or routing option").select_option("round-robin")
    at_max.get_by_role("button", name="Choose").click()
    at_max.get_by_label("Language").fill("nl")
    is_usable(at_max)
    at_max.get_by_role("button", name="Try it").click()
    result = at_max.get_by_role("region", name="What would happen")
    expect(result.get_by_text("Asked first: Alice")).to_be_visible()
    expect(result.get_by_text("Er is nu niemand vrij.").first).to_be_visible()
    is_usable(at_max)

    # Nobody has heard of it; now somebody does.
    expect(alice_at_inbox.page.get_by_text("would like to chat")).to_have_count(0)
    vera_at_shop.ask_for_an_agent()
    expect(alice_at_inbox.offer()).to_be_visible()
    alice_at_inbox.accept()
    alice_at_inbox.page.get_by_text("Routed to you").click()
    expect(alice_at_inbox.page.get_by_text("Alice accepted after")).to_be_visible()
    is_usable(alice_at_inbox.page)

    at_max.goto(f"{shop.url}/admin/routing/livechat/")
    at_max.get_by_role("link", name=re.compile(r"^Live chat \d+$")).click()
    expect(at_max.get_by_text("Alice accepted after")).to_be_visible()
    is_usable(at_max)
