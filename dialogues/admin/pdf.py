from typing import ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.html import format_html
from django.utils.text import slugify

from dialogues.models import Pdf

LARGEST_MB = 10


def clean_pdf(file):
    """An uploaded file, under a plain name, if it is a PDF: its content says so, whatever it is called."""
    if file.size > LARGEST_MB * 1024 * 1024:
        raise ValidationError(f"The file is larger than {LARGEST_MB} MB.")
    begins = file.read(5)
    file.seek(0)
    if begins != b"%PDF-":
        raise ValidationError("This file is no PDF.")
    stem = file.name.rpartition(".")[0] or file.name
    file.name = f"{slugify(stem)[:80] or 'document'}.pdf"
    return file


class PdfAdminForm(forms.ModelForm):
    class Meta:
        # Files are not served by their names: the page has a link of its own.
        widgets: ClassVar = {"file": forms.FileInput(attrs={"accept": "application/pdf"})}

    def clean_file(self):
        file = self.cleaned_data["file"]
        # What is kept already was looked at when it came.
        return clean_pdf(file) if "file" in self.changed_data and file else file

    def clean(self):
        """What is new takes the place of what was: a file of an address, and an address of a file."""
        given = super().clean()
        is_new_file, is_new_address = "file" in self.changed_data, "address" in self.changed_data
        if is_new_file and not is_new_address:
            given["address"] = ""
        elif is_new_address and not is_new_file and given.get("address"):
            given["file"] = False
        if not self.errors and bool(given.get("file")) == bool(given.get("address")):
            raise ValidationError("Either upload the file or give its address.")
        return given


@admin.register(Pdf)
class PdfAdmin(admin.ModelAdmin):
    form = PdfAdminForm
    list_display = ["name", "is_uploaded", "opened", "downloaded"]
    search_fields = ["name"]
    fields = ["name", "file", "address", "look"]
    readonly_fields = ["look"]

    def get_queryset(self, request):
        times = {"opened": Count("views"), "downloaded": Count("views__downloaded_at")}
        return super().get_queryset(request).annotate(**times)

    @admin.display(description="uploaded", boolean=True)
    def is_uploaded(self, pdf):
        return bool(pdf.file)

    @admin.display(description="opened", ordering="opened")
    def opened(self, pdf):
        return pdf.opened

    @admin.display(description="downloaded", ordering="downloaded")
    def downloaded(self, pdf):
        return pdf.downloaded

    @admin.display(description="as visitors see it")
    def look(self, pdf):
        return format_html('<a href="{}">Look at it</a>', pdf.link) if pdf.pk else ""
