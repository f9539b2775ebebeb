"""What streams name, so that none of it can vanish."""

from django.db import models


class Named(models.Model):
    """A stream names a row, so it stays. `names` is the field that has it."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{getattr(self, self.names)} in {self.stream}"


class NamedRoute(Named):
    route = models.ForeignKey("routing.Route", models.PROTECT)
    names = "route"

    class Meta:
        constraints = [models.UniqueConstraint(name="a_route_is_named_once", fields=["stream", "route"])]


class NamedAttribute(Named):
    attribute = models.ForeignKey("dialogues.Attribute", models.PROTECT)
    names = "attribute"

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_attribute_is_named_once", fields=["stream", "attribute"])
        ]


class NamedFlow(Named):
    flow = models.ForeignKey("dialogues.Dialogue", models.PROTECT)
    names = "flow"

    class Meta:
        constraints = [models.UniqueConstraint(name="a_flow_is_named_once", fields=["stream", "flow"])]


class NamedGoal(Named):
    goal = models.ForeignKey("dialogues.Goal", models.PROTECT)
    names = "goal"

    class Meta:
        constraints = [models.UniqueConstraint(name="a_goal_is_named_once", fields=["stream", "goal"])]


class NamedPdf(Named):
    pdf = models.ForeignKey("dialogues.Pdf", models.PROTECT)
    names = "pdf"

    class Meta:
        constraints = [models.UniqueConstraint(name="a_document_is_named_once", fields=["stream", "pdf"])]
