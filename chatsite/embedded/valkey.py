import socket
import time
from pathlib import Path

from chatsite.embedded.binaries import Binaries
from chatsite.embedded.user import User
from chatsite.processes import Child
from chatsite.trouble import Trouble

START_WITHIN_SECONDS = 60


class Valkey(Child):
    def __init__(self, binaries: Binaries, home: Path, sockets: Path, user: User):
        self.data = home / "valkey"
        self.socket = sockets / "valkey.sock"
        settings = {
            "--port": "0",
            "--unixsocket": self.socket,
            "--unixsocketperm": "700",
            "--dir": self.data,
            "--appendonly": "yes",
            "--save": "",
        }
        options = [part for setting in settings.items() for part in setting]
        super().__init__("valkey", [binaries.valkey, *options], cwd="/", user=user, log=home / "valkey.log")

    def start(self):
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.user.own(self.data)
        self.log.unlink(missing_ok=True)
        super().start()
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while not self._answers():
            if not self.is_running():
                raise Trouble(f"Valkey did not start: {self.log.read_text().strip()}")
            if time.monotonic() > deadline:
                raise Trouble(f"Valkey has not answered for {START_WITHIN_SECONDS} s; its log is {self.log}.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Not before it has loaded its file: until then it says LOADING."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False
