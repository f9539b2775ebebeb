"""What processes cost: processor time of each, and memory."""

import contextlib
from dataclasses import dataclass
from time import perf_counter

import psutil


@dataclass
class Spent:
    """Wall and processor seconds, the latter by name of the process."""

    wall: float
    processor: dict[str, float]

    def __sub__(self, before):
        return Spent(
            self.wall - before.wall,
            {name: seconds - before.processor[name] for name, seconds in self.processor.items()},
        )

    def share(self, name):
        """Of one core."""
        return self.processor[name] / self.wall

    @property
    def share_of_others(self):
        """What the machine did for nobody of ours, as a share of one core."""
        ours = sum(seconds for name, seconds in self.processor.items() if name != "machine")
        return max(0.0, (self.processor["machine"] - ours) / self.wall)


class Meter:
    """Named processes, and this one, which is the load; Postgres is a whole family of them."""

    def __init__(self, **pids):
        self.processes = {name: psutil.Process(pid) for name, pid in pids.items()}

    def read(self) -> Spent:
        spent = {
            name: sum(_spent(member) for member in [process, *process.children(recursive=True)])
            for name, process in self.processes.items()
        }
        times = psutil.cpu_times()
        machine = times.user + times.nice + times.system + times.irq + times.softirq
        return Spent(perf_counter(), spent | {"load": _spent(psutil.Process()), "machine": machine})

    def kilobytes(self, name) -> float:
        return self.processes[name].memory_info().rss / 1024


def _spent(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0
