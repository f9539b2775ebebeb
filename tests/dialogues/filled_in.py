"""What a browser would send of a form that is shown to it."""

from html.parser import HTMLParser


class FilledIn(HTMLParser):
    """The names and values of all fields in a page's markup; `buttons` are what can be pressed."""

    def __init__(self, markup):
        super().__init__()
        self.sent, self.buttons, self.labels = {}, [], []
        self._select = self._textarea = None
        self.feed(str(markup))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name = found.get("name")
        match tag:
            case "input" if name:
                kind = found.get("type")
                if kind not in ("file", "radio", "checkbox") or "checked" in found:
                    self.sent[name] = found.get("value", "on" if kind == "checkbox" else "")
            case "select":
                self._select = name
            case "option" if self._select and ("selected" in found or self._select not in self.sent):
                self.sent[self._select] = found.get("value", "")
            case "textarea":
                self._textarea = name
                self.sent[name] = ""
            case "button" if name and "disabled" not in found:
                self.buttons.append(found["value"])

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._select = self._textarea = None

    def handle_data(self, data):
        if self._textarea:
            # The first line break of a textarea is not part of it.
            self.sent[self._textarea] += data.removeprefix("\n") if not self.sent[self._textarea] else data
