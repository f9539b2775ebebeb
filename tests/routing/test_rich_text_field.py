import pytest
from django import forms

from routing.admin.rich_text import RichTextField


class Words(forms.Form):
    words = RichTextField(label="Message to the visitor")


def written(words):
    form = Words({"words": words})
    assert form.is_valid(), form.errors
    return form.cleaned_data["words"]


def refused(words):
    form = Words({"words": words})
    assert not form.is_valid()
    [error] = form.errors["words"]
    return form, error


def test_what_max_writes_is_cleaned():
    assert (
        written('<p onclick="x()">Hello <b>Vera</b> 🙂</p><script>x()</script>')
        == "<p>Hello <b>Vera</b> 🙂</p>"
    )


def test_plain_lines_become_paragraphs():
    assert written("One & two <3\nthree\n\nfour") == "<p>One &amp; two &lt;3<br>three</p><p>four</p>".replace(
        "</p><p>", "</p>\n\n<p>"
    )


def test_what_an_editor_leaves_at_the_edges_goes_and_the_blank_line_between_stays():
    left = "<p><br></p><p>One<br></p><p><br></p><ul><li>two<br></li></ul><p> &nbsp;<br></p><p><br></p>"

    assert written(left) == "<p>One</p><p><br></p><ul><li>two</li></ul>"


@pytest.mark.parametrize("nothing", ["", "  ", "<p><br></p>", "<p>&nbsp;\u200b</p>", "<script>x()</script>"])
def test_nothing_to_read_is_asked_for(nothing):
    assert refused(nothing)[1] == "This field is required."


def test_nothing_may_be_left_where_nothing_is_required():
    assert RichTextField(required=False).clean("<p><br></p>") == ""


def test_two_thousand_code_points_of_text_are_taken_and_one_more_is_not():
    assert written("<p><b>" + "😀" * 2_000 + "</b></p>")

    form, error = refused("<p><b>" + "😀" * 2_001 + "</b></p>")

    assert error == "This has 2,001 characters; at most 2,000 can be sent."
    assert "😀" * 2_001 in str(form["words"]), "what was typed stays"


def test_a_megabyte_is_refused_in_words():
    assert "far too long" in refused("<ul>" * 250_000)[1]


def test_without_scripts_it_is_a_textarea_with_the_markup():
    shown = str(Words(initial={"words": "<p>A <b>b</b></p>"})["words"])

    assert "&lt;p&gt;A &lt;b&gt;b&lt;/b&gt;&lt;/p&gt;</textarea>" in shown
    assert 'role="toolbar"' in shown
    assert "style=" not in shown
    assert "onclick" not in shown


def test_what_the_browser_gives_back_unchanged_is_no_change():
    field = RichTextField()

    assert not field.has_changed("<p>A</p>", '<p class="x">A</p>')
    assert field.has_changed("<p>A</p>", "<p>B</p>")
