from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from routing.accounts import as_domain, domain_of


class AccountQuerySet(models.QuerySet):
    def of_email(self, email):
        """The account to which this address belongs, or None."""
        domain = domain_of(email)
        return self.select_related("agent").filter(domain=domain).first() if domain else None


class Account(models.Model):
    """A company, known by its email domain, whose visitors go to the agent who owns it."""

    company = models.CharField(max_length=200)
    domain = models.CharField(
        max_length=253,
        unique=True,
        help_text="The part of an email address after the @, such as kern.example.",
    )
    agent = models.ForeignKey("routing.Agent", models.PROTECT, related_name="accounts", verbose_name="owner")

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["company", "pk"]
        constraints = [
            models.CheckConstraint(
                name="an_account_s_domain_is_lowercase", condition=Q(domain=Lower("domain")) & ~Q(domain="")
            )
        ]

    def __str__(self):
        return f"{self.company} ({self.domain})"

    def clean(self):
        try:
            self.domain = as_domain(self.domain)
        except ValueError as refused:
            raise ValidationError({"domain": str(refused)}) from refused
