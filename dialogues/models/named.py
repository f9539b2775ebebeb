"""What streams name, so that none of it can vanish."""

from django.db import models


class NamedRoute(models.Model):
    """A stream names this route, so it stays."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE)
    route = models.ForeignKey("routing.Route", models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_route_is_named_once", fields=["stream", "route"])]

    def __str__(self):
        return f"{self.route} in {self.stream}"


class NamedAttribute(models.Model):
    """A stream names this attribute, so it stays."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE)
    attribute = models.ForeignKey("dialogues.Attribute", models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_attribute_is_named_once", fields=["stream", "attribute"])
        ]

    def __str__(self):
        return f"{self.attribute} in {self.stream}"


class NamedFlow(models.Model):
    """A stream names this flow, so it stays."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE)
    flow = models.ForeignKey("dialogues.Dialogue", models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_flow_is_named_once", fields=["stream", "flow"])]

    def __str__(self):
        return f"{self.flow} in {self.stream}"


class NamedGoal(models.Model):
    """A stream names this goal, so it stays."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE)
    goal = models.ForeignKey("dialogues.Goal", models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_goal_is_named_once", fields=["stream", "goal"])]

    def __str__(self):
        return f"{self.goal} in {self.stream}"


class NamedPdf(models.Model):
    """A stream names this document, so it stays."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE)
    pdf = models.ForeignKey("dialogues.Pdf", models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_document_is_named_once", fields=["stream", "pdf"])]

    def __str__(self):
        return f"{self.pdf} in {self.stream}"
