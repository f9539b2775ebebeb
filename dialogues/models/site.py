import re

from django.db import connection, models, transaction

from routing.clock import WhenWritten

# Anybody can name an origin; those that were not heard from for longest make room.
MOST_SITES = 500
LONGEST_ORIGIN = 255
ORIGIN = re.compile(
    r"(https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?)(?:[/?#]|\Z)", re.I
)

# Most pages have been heard from within the minute: then this reads one row, and writes nothing.
_HEAR = """
INSERT INTO dialogues_site (origin)
SELECT %(origin)s WHERE NOT EXISTS
  (SELECT FROM dialogues_site WHERE origin = %(origin)s AND heard_at > parley_now() - interval '1 minute')
ON CONFLICT (origin) DO UPDATE SET heard_at = parley_now()
RETURNING xmax = 0
"""


class SiteQuerySet(models.QuerySet):
    def hear(self, request):
        """Notes on which site a page loads the widget, at most once a minute. Never in the way of the page."""
        origin = _origin_of(request)
        if not origin:
            return
        with connection.cursor() as cursor:
            cursor.execute(_HEAR, {"origin": origin})
            is_new = (cursor.fetchone() or [False])[0]
        if is_new:
            self.forget_beyond(MOST_SITES)

    @transaction.atomic
    def forget_beyond(self, most):
        """Two that forget at the same time leave each other's rows be."""
        surplus = self.order_by("-heard_at", "-pk").select_for_update(no_key=True, skip_locked=True)[most:]
        self.filter(pk__in=[site.pk for site in surplus]).delete()


class Site(models.Model):
    """An origin whose pages have loaded the widget."""

    origin = models.CharField(max_length=LONGEST_ORIGIN, unique=True)
    first_heard_at = models.DateTimeField(db_default=WhenWritten())
    heard_at = models.DateTimeField(db_default=WhenWritten())

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["origin"]

    def __str__(self):
        return self.origin


def _origin_of(request):
    """Of the page that asks, as its browser says; our own admin, which shows the widget too, is no site."""
    said = request.headers.get("Origin", "")
    page = said if said not in ("", "null") else request.headers.get("Referer", "")
    found = ORIGIN.match(page)
    if not found or len(found[1]) > LONGEST_ORIGIN:
        return ""
    origin = found[1].lower()
    is_our_admin = origin == f"{request.scheme}://{request.get_host()}" and "/admin/" in page
    return "" if is_our_admin else origin
