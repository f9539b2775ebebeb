"""A line that can be cut: it stands between a browser and the product."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Passes everything on to the product's port, until it is cut; then it refuses, until it is mended."""

    def __init__(self, port):
        self.target = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.is_cut = False
        self.lines = set()
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def cut(self):
        """Without a word to either side, as when a cable is pulled."""
        self.is_cut = True
        for line in list(self.lines):
            close(line)

    def mend(self):
        self.is_cut = False

    def stop(self):
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.cut()
        self.thread.join(5)

    def _accept(self):
        while True:
            try:
                incoming, _ = self.listening.accept()
            except OSError:
                return
            if self.is_cut:
                close(incoming)
                continue
            outgoing = socket.create_connection(("127.0.0.1", self.target))
            self.lines |= {incoming, outgoing}
            for source, sink in ((incoming, outgoing), (outgoing, incoming)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for line in (source, sink):
            close(line)
            self.lines.discard(line)


def close(line):
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
