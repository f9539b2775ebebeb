from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
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
    def clean_file(self):
        file = self.cleaned_data["file"]
        # What is kept already was looked at when it came.
        return clean_pdf(file) if "file" in self.changed_data and file else file

    def clean(self):
        given = super().clean()
        if not self.errors and bool(given.get("file")) == bool(given.get("address")):
            raise ValidationError("Either upload the file or give its address.")
        return given


@admin.register(Pdf)
class PdfAdmin(admin.ModelAdmin):
    form = PdfAdminForm
    list_display = ["name", "is_uploaded", "opened", "downloaded"]
    search_fields = ["name"]
    fields = ["name", "file", "address"]

    @admin.display(description="uploaded", boolean=True)
    def is_uploaded(self, pdf):
        return bool(pdf.file)

    @admin.display(description="opened")
    def opened(self, pdf):
        return pdf.views.count()

    @admin.display(description="downloaded")
    def downloaded(self, pdf):
        return pdf.views.filter(downloaded_at__isnull=False).count()
