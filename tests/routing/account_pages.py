"""The pages on which Max keeps the accounts, and a list of them on its way through an upload."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from routing.models import Account

LIST = reverse("admin:routing_account_changelist")
ADD = reverse("admin:routing_account_add")
UPLOAD = reverse("admin:routing_account_upload")
EXPORT = reverse("admin:routing_account_export")
HEADER = "company name,domain,agent\n"


class Upload:
    """A list on its way: what it would do is shown at `path`."""

    def __init__(self, client, data, *, mode="update"):
        self.client = client
        data = data if isinstance(data, bytes) else data.encode()
        file = SimpleUploadedFile("accounts.csv", data, content_type="text/csv")
        self.answer = client.post(UPLOAD, {"file": file, "mode": mode}, follow=True)
        self.path = self.answer.request["PATH_INFO"]

    @property
    def counts(self):
        counts = self.answer.context["counts"]
        return tuple(counts[name] for name in ("new", "changed", "unchanged", "removed", "bad_lines"))

    @property
    def shown(self):
        return self.answer.context["accounts"].fingerprint

    def confirm(self, shown=None):
        self.answer = self.client.post(self.path, {"shown": shown or self.shown}, follow=True)
        return self

    def report(self):
        return rows_of(self.client.get(f"{self.path}report.csv"))


def accounts():
    return {
        account.domain: (account.company, account.agent.name)
        for account in Account.objects.select_related("agent")
    }


def text_of(answer):
    return " ".join(answer.content.decode().split())


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
