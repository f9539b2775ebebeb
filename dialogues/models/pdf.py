from pathlib import PurePath

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.core.validators import FileExtensionValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import slugify

from routing.clock import Now, WhenWritten


def _signer():
    return Signer(salt="parley.document")


class PdfQuerySet(models.QuerySet):
    def of_address(self, signed):
        """The document that stands behind its address, which nobody can guess. Raises Pdf.DoesNotExist."""
        try:
            return self.get(pk=_signer().unsign(signed))
        except BadSignature:
            raise Pdf.DoesNotExist from None


class Pdf(models.Model):
    """A PDF that document cards show: one that was uploaded, or one that lies at an address."""

    name = models.CharField(max_length=120, unique=True)
    file = models.FileField(upload_to="documents", blank=True, validators=[FileExtensionValidator(["pdf"])])
    address = models.CharField(
        max_length=2000, blank=True, validators=[URLValidator(["https", "http"])], help_text="Or its address."
    )

    objects = PdfQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "document"
        constraints = [
            models.CheckConstraint(
                name="a_document_is_uploaded_or_lies_somewhere",
                condition=Q(file="") & ~Q(address="") | Q(address="") & ~Q(file=""),
            )
        ]

    def __str__(self):
        return self.name

    @property
    def link(self):
        """Where visitors open it: an uploaded one under a name that ends in .pdf."""
        signed = _signer().sign(self.pk)
        if not self.file:
            return reverse("dialogues:document", args=[signed])
        return reverse("dialogues:document_file", args=[signed, self.file_name])

    @property
    def file_name(self):
        return f"{slugify(self.name) or PurePath(self.file.name).stem}.pdf"

    def in_message(self):
        """A message that shows it, as text and as rich text."""
        link = settings.SITE_URL.rstrip("/") + self.link
        html = format_html('<p>📄 <a href="{}">{}</a></p>', link, self.name)
        return {"body": f"{self.name} ({self.address or link})", "html": html}


class PdfViewQuerySet(models.QuerySet):
    def note(self, conversation, pdf, *, is_download):
        """The visitor has opened or downloaded it; only the first time of each is kept."""
        view, _ = self.get_or_create(conversation=conversation, pdf=pdf)
        if is_download:
            self.filter(pk=view.pk, downloaded_at=None).update(downloaded_at=Now())


class PdfView(models.Model):
    """What a visitor has done with a document in a conversation."""

    conversation = models.ForeignKey("dialogues.Conversation", models.CASCADE, related_name="pdf_views")
    pdf = models.ForeignKey(Pdf, models.PROTECT, related_name="views")
    opened_at = models.DateTimeField(db_default=WhenWritten())
    pages_seen = models.PositiveIntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True)

    objects = PdfViewQuerySet.as_manager()

    class Meta:
        verbose_name = "document view"
        constraints = [models.UniqueConstraint(name="a_view_of_a_document", fields=["conversation", "pdf"])]

    def __str__(self):
        return f"{self.pdf} in {self.conversation}"
