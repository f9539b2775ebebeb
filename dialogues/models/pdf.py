from django.core.validators import FileExtensionValidator, URLValidator
from django.db import models
from django.db.models import Q

from routing.clock import WhenWritten


class Pdf(models.Model):
    """A PDF that document cards show: one that was uploaded, or one that lies at an address."""

    name = models.CharField(max_length=120, unique=True)
    file = models.FileField(upload_to="documents", blank=True, validators=[FileExtensionValidator(["pdf"])])
    address = models.CharField(
        max_length=2000, blank=True, validators=[URLValidator(["https", "http"])], help_text="Or its address."
    )

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


class PdfView(models.Model):
    """What a visitor has done with a document in a conversation."""

    conversation = models.ForeignKey("dialogues.Conversation", models.CASCADE, related_name="pdf_views")
    pdf = models.ForeignKey(Pdf, models.PROTECT, related_name="views")
    opened_at = models.DateTimeField(db_default=WhenWritten())
    pages_seen = models.PositiveIntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "document view"
        constraints = [models.UniqueConstraint(name="a_view_of_a_document", fields=["conversation", "pdf"])]

    def __str__(self):
        return f"{self.pdf} in {self.conversation}"
