"""What was measured beside its floors: a table to read, a list for programs, and whether it holds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).parent / "results.json"
LEAST_RATE = 0.25
MOST_P99 = 8


@dataclass
class Result:
    """One figure of ours, the floor's, and how many times the floor ours is."""

    name: str
    ours: float
    floor: float
    ratio: float
    unit: str


def results_of_routing(routing) -> list[Result]:
    rates, seconds = routing.rates, routing.seconds

    def banner(percent):
        journey = {"request": 2, "commits": 2, "publishes": 1, "push": 1}
        floor = sum(times * _percentile(seconds[part], percent) for part, times in journey.items())
        ours = _percentile(seconds["banner"], percent)
        return result(f"p{percent}_request_to_banner", 1e3 * ours, 1e3 * floor, "ms")

    return [
        *[
            result(
                f"requests_{agents}_agents_{threads}_threads",
                median(rates.ours[agents, threads]),
                median(rates.floor[agents, threads]),
                "requests/s",
            )
            for agents, threads in rates.ours
        ],
        banner(50),
        banner(99),
    ]


def result_of_designer(designer) -> Result:
    step, page = (1e3 * median(designer.seconds[part]) for part in ("step", "page"))
    return result("step_on_300_cards", step, page, "ms")


def results(bench) -> list[Result]:
    web, relay = bench.saturated["web"], bench.saturated["relay"]
    floors = [bench.trickling[name] for name in ("relay", "commit", "publish")]

    def milliseconds(runs, part):
        return 1e3 * median(getattr(run, part) for run in runs)

    def at_1000_chats(part):
        ours = milliseconds(bench.trickling["web"], part)
        return result(f"{part}_1000_chats", ours, sum(milliseconds(runs, part) for runs in floors), "ms")

    def cost(name, process, floor_runs, floor_process):
        return result(
            name, _microseconds(web, process), _microseconds(floor_runs, floor_process), "µs of processor"
        )

    return [
        result("messages_per_second", _rate(web), _rate(relay), "messages/s"),
        result("p50_200_chats_saturated", milliseconds(web, "p50"), milliseconds(relay, "p50"), "ms"),
        result("p99_200_chats_saturated", milliseconds(web, "p99"), milliseconds(relay, "p99"), "ms"),
        at_1000_chats("p50"),
        at_1000_chats("p99"),
        cost("cpu_us_per_message", "web", relay, "relay"),
        cost("postgres_us_per_message", "postgres", bench.trickling["commit"], "postgres"),
        cost("valkey_us_per_message", "valkey", bench.trickling["publish"], "valkey"),
        result("kb_per_connection", bench.kilobytes["web"], bench.kilobytes["relay"], "KB"),
    ]


def result(name, ours, floor, unit):
    return Result(name, round(ours, 3), round(floor, 3), round(ours / floor, 3), unit)


def _rate(runs):
    return median(run.messages / run.spent.wall for run in runs)


def _microseconds(runs, process):
    return 1e6 * median(run.spent.processor[process] / run.messages for run in runs)


def _percentile(values, percent):
    return sorted(values)[len(values) * percent // 100]


def write(found: list[Result]):
    RESULTS.write_text(json.dumps([asdict(each) for each in found], indent=2) + "\n")


def print_table(found: list[Result]):
    width = max(len(each.name) for each in found)
    print(f"\n{'':{width}} {'ours':>12} {'floor':>12} {'ratio':>8}  unit")
    for each in found:
        print(f"{each.name:{width}} {each.ours:>12,.2f} {each.floor:>12,.2f} {each.ratio:>8.2f}  {each.unit}")
    print(
        "\nFloors: a bare relay of the library websockets; at 1,000 chats the sum of that relay, a one-row commit and\n"
        "a publish through Redis; a commit for Postgres, a publish for Valkey; for requests, two rows committed by\n"
        "Django; for the banner, the sum of two empty requests, two one-row commits, a publish and a word through the\n"
        "relay. Medians of five runs, taken in turns; the banner's are over all runs.\n"
    )


def broken_promises(found: list[Result]) -> list[str]:
    ratio = {each.name: each.ratio for each in found}
    broken = []
    if (rate := ratio["messages_per_second"]) < LEAST_RATE:
        broken.append(f"The rate is {rate:.2f} of the bare relay's: it must be at least {LEAST_RATE}.")
    if (p99 := ratio["p99_1000_chats"]) > MOST_P99:
        broken.append(f"The p99 at 1,000 chats is {p99:.1f} times its floors: it may be at most {MOST_P99}.")
    return broken
