import gzip
import json
import re

import pytest
from django.urls import reverse

from routing.models import Workspace

pytestmark = pytest.mark.django_db
ZIPPED = {"Accept-Encoding": "gzip"}


def test_the_script_goes_with_any_site_and_is_kept_for_a_while(client, talk_to_sales):
    response = client.get("/widget.js")

    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_the_script_is_not_sent_twice(client, talk_to_sales):
    first = client.get("/widget.js", headers=ZIPPED)

    again = client.get("/widget.js", headers=ZIPPED | {"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert not again.content


def test_the_script_is_at_most_4_kb_gzipped(client, talk_to_sales):
    Workspace.objects.update(name="A name of eighty characters, as long as one can be, " + "äöü€" * 7)

    response = client.get("/widget.js", headers=ZIPPED)

    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) <= 4 * 1000


def test_the_script_says_whether_there_is_a_dialogue(client, talk_to_sales):
    assert '"shows": true' in client.get("/widget.js").text


def test_without_a_published_dialogue_there_is_nothing_to_open(client, db):
    assert '"shows": false' in client.get("/widget.js").text


def test_a_name_cannot_break_out_of_the_script(client, db):
    name = '"};alert(1);//</script>\u2028\\'
    Workspace.objects.update(name=name)

    script = gzip.decompress(client.get("/widget.js", headers=ZIPPED).content).decode()

    baked = re.search(r"^const config = (.*);$", script, re.MULTILINE)[1]
    assert json.loads(baked)["name"] == name


def test_the_frame_stands_on_any_site_unless_some_are_named(client, db):
    assert "frame-ancestors *" in client.get("/widget/")["Content-Security-Policy"]

    Workspace.objects.update(allowed_sites=["https://shop.example", "https://*.kern.example"])
    policy = client.get("/widget/")["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://shop.example https://*.kern.example" in policy


def test_a_site_s_name_cannot_add_to_the_policy(client, db):
    Workspace.objects.update(allowed_sites=["https://a.example; script-src *", "x\r\nSet-Cookie: a=b"])

    response = client.get("/widget/")

    assert "frame-ancestors 'self';" in response["Content-Security-Policy"] + ";"
    assert "script-src" not in response["Content-Security-Policy"]


def test_the_frame_is_strict_and_may_be_framed(client, db):
    response = client.get("/widget/")

    assert "X-Frame-Options" not in response
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert not response.cookies


def test_the_frame_s_dialog_is_named_after_the_site(client, db):
    Workspace.objects.update(name='Acme "<b>&')

    assert 'role="dialog" aria-label="Acme &quot;&lt;b&gt;&amp;"' in client.get("/widget/").text


def test_the_frame_has_no_script_or_style_of_its_own(client, db):
    page = client.get("/widget/").text

    assert "style=" not in page
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert not re.findall(r"\son\w+=", page)


@pytest.mark.parametrize("name", ["answer", "cancel", "end", "new"])
def test_what_changes_something_is_a_form(client, db, name):
    assert client.get(reverse(f"dialogues:{name}")).status_code == 405
