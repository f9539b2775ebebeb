import django_rq
from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.db import DatabaseError, connection
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from redis import RedisError

from chatsite.accounts import is_first_manager_link, one_at_a_time
from chatsite.queues import BEAT
from chatsite.self_check import last_found


@never_cache
def live(request):
    """This process answers."""
    return JsonResponse({"live": True})


@never_cache
def ready(request):
    """So does everything it needs.

    What the last self-check found is named, and changes no status: the data is the same behind every process, so a
    load balancer that takes one out mends nothing, and one that takes out all of them ends every chat.
    """
    checks = {"database": _database_answers(), "redis": _redis_answers(), "clock": _clock_beats()}
    return JsonResponse(checks | last_found(), status=200 if all(checks.values()) else 503)


@never_cache
def first_manager(request, token):
    with one_at_a_time():
        if not is_first_manager_link(token):
            raise Http404
        form = UserCreationForm(request.POST or None, label_suffix="")
        if not form.is_valid():
            return render(request, "chatsite/first_manager.html", {"form": form})
        form.instance.is_staff = form.instance.is_superuser = True
        login(request, form.save())
    return redirect("admin:index")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        return django_rq.get_connection("deadlines").ping()
    except RedisError:
        return False


def _clock_beats() -> bool:
    try:
        return bool(django_rq.get_connection("deadlines").exists(BEAT))
    except RedisError:
        return False
