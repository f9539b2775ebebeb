"""How often somebody may write."""

from collections import OrderedDict, deque
from time import monotonic


class Limit:
    """At most `most` in any `seconds`, for each key. Forgets who has been quiet."""

    def __init__(self, *, most, seconds):
        self.most, self.seconds = most, seconds
        # The one who wrote last is at the end, so who can be forgotten stands in front.
        self._taken = OrderedDict()

    def wait_ms(self, key):
        """Milliseconds until this key may go on; 0 counts this one as done."""
        now = monotonic()
        self._forget(before=now - self.seconds)
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= now - self.seconds:
            taken.popleft()
        if len(taken) >= self.most:
            return int((taken[0] + self.seconds - now) * 1000) + 1
        taken.append(now)
        self._taken.move_to_end(key)
        return 0

    def _forget(self, *, before):
        while self._taken and next(iter(self._taken.values()))[-1] <= before:
            self._taken.popitem(last=False)
