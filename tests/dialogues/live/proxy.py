"""A line that can be cut, frozen or made to lose answers, between anybody and a server."""

import selectors
import socket
import threading
import time
from contextlib import suppress


class Proxy:
    def __init__(self, *upstream):
        """To a host and a port, or to the path of a Unix socket."""
        self.upstream = upstream
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listening.getsockname()[1]
        self.is_away = self.is_frozen = self.swallows_answers = False
        self.delay = 0
        self.cuts = 0
        self.pairs, self.lock = set(), threading.Lock()
        self.is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.is_closed = True
        # Only this wakes the thread that waits for the next one.
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.cut()

    def cut(self):
        """Breaks every open line without a word, as a lost network does."""
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            self._break(pair)

    def away(self):
        """Nobody answers any more, until `back`."""
        self.is_away = True
        self.cut()

    def back(self):
        self.is_away = False

    def _accept(self):
        while not self.is_closed:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            if self.is_away:
                client.close()
                continue
            try:
                pair = (client, self._connect())
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self._carry, args=[pair], daemon=True).start()

    def _connect(self):
        if len(self.upstream) == 2:
            return socket.create_connection(self.upstream)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.upstream[0])
        return server

    def _carry(self, pair):
        client, server = pair
        others = {client: server, server: client}
        with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
            for end in pair:
                selector.register(end, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select(1):
                    data = key.fileobj.recv(65536)
                    while self.is_frozen and not self.is_closed:
                        time.sleep(0.01)
                    if self.delay:
                        time.sleep(self.delay)
                    is_answer = key.fileobj is server
                    if not data or (is_answer and self.swallows_answers):
                        raise OSError
                    others[key.fileobj].sendall(data)
                if pair not in self.pairs:
                    break
        with self.lock:
            self.pairs.discard(pair)
        self._break(pair)

    def _break(self, pair):
        self.cuts += 1
        for end in pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
