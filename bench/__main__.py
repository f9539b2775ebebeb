"""`make bench`: the message plane of the real product, beside its floors, measured in turns with them."""

import signal
import sys

from bench import stage


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with stage.databases() as databases:
        from bench.run import run  # Django is set to the databases only now

        return run(databases)


if __name__ == "__main__":
    try:
        wrong = main()
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing was written.")
    print("\n".join(wrong) or "All of it holds.")
    sys.exit(bool(wrong))
