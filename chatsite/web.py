"""The web server, and the socket on which it listens."""

import errno
import os
import socket

import uvicorn
from django.conf import settings

from chatsite.trouble import Trouble

# `up` listens and hands the socket down, so a web process that dies refuses nobody while it comes back.
LISTENING_FD = "PARLEY_LISTENING_FD"


def listen() -> socket.socket:
    if LISTENING_FD in os.environ:
        return socket.socket(fileno=int(os.environ[LISTENING_FD]))
    host, port = settings.HOST, settings.PORT
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise Trouble(
            f"HOST={host} is no address of this machine ({error.strerror}): set another."
        ) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise Trouble(_why_not(error, host, port)) from error
    return listening


def serve(listening: socket.socket):
    config = uvicorn.Config(
        "chatsite.asgi:application",
        loop="uvloop",
        lifespan="on",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        # A frame over 32 KB is refused politely up to here; above, the line is closed.
        ws_max_size=64 * 1024,
        # A closed lid says no goodbye. Browsers answer these by themselves, in tabs behind others too; a phone whose
        # network takes longer for once opens another socket, and has lost nothing.
        ws_ping_interval=settings.SILENT_LINE_SECONDS * 2 / 3,
        ws_ping_timeout=settings.SILENT_LINE_SECONDS / 3,
        proxy_headers=bool(settings.TRUSTED_PROXIES),
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        timeout_graceful_shutdown=5,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
    )
    uvicorn.Server(config).run(sockets=[listening])


def _why_not(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} of {host} is in use by another program: "
                f"stop that one, or set PORT to a free port, for example PORT={port + 1}."
            )
        case errno.EACCES:
            return f"Only root may listen on port {port}: set PORT to one above 1023, for example PORT=8000."
        case _:
            return f"Cannot listen on {host}, port {port} ({error.strerror}): set HOST or PORT to another."
