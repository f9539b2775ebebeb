"""The page on which a list of accounts is uploaded: first it says what would happen, then it does it."""

from secrets import token_urlsafe

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from routing.accounts_csv import MOST_ROWS
from routing.csv_file import MOST_BYTES, written
from routing.models.account_list import AccountList, ChangedMeanwhile

KEPT_FOR_SECONDS = 3600
MOST_SHOWN = 100
MODES = [
    ("update", "Add and update: accounts that are not in the file stay as they are"),
    ("replace", "Replace all: accounts that are not in the file are removed"),
]
GONE = "That list is no longer kept: upload it again."
CHANGED = "Something has changed meanwhile, so nothing was done yet. This is what would happen now."


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text=f"Its first row names the columns “company name”, “domain” and “agent”, who is written as email,"
        f" username or name. At most {MOST_ROWS:,} rows and {MOST_BYTES // 1_000_000} MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    mode = forms.ChoiceField(
        label="What to do with it", choices=MODES, initial="update", widget=forms.RadioSelect
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
        return file


class AccountUpload:
    def __init__(self, admin, request, token=""):
        self.admin, self.request, self.token = admin, request, token
        if not (admin.has_add_permission(request) and admin.has_change_permission(request)):
            raise PermissionDenied

    def ask(self):
        """Which file, and what to do with it. What is uploaded is kept until somebody has seen what it would do."""
        form = UploadForm(self.request.POST or None, self.request.FILES or None)
        if not form.is_valid():
            return self._page("upload", form=form)
        replaces = form.cleaned_data["mode"] == "replace"
        if replaces and not self.admin.has_delete_permission(self.request):
            raise PermissionDenied
        self.token = token_urlsafe(12)
        self._keep(data=form.cleaned_data["file"].read(), replaces=replaces)
        return redirect(self.path)

    def show(self):
        kept = self._kept()
        if kept is None:
            return self._is_gone()
        if done := kept.get("done"):
            return self._page("uploaded", counts=done)
        return self._preview(AccountList(kept["data"], replaces=kept["replaces"]))

    def take(self):
        """Does what was shown. Who presses twice sees what was done once."""
        kept = self._kept()
        if kept is None or "done" in kept:
            return self.show()
        accounts = AccountList(kept["data"], replaces=kept["replaces"])
        try:
            accounts.carry_out(shown=self.request.POST.get("shown"))
        except ChangedMeanwhile:
            if "done" in (self._kept() or {}):
                return self.show()
            messages.warning(self.request, CHANGED)
            return self._preview(accounts, status=409)
        self._keep(done=_counts(accounts), report=written(accounts.report()))
        self.admin.log_list(self.request, accounts)
        return redirect(self.path)

    def report(self):
        kept = self._kept()
        if kept is None:
            return self._is_gone()
        report = kept.get("report") or written(AccountList(kept["data"], replaces=kept["replaces"]).report())
        return as_download(report, name="account-report.csv")

    @property
    def path(self):
        return reverse("admin:routing_account_uploaded", args=[self.token])

    def _preview(self, accounts, *, status=200):
        some = {"most_shown": MOST_SHOWN, "first": f":{MOST_SHOWN}"}
        return self._page("preview", status=status, accounts=accounts, counts=_counts(accounts), **some)

    def _page(self, name, *, status=200, **context):
        context |= self.admin.admin_site.each_context(self.request)
        context |= {"opts": self.admin.opts, "title": "Upload account list", "token": self.token}
        return TemplateResponse(self.request, f"admin/routing/account/{name}.html", context, status=status)

    def _is_gone(self):
        messages.warning(self.request, GONE)
        return redirect("admin:routing_account_upload")

    def _kept(self):
        return cache.get(self._key)

    def _keep(self, **content):
        cache.set(self._key, content, KEPT_FOR_SECONDS)

    @property
    def _key(self):
        return f"account-list-{self.request.user.pk}-{self.token}"


def as_download(data, *, name):
    answer = HttpResponse(data, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _counts(accounts):
    return {
        "new": len(accounts.new),
        "changed": len(accounts.changed),
        "unchanged": len(accounts.unchanged),
        "removed": len(accounts.removed),
        "problems": len(accounts.problems),
        "bad_lines": len({problem.line for problem in accounts.problems}),
    }
