"""A live chat's routing as a timeline: what was gone through, who was asked and why, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.functional import cached_property

from routing.comparing import HIDDEN
from routing.models import Because, State, Workspace
from routing.models.decision import counted, in_words
from routing.models.fallback_message import STANDARD

# Of a pool of a thousand the others are counted.
SHOWN_OF_A_POOL = 10


@dataclass(frozen=True)
class Entry:
    """One moment: what happened, the sentences that explain it, and who was gone through for it, in turn."""

    at: datetime
    kind: str
    words: str
    because: list[str] = field(default_factory=list)
    considered: list[str] = field(default_factory=list)
    more: str = ""


class Trace:
    """Only reads. `ahead` is added to every moment: a dry run is of another time than the clock's."""

    def __init__(self, live_chat, *, ahead=None):
        self.live_chat, self.ahead, self.is_of_now = live_chat, ahead or timedelta(), ahead is None

    @cached_property
    def entries(self):
        told = [self._request()]
        for decision in self._decisions:
            told += self._choice(decision)
        return [*told, *self._end()]

    @property
    def routed(self):
        """How it came to the agent it has, to be read after "Routed to you"; empty for who has none."""
        return _plain(self._accepted[-1].routed) if self._accepted else ""

    # The entries, in the order in which they happened

    def _request(self):
        return self._entry(
            self.live_chat.requested_at, "requested", f"A live chat was requested, by {self.live_chat.route}."
        )

    def _choice(self, decision):
        offer = decision.offer
        if self._is_after_hand_back(decision):
            gone = f"{self._agent_before(offer)} could no longer answer: somebody else was looked for."
            yield self._entry(decision.made_at, "handed-back", gone)
        yield self._entry(
            decision.made_at,
            "offered" if offer else "nobody",
            self._asked(offer),
            because=decision.because,
            **self._pool(decision, offer),
        )
        if offer and not offer.is_over_with_its_chat:
            # An offer ran out at its hundred seconds, whenever that was noticed.
            at = min(offer.closed_at, offer.expires_at) if offer.closed_at else decision.made_at
            yield self._entry(at, offer.outcome or "open", f"{offer.agent} {self._became(offer)}.")

    def _end(self):
        live_chat = self.live_chat
        if live_chat.ended_at is None:
            return
        because = [f"{offer.agent} {offer.became}." for offer in self._offers if offer.is_over_with_its_chat]
        words = live_chat.get_because_display()
        if live_chat.state == State.FELL_BACK or live_chat.because == Because.LEFT_ALONE:
            words = f"{words}: the visitor read the fallback message"
            because += [f"“{live_chat.fallback_message}”", self._which_fallback_message()]
        yield self._entry(live_chat.ended_at, live_chat.state.replace("_", "-"), f"{words}.", because=because)

    # Their words

    def _asked(self, offer):
        if offer is None:
            return "Nobody else could be asked." if self._offers else "Nobody could be asked."
        if offer.is_to_take_over:
            return f"{offer.agent} was asked to take over from {self._agent_before(offer)}."
        return f"{offer.agent} was asked."

    def _became(self, offer):
        if offer.outcome is None:
            return f"can accept until {offer.expires_at + self.ahead:%H:%M:%S} UTC"
        return offer.became

    def _pool(self, decision, offer):
        """The first of those who were considered, with the one who was asked, and how many there were beside them."""
        shown, rest = [], []
        for place, agent in enumerate(decision.considered):
            if offer and agent["agent"] == offer.agent_id and not agent["passed_over"]:
                shown.append(f"{agent['name']} was asked, with {agent['load']} of {agent['limit']} chats.")
            elif place < SHOWN_OF_A_POOL:
                shown.append(in_words(agent))
            else:
                rest.append(agent["passed_over"])
        more = f"And {len(rest)} more: {counted(rest)}." if rest else ""
        return {"considered": shown, "more": more}

    def _which_fallback_message(self):
        """Whose it is, if that still has the text which was read."""
        live_chat, workspace = self.live_chat, Workspace.objects.select_related("fallback_message").get()
        if not live_chat.fallback_html:
            language = next((key for key, text in STANDARD.items() if text == live_chat.fallback_message), "")
            return f"It is the standard text for {language or 'all other languages'}."
        own = [(live_chat.fallback, "the dialogue")]
        if team := live_chat.route.team:
            own.append((team.fallback_message, f"team “{team}”"))
        everybody = (workspace.fallback_message, "the workspace")
        for message, whose in [*(own if live_chat.because != Because.PLAN else []), everybody]:
            text = message and message.text_in(live_chat.attributes.get("language"))
            if text and text.html == live_chat.fallback_html:
                return f"It is “{message}”, which {whose} names, for {text}."
        return "It has been rewritten since."

    # What they are made from

    @cached_property
    def _decisions(self):
        decisions = list(self.live_chat.decisions.select_related("offer__agent").order_by("pk"))
        for offer in (decision.offer for decision in decisions if decision.offer):
            offer.live_chat = self.live_chat
        return decisions

    @cached_property
    def _offers(self):
        # Whoever is asked, is asked by a decision.
        return [decision.offer for decision in self._decisions if decision.offer]

    @property
    def _accepted(self):
        return [offer for offer in self._offers if offer.is_accepted]

    def _agent_before(self, offer):
        """Whose chat it was before it was offered."""
        before = [each for each in self._accepted if offer is None or each.pk < offer.pk]
        return before[-1].agent if before else self.live_chat.agent_name

    def _is_after_hand_back(self, decision):
        """Whether this is where somebody else was looked for first, because its agent was gone."""
        before = [each for each in self._decisions if each.pk < decision.pk]
        return bool(before) and before[-1].offer in self._accepted

    def _entry(self, at, kind, words, *, because=(), considered=(), more=""):
        return Entry(
            at + self.ahead,
            kind,
            _plain(words),
            list(map(_plain, because)),
            list(map(_plain, considered)),
            more,
        )


def _plain(sentence):
    """Without signs that cannot be seen or that turn the direction of what follows."""
    return HIDDEN.sub("\N{REPLACEMENT CHARACTER}", sentence)
