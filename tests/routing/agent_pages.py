"""The pages on which Max looks after agents, and what they say in words."""

import re

from django.urls import reverse
from django.utils.html import strip_tags

LIST = "/admin/routing/agent/"


def page_of(agent):
    return reverse("admin:routing_agent_change", args=[agent.pk])


def words_of(answer):
    return " ".join(
        strip_tags(re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.S)).split()
    )
