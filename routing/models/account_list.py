"""What a list of accounts would change here, and the change itself: what is shown and what is done come from it."""

from hashlib import sha256
from typing import NamedTuple

from django.db import connection, transaction

from routing.accounts_csv import COLUMNS, AccountFile, Problem, pks_by_name
from routing.comparing import comparable
from routing.models.account import Account
from routing.models.agent import Agent

COLUMNS_OF_REPORT = ("Line", "Company name", "Domain", "Agent", "Result", "Reason")
ROWS_A_STATEMENT = 5_000


class ChangedMeanwhile(Exception):
    """What would be done now is not what was shown; nothing was done."""


class Owned(NamedTuple):
    """An account as it is, or as the list wants it. What is only here has no line."""

    domain: str
    company: str
    agent_pk: int
    agent: str
    line: int | None = None

    @property
    def is_now(self):
        return self.company, self.agent_pk


class AccountList:
    """Accounts to add and update, or to have instead of all that there are.

    A line that cannot be taken is a problem, and what it names stays as it is. An owner who is deactivated may keep
    an account, and gets no other.
    """

    def __init__(self, data, *, replaces):
        self.replaces = replaces
        agents = list(Agent.objects.values_list("pk", "name", "user__username", "user__email"))
        self._file = AccountFile(data, agents)
        self._compare()

    def carry_out(self, *, shown):
        """Does what was shown, by its fingerprint. Raises ChangedMeanwhile if that is no longer what it would do."""
        with transaction.atomic():
            one_change_at_a_time()
            self._compare()
            if self.fingerprint != shown:
                raise ChangedMeanwhile
            self._write()

    @property
    def is_refused(self):
        """Whether the file as a whole cannot be read."""
        return any(problem.line == 0 for problem in self.problems)

    @property
    def changes_something(self):
        return bool(self.new or self.changed or self.removed)

    @property
    def fingerprint(self):
        content = repr((self.replaces, self.new, self.changed, self.removed, self.problems))
        return sha256(content.encode()).hexdigest()

    def report(self):
        """What becomes of each line, and what is removed, as rows for a file."""
        results = [("new", self.new), ("changed", [wanted for _, wanted in self.changed])]
        results += [("unchanged", self.unchanged), ("removed", self.removed)]
        rows = [
            (owned.line or "", owned.company, owned.domain, owned.agent, result, "")
            for result, owneds in results
            for owned in owneds
        ]
        rows += [(line, "", "", "", "not taken", text) for line, text in self.problems]
        return [COLUMNS_OF_REPORT, *sorted(rows, key=lambda row: (row[0] == "", row[0] or 0))]

    def _compare(self):
        agents = Agent.objects.values_list("pk", "name", "user__is_active")
        name_of = {pk: name for pk, name, _ in agents}
        deactivated = {pk for pk, _, is_active in agents if not is_active}
        accounts = Account.objects.values_list("domain", "company", "agent_id", "agent__name")
        here = {row[0]: Owned(*row) for row in accounts}
        self.new, self.changed, self.unchanged = [], [], []
        self.problems = list(self._file.problems)
        for line, company, domain, agent_pk in self._file.accounts:
            now, wanted = here.get(domain), Owned(domain, company, agent_pk, name_of[agent_pk], line)
            if now and now.is_now == wanted.is_now:
                self.unchanged.append(wanted)
            elif agent_pk in deactivated:
                self.problems.append(Problem(line, f"{name_of[agent_pk]} is deactivated."))
            elif now:
                self.changed.append((now, wanted))
            else:
                self.new.append(wanted)
        self.problems.sort(key=lambda problem: problem.line)
        is_whole = self.replaces and not self.is_refused
        self.removed = (
            [here[domain] for domain in sorted(here.keys() - self._file.domains)] if is_whole else []
        )

    def _write(self):
        Account.objects.filter(domain__in=[owned.domain for owned in self.removed]).delete()
        wanted = self.new + [wanted for _, wanted in self.changed]
        Account.objects.bulk_create(
            [Account(company=each.company, domain=each.domain, agent_id=each.agent_pk) for each in wanted],
            batch_size=ROWS_A_STATEMENT,
            update_conflicts=True,
            unique_fields=["domain"],
            update_fields=["company", "agent"],
        )


def exported():
    """All accounts, in the columns in which a list is read; each owner by a name that means nobody else."""
    agents = list(Agent.objects.values_list("pk", "user__email", "user__username", "name"))
    pks = pks_by_name(agents)
    name_of = {
        pk: next((name for name in names if pks.get(comparable(name)) == {pk}), names[1])
        for pk, *names in agents
    }
    accounts = Account.objects.order_by("company", "pk").values_list("company", "domain", "agent_id")
    return [COLUMNS, *((company, domain, name_of[pk]) for company, domain, pk in accounts.iterator())]


def one_change_at_a_time():
    """Until this is committed, nobody else changes an account; routing goes on reading them."""
    with connection.cursor() as cursor:
        # Between two statements a long list takes its time, and no chat waits for what is held here.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")
        cursor.execute(f"LOCK TABLE {Account._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
