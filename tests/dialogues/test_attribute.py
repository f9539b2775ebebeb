import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dialogues.models import Attribute


def test_first_name_and_email_are_there_from_the_start(db):
    assert dict(Attribute.objects.values_list("name", "label")) == {
        "first_name": "First name",
        "email": "Email",
    }


def test_a_name_is_given_once(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Attribute.objects.create(name="email", label="Mail")


@pytest.mark.parametrize("name", ["", "First", "first name", "1st", "first-name", "ünder", "a" * 41])
def test_a_name_is_small_letters_digits_and_underscores(db, name):
    with pytest.raises(ValidationError):
        Attribute(name=name, label="Something").full_clean()


def test_a_good_name_is_good(db):
    Attribute(name="job_title_2", label="Job title").full_clean()
