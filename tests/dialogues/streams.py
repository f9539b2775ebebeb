"""Documents that Hypothesis grows: every type of card, within the grammar. Row keys are small, so that tests can say
which rows there are."""

from hypothesis import strategies as st

from dialogues.cards import ActionCard, CaptureCard, FlowCard, GoalCard, MeetingCard, MessageCard, PdfCard
from dialogues.document import (
    Branch,
    Case,
    ConditionalCard,
    Document,
    LiveChatCard,
    Otherwise,
    QuestionCard,
    Response,
)
from routing.conditions import read

# What a database can keep.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
names = st.sampled_from(["email", "first_name", "company", "size"])
keys = st.integers(1, 3)
languages = st.dictionaries(
    st.sampled_from(["nl", "pt-br"]), st.fixed_dictionaries({"text": words}), max_size=1
)

conditions = st.builds(
    lambda name, value: read(
        {
            "match": "all",
            "groups": [
                {"match": "any", "conditions": [{"attribute": name, "operator": "is", "value": value}]}
            ],
        }
    ),
    names | st.just("language"),
    st.sampled_from(["nl", "en", "Kern"]),
)


def cards(*, meetings=True):
    return st.one_of(
        st.builds(MessageCard, text=words, translations=languages),
        st.builds(
            CaptureCard,
            question=words,
            attribute=names,
            type=st.sampled_from(["text", "email", "phone", "number", "yes_no", "date", "datetime"]),
            if_known=st.sampled_from(["overwrite", "skip"]),
        ),
        st.builds(
            CaptureCard,
            question=words,
            attribute=names,
            type=st.just("picklist"),
            choices=st.lists(words, max_size=3, unique=True),
        ),
        st.builds(PdfCard, pdf=keys, text=words),
        st.builds(GoalCard, goal=keys),
        st.builds(ActionCard, values=st.dictionaries(names, words, max_size=2)),
        st.builds(FlowCard, flow=keys),
        *([st.builds(MeetingCard, route=keys, text=words)] if meetings else []),
    )


live_chats = st.builds(LiveChatCard, route=keys, connecting=words)


def branches(card=None, *, max_leaves=8, min_size=0):
    card = cards() if card is None else card
    return st.recursive(
        st.builds(Branch, cards=st.lists(card, min_size=min_size, max_size=3), end=st.none() | live_chats),
        lambda inner: st.builds(
            Branch,
            cards=st.lists(card, max_size=2),
            end=st.builds(
                QuestionCard,
                text=words,
                responses=st.lists(st.builds(Response, text=words, branch=inner), max_size=3),
                attribute=st.just("") | names,
            )
            | st.builds(
                ConditionalCard,
                cases=st.lists(
                    st.builds(Case, conditions=conditions, route=st.none() | keys, branch=inner), max_size=2
                ),
                otherwise=st.builds(Otherwise, branch=inner),
            ),
        ),
        max_leaves=max_leaves,
    )


documents = st.builds(Document, start=branches())
