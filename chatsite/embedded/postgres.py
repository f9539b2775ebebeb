import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from chatsite.embedded.binaries import Binaries
from chatsite.embedded.user import User
from chatsite.processes import Child
from chatsite.trouble import Trouble

START_WITHIN_SECONDS = 60


class Postgres(Child):
    USER = DATABASE = "parley"

    def __init__(self, binaries: Binaries, home: Path, sockets: Path, user: User):
        self.binaries = binaries
        self.data = home / "postgres"
        self.conninfo = f"host={sockets} user={self.USER} connect_timeout=5"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": sockets,
            "max_connections": 200,
            # A week of its own log, a file a weekday.
            "logging_collector": "on",
            "log_filename": "postgres-%a.log",
            "log_truncate_on_rotation": "on",
            "log_rotation_size": 0,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        super().__init__(
            "postgres",
            [binaries.postgres, "-D", self.data, *options],
            cwd="/",
            user=user,
            stop_signal=signal.SIGINT,  # fast shutdown: sessions end, nothing is lost
            log=home / "postgres.log",
        )

        # It writes all it has before it ends; killed, it would have to recover at the next start.
        self.stop_within_seconds = 60

    def has_data(self) -> bool:
        return self.data.exists()

    def make_data(self):
        """Made aside and renamed, so that a start which is cut off leaves no half of a database."""
        unfinished = self.data.with_name("postgres-unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.user.own(unfinished)
        # The built-in locale gives the same order and case on every machine, whatever locales it has.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        made = subprocess.run(
            [self.binaries.initdb, "-D", unfinished, "-U", self.USER, "--auth=trust", *locale],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.user.for_popen,
        )
        if made.returncode != 0:
            raise Trouble(f"Postgres could not make its data in {self.data}: {made.stderr.strip()}")
        unfinished.rename(self.data)

    def start(self):
        self._refuse_another_major()
        deadline = time.monotonic() + START_WITHIN_SECONDS
        self._start_afresh()
        while not self._answers():
            if time.monotonic() > deadline:
                raise Trouble(
                    f"Postgres has not answered for {START_WITHIN_SECONDS} s; its log is {self.log}."
                )
            if not self.is_running():
                # The children of a killed postmaster need a moment to let go of its shared memory.
                if "pre-existing shared memory block" not in self.log.read_text():
                    raise Trouble(f"Postgres did not start: {self.log.read_text().strip()}")
                time.sleep(0.3)
                self._start_afresh()
            time.sleep(0.02)

    def _start_afresh(self):
        self.log.unlink(missing_ok=True)
        super().start()

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.conninfo, dbname="postgres", autocommit=True) as db:
                known = db.execute("SELECT FROM pg_database WHERE datname = %s", [self.DATABASE])
                if known.rowcount == 0:
                    db.execute(f"CREATE DATABASE {self.DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _refuse_another_major(self):
        ours = subprocess.run(
            [self.binaries.postgres, "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
            **self.user.for_popen,
        )
        major = ours.stdout.split()[-1].split(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if theirs != major:
            raise Trouble(
                f"{self.data} was made by Postgres {theirs}, and this Parley brings Postgres {major}: "
                "start the Parley that made it and run `manage.py backup FILE` there, move that folder away, "
                "start this one, and run `manage.py restore --replace FILE`."
            )
