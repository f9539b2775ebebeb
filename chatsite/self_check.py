"""All invariants looked over: what does not hold is mended where that is safe, and reported."""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, sleep

import django_rq
from django.conf import settings
from django.db import DatabaseError, connection
from redis import RedisError

from chatsite.invariants import INVARIANTS, MOST_ROWS, Invariant
from routing.models import TooLate

logger = logging.getLogger(__name__)

# A verb may be under way, and the clock takes two seconds for what it is there for: none of that is a fault.
LOOK_AGAIN_SECONDS = 3
# What is left is found again the next time; meanwhile mails want to be sent.
REPAIR_SECONDS = 15
FOUND = "parley:found"


@dataclass
class Finding:
    """Rows of which an invariant did not hold at two looks; as a rule none."""

    invariant: Invariant
    rows: list
    repaired: list = field(default_factory=list)

    @property
    def left(self):
        return [row for row in self.rows if row not in self.repaired]

    @property
    def is_fault(self):
        return bool(self.left) and not self.invariant.is_notice

    def __str__(self):
        """For who can look at the rows."""
        parts = [self.invariant.sentence]
        if self.left:
            keys = ", ".join(str(key) for key, *_ in self.left)
            more = " and more" if len(self.rows) == MOST_ROWS else ""
            parts.append(f"Not so: {self.invariant.kind_of_rows} {keys}{more}.")
        if self.repaired:
            keys = ", ".join(str(key) for key, *_ in self.repaired)
            parts.append(f"Repaired: {self.invariant.kind_of_rows} {keys}.")
        return " ".join(parts)

    @property
    def in_public(self):
        """For everybody: what, and how often."""
        return f"{self.invariant.sentence} Not so: {len(self.left)}."


def check(*, repair):
    """A finding for each invariant, in order."""
    findings = [Finding(invariant, invariant.rows()) for invariant in INVARIANTS]
    suspicious = [finding for finding in findings if finding.rows]
    if suspicious:
        sleep(LOOK_AGAIN_SECONDS)
    for finding in suspicious:
        finding.rows = _still(finding.invariant, finding.rows)
    if repair:
        stop_at = monotonic() + REPAIR_SECONDS
        for finding in suspicious:
            if finding.rows and finding.invariant.repair:
                _repair(finding, stop_at)
    return findings


def check_and_report():
    """What the job of each minute does: mends, logs what a person should see, and keeps it for /health/ready."""
    findings = check(repair=True)
    for finding in findings:
        if finding.is_fault:
            logger.warning("%s To look, and to try again: manage.py check_invariants --repair", finding)
        elif finding.repaired:
            logger.warning("%s", finding)
        elif finding.rows:
            logger.info("%s", finding)
    _keep(findings)


def last_found():
    """What the last check found, for everybody to read; or that nobody has looked for long."""
    with suppress(RedisError):
        if found := django_rq.get_connection("deadlines").get(FOUND):
            return json.loads(found)
    return {"data": "not checked", "faults": [], "notices": [], "checked_at": None}


def _keep(findings):
    faults = [finding.in_public for finding in findings if finding.is_fault]
    notices = [finding.in_public for finding in findings if finding.left and finding.invariant.is_notice]
    found = {
        "data": "degraded" if faults else "ok",
        "faults": faults,
        "notices": notices,
        "checked_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    with suppress(RedisError):
        # After five checks that did not come nobody knows any more.
        lasts = 5 * (settings.SELF_CHECK_SECONDS or 60)
        django_rq.get_connection("deadlines").set(FOUND, json.dumps(found), ex=lasts)


def _repair(finding, stop_at):
    for key, *_ in finding.rows:
        if monotonic() >= stop_at:
            break
        try:
            finding.invariant.repair(key)
        except TooLate:
            pass  # somebody else was faster
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            logger.exception("%s %s could not be repaired", finding.invariant.kind_of_rows, key)
    left = _still(finding.invariant, finding.rows)
    finding.repaired = [row for row in finding.rows if row not in left]


def _still(invariant, rows):
    now = set(invariant.rows())
    return [row for row in rows if row in now]
