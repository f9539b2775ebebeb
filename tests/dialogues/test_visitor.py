import uuid

import pytest
from django.core import signing
from django.db import IntegrityError, transaction

from dialogues.models import Visitor


def test_a_token_leads_to_its_visitor(vera):
    assert Visitor.objects.of_token(vera.token) == vera


def test_the_token_of_somebody_who_has_said_nothing_leads_to_a_visitor_without_a_row(db):
    key = uuid.uuid4()

    visitor = Visitor.objects.of_token(Visitor(key=key).token)

    assert (visitor.key, visitor.pk) == (key, None)
    assert not Visitor.objects.exists()


def forged(token):
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def of_another_purpose(token):
    return signing.dumps(signing.loads(token, salt="parley.visitor"), salt="parley.other")


@pytest.mark.parametrize(
    "spoil", [forged, of_another_purpose, lambda token: "", lambda token: "x" * 5000, lambda token: "a:b:c"]
)
def test_a_token_we_did_not_sign_is_refused(vera, spoil):
    with pytest.raises(signing.BadSignature):
        Visitor.objects.of_token(spoil(vera.token))


def test_a_visitor_is_called_by_their_first_name(vera):
    assert vera.name == str(vera) == "Vera"


@pytest.mark.parametrize("attributes", [{}, {"first_name": ""}, {"email": "vera@kern.example"}])
def test_a_visitor_without_one_is_called_by_their_key(attributes):
    key = uuid.UUID("4f2ab1c3-0000-4000-8000-000000000000")

    assert Visitor(key=key, attributes=attributes).name == "Visitor 4F2A"


def test_a_key_is_one_visitor_s(vera):
    with pytest.raises(IntegrityError), transaction.atomic():
        Visitor.objects.create(key=vera.key)
