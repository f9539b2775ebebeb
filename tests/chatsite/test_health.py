import pytest


def test_a_process_that_answers_is_alive(client):
    answer = client.get("/health/live")

    assert answer.json() == {"live": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_parley_without_redis_is_not_ready_and_says_so(client, settings):
    settings.RQ_QUEUES = settings.RQ_QUEUES | {"deadlines": {"URL": "unix:///nowhere.sock"}}

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {
        "database": True,
        "redis": False,
        "clock": False,
        "data": "not checked",
        "faults": [],
        "notices": [],
        "checked_at": None,
    }
