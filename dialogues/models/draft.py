"""What happens to a draft while it is written: its steps, to be undone, and who works on it."""

from datetime import timedelta

from django.conf import settings
from django.db import models

from dialogues.document import Document
from routing.clock import WhenWritten, clock

MOST_STEPS = 200
# Pages say every ten seconds that they are open.
SEEN_FOR = timedelta(seconds=30)


class Steps:
    """A draft's steps. Each keeps what it said afterwards; undoing goes back to the one before."""

    def __init__(self, draft):
        self.draft = draft

    def take(self, document, *, words, by=None):
        """Saves what a step made of the document. What was undone before it is gone for good."""
        draft = self.draft
        before = draft.document
        draft.step += 1
        draft.write(document)
        if not draft.steps.filter(number=draft.step - 1).exists():
            draft.steps.create(number=draft.step - 1, words="", document=before)
        draft.steps.filter(number__gte=draft.step).delete()
        draft.steps.filter(number__lt=draft.step - MOST_STEPS).delete()
        draft.steps.create(number=draft.step, words=words[:120], document=draft.document, made_by=by)

    def undo(self):
        """Returns the step that was undone. Raises DraftStep.DoesNotExist if there is none."""
        undone = self.draft.steps.get(number=self.draft.step)
        self._restore(self.draft.step - 1)
        return undone

    def redo(self):
        """Returns the step that was taken again. Raises DraftStep.DoesNotExist if there is none."""
        return self._restore(self.draft.step + 1)

    def _restore(self, number):
        step = self.draft.steps.get(number=number)
        self.draft.step = number
        self.draft.write(Document.load(step.document))
        return step

    @property
    def last(self):
        """The step it stands at, which undoing takes back; None where there is nothing to undo."""
        here = {step.number: step for step in self.draft.steps.filter(number__in=self._around)}
        return here.get(self.draft.step) if self.draft.step - 1 in here else None

    @property
    def next(self):
        """The step that redoing takes again, or None."""
        return self.draft.steps.filter(number=self.draft.step + 1).first()

    @property
    def _around(self):
        return self.draft.step - 1, self.draft.step


class DraftStep(models.Model):
    """What a draft said after a step. Undoing goes back to the one before; the next step drops what was undone."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    words = models.CharField(max_length=120)
    document = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="a_step_has_its_number", fields=["stream", "number"])]

    def __str__(self):
        return self.words

    @property
    def seconds_ago(self):
        return max(0, int((clock() - self.made_at).total_seconds()))


class DraftEditorQuerySet(models.QuerySet):
    def here(self):
        return self.filter(seen_at__gt=clock() - SEEN_FOR)

    def see(self, *, user, dialogue):
        """Notes that somebody has the dialogue's draft open."""
        self.update_or_create(user=user, dialogue=dialogue, defaults={"seen_at": clock()})


class DraftEditor(models.Model):
    """Somebody has the draft open; the others see it until `seen_at` is long ago."""

    dialogue = models.ForeignKey("dialogues.Dialogue", models.CASCADE, related_name="editors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=WhenWritten())

    objects = DraftEditorQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="an_editor_once_a_dialogue", fields=["dialogue", "user"])]

    def __str__(self):
        return f"{self.user} at {self.dialogue}"
