"""How epsim's time and memory grow with the number of devices, as a Markdown report.

    python3 tests/benchmarks/scaling.py [--binary build/epsim] [--largest N] [--limit SECONDS] [--output FILE]

Runs whole epsim processes, one at a time. A case that passes the limit is ended, and larger ones of its row are not
tried. Sizes grow from round to round, so Ctrl-C leaves whole columns and writes what was measured by then. Progress
goes to standard error. Python 3.10 and Linux; the figures mean something on an otherwise idle machine only.
"""

import argparse
import itertools
import json
import math
import os
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PREFILL = ROOT / "scenarios/deepseek_v3_prefill_ep64.json"
TOKENS_PER_DEVICE = (1024, 8192)  # of 64 devices
SIZES = (16, 64, 256, 1024, 4096)
LARGEST, LIMIT = 1024, 30  # by default: in all under 15 minutes
MEAN_BYTES, SIGMA = 1_000_000, 1.0
PATTERNS: dict[str, tuple[str, dict[str, Any]]] = {
    "all_to_all direct, window 0": ("all_to_all", {"algorithm": "direct", "window": 0}),
    "all_to_all pairwise": ("all_to_all", {"algorithm": "pairwise"}),
    "point_to_point, window 8": ("point_to_point", {"window": 8}),
    "hierarchical, chunks 4, window 8": ("hierarchical", {"chunks": 4, "window": 8}),
    "ring bidirectional": ("ring", {"bidirectional": True}),
}
OVER_LIMIT = "over the limit"
Row = tuple[str, str, str]  # pattern (a key of PATTERNS), traffic, engine
RunsBySize = dict[int, "Run"]


class Run(NamedTuple):
    cell: str  # as the tables show it
    seconds: float = math.inf  # inf: not finished
    problem: str = ""
    messages: int = 0


class Epsim(NamedTuple):
    binary: str
    folder: Path  # for all its files
    limit: float  # seconds

    def best(self, label: str, *arguments: str, repeat_below: float = 1) -> Run:
        """The fastest of three runs where the first takes less than `repeat_below` seconds, else the only one."""
        print(label, end=" ", file=sys.stderr, flush=True)
        first = self.run(*arguments)
        others = [self.run(*arguments) for _ in range(2 if first.seconds < repeat_below else 0)]
        best = min([first, *others], key=lambda run: run.seconds)
        print(best.cell, best.problem, file=sys.stderr)
        return best

    def run(self, *arguments: str) -> Run:
        seconds, peak_kibibytes, code = self.process([self.binary, *arguments, "--jobs", "1"])
        if code is None:
            return Run(f"> {self.limit:g} s", problem=OVER_LIMIT)
        if code != 0:
            said = (self.folder / "stderr").read_text(errors="replace").split()
            return Run("failed", problem=f"exit code {code}: {' '.join(said)}")
        phases = json.loads((self.folder / "stdout").read_text())["phases"] if "--json" in arguments else {}
        messages = sum(phase["messages"] for phase in phases.values())
        cell = f"{seconds:.{3 if seconds < 1 else 1}f} s, {peak_kibibytes / 1024:,.0f} MiB"
        return Run(cell, seconds, messages=messages)

    def process(self, command: list[str]) -> tuple[float, int, int | None]:
        """Wall seconds, the largest resident set of it and its children (KiB), exit code (None: over the limit)."""
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as err:
            start, is_done = time.monotonic(), False
            process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       start_new_session=True)
        try:
            is_done = has_ended(process.pid, self.limit)
        finally:  # on Ctrl-C as well; SIGTERM lets epsim end its simulations, SIGKILL is for what does not heed it
            if not is_done:
                os.kill(process.pid, signal.SIGTERM)
            if not has_ended(process.pid, 5):
                os.killpg(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        return time.monotonic() - start, usage.ru_maxrss, process.returncode if is_done else None


def has_ended(pid: int, seconds: float) -> bool:
    watch = os.pidfd_open(pid)  # tells without reaping the child
    try:
        return bool(select.select([watch], [], [], seconds)[0])
    finally:
        os.close(watch)


def matrix_file(devices: int, folder: Path) -> str:
    """Log-normal bytes per pair, the same for every row and on every day."""
    path = folder / f"skewed_{devices}.txt"
    if not path.exists():
        print(f"writing the matrix of {devices} devices", file=sys.stderr)
        draw, mu = random.Random(devices).lognormvariate, math.log(MEAN_BYTES) - SIGMA**2 / 2
        with path.open("w") as file:
            file.writelines(" ".join(["%d" % draw(mu, SIGMA) for _ in range(devices)]) + "\n" for _ in range(devices))
    return path.name


def scenario(pattern: str, traffic: str, devices: int, folder: Path) -> dict[str, Any]:
    name, options = PATTERNS[pattern]
    star = {"topology": "star", "devices": devices, "bandwidth": "50GBps", "latency": "2us"}
    nodes = {"preset": "h100_rail_optimized", "devices_per_node": 8, "nodes": devices // 8}
    skewed = {"matrix_file": matrix_file(devices, folder)} if traffic == "skewed" else None
    return {"platform": nodes if name == "hierarchical" else star, "transport": "ideal",
            "traffic": skewed or {"uniform_bytes_per_pair": MEAN_BYTES},
            "expert_parallel": {"communication_pattern": name}, "patterns": {name: options}}


def measure_case(epsim: Epsim, pattern: str, traffic: str, engine: str, devices: int) -> Run:
    (epsim.folder / "scenario.json").write_text(json.dumps(scenario(pattern, traffic, devices, epsim.folder)))
    label = f"{devices} devices, {pattern}, {traffic}, {engine}:"
    return epsim.best(label, "run", "scenario.json", "--engine", engine, "--json")


def measure_sizes(epsim: Epsim, sizes: list[int], runs_by_row: dict[Row, RunsBySize]) -> None:
    for devices, (row, runs) in itertools.product(sizes, runs_by_row.items()):
        over = next((run for run in runs.values() if run.problem == OVER_LIMIT), None)
        runs[devices] = over or measure_case(epsim, *row, devices)


def measure_routing(epsim: Epsim) -> str:
    """One exchange with two token counts: the messages are as many, so the difference is the tokens'."""
    options = ["--pattern", "hierarchical", "--engine", "fluid", "--json"]
    runs = [epsim.best(f"routing {tokens} tokens per device:", "run", str(PREFILL), *options, "--set",
                       f"/workload/tokens_per_device={tokens}", repeat_below=math.inf) for tokens in TOKENS_PER_DEVICE]
    (few, many), (short, long) = (64 * tokens for tokens in TOKENS_PER_DEVICE), (run.seconds for run in runs)
    problem = runs[0].problem or runs[1].problem or ("" if short < long else "lost in noise")
    rate = problem or f"{(many - few) / (long - short):,.0f}"
    return table([f"{few:,} tokens", f"{many:,} tokens", "tokens per second"], [[*(run.cell for run in runs), rate]])


def measure_sweep(epsim: Epsim) -> str:
    if "\n  sweep " not in output_of(epsim.binary, "--help"):
        return "This binary has no `epsim sweep`."
    base = {"model": "mixtral_8x7b", "platform": {"preset": "h100_rail_optimized", "nodes": 1}, "transport": "nccl",
            "workload": {"tokens_per_device": 64}}
    sweep = {"name": "100 points", "base": base, "grid": {"/workload/skew": [i / 10 for i in range(10)]},
             "seeds": 10, "patterns": ["all_to_all", "point_to_point", "hierarchical", "ring"]}
    (epsim.folder / "points.json").write_text(json.dumps(sweep))
    # Once: a second run would find all points done.
    run = epsim.best("sweep of 100 points:", "sweep", "points.json", "--quiet", repeat_below=0)
    return table(["100 points", "points per second"], [[run.cell, run.problem or f"{100 / run.seconds:.1f}"]])


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def speed(runs: RunsBySize) -> list[str]:
    """Of the largest size that finished. The exponent is fitted where simulating outweighs starting a process."""
    finished = {devices: run for devices, run in runs.items() if not run.problem}
    if not finished:
        return ["-"] * 4
    run = finished[max(finished)]
    points = [(math.log(n), math.log(one.seconds)) for n, one in finished.items() if n >= 64 and one.seconds > 0.1]
    exponent = f"{statistics.linear_regression(*zip(*points)).slope:.2f}" if len(points) > 1 else "-"
    return [f"{max(finished):,}", f"{run.messages:,}", f"{run.messages / run.seconds:,.0f}", exponent]


def output_of(*command: str) -> str:
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else "unknown"


def heading(binary: str) -> str:
    cpus = [line.split(": ")[-1] for line in Path("/proc/cpuinfo").read_text().split("\n") if "model name" in line]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    changes = output_of("git", "--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    commit = output_of("git", "rev-parse", "--short", "HEAD") + (" modified" if changes else "")
    machine = f"{cpus[0] if cpus else 'unknown CPU'}, {os.cpu_count()} cores, {memory:.0f} GiB"
    return (f"# Scaling: {machine}, load {os.getloadavg()[0]:.1f}; {time.strftime('%Y-%m-%d')}; commit {commit}; "
            f"{output_of(binary, '--version')}")


def text_of(title: str, sizes: list[int], runs_by_row: dict[Row, RunsBySize], routing: str, sweep: str) -> str:
    cells = [[*row, *(runs[n].cell if n in runs else "" for n in sizes)] for row, runs in runs_by_row.items()]
    failures = "".join(f"* {', '.join(row)}, {n} devices: {run.problem}\n\n" for row, runs in runs_by_row.items()
                       for n, run in runs.items() if run.cell == "failed")
    return f"""{title}

Whole processes with `--jobs 1`, best of three below a second; memory is the largest process's. Devices on a star of
50 GB/s and 2 us, for hierarchical on h100_rail_optimized with 8 a node; transport ideal. Each pair exchanges 1 MB
(uniform) or a log-normal amount of that mean with sigma 1, read from a file (skewed). Load is the machine's before.

{table(["pattern", "traffic", "engine", *(f"{n:,}" for n in sizes)], cells)}

{failures}At the largest finished size. Time grows like devices^exponent, fitted over sizes from 64 taking over 0.1 s.

{table(["pattern", "traffic", "engine", "devices", "messages", "messages per second", "exponent"],
       [[*row, *speed(runs)] for row, runs in runs_by_row.items()])}

Routing: {PREFILL.stem}, hierarchical, engine fluid, best of three; the rate is that of the difference.

{routing}

Sweep: Mixtral 8x7B on 8 devices with 64 tokens each, four patterns, 10 skews x 10 seeds, each point routed for itself.

{sweep}
"""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures how epsim scales; writes a Markdown report.")
    parser.add_argument("--binary", type=Path, default=Path("build/epsim"), help="default: build/epsim")
    parser.add_argument("--largest", type=int, default=LARGEST, metavar="N", help="devices (default: 1024; up to 4096)")
    parser.add_argument("--limit", type=float, default=LIMIT, metavar="SECONDS", help="of a process (default: 30)")
    parser.add_argument("--output", type=argparse.FileType("w"), default="-", metavar="FILE")
    given = parser.parse_args()
    if not os.access(given.binary, os.X_OK) or given.largest < SIZES[0] or not given.limit > 0:
        parser.error(f"--binary must be a program, --largest at least {SIZES[0]}, --limit positive")
    return given


def main() -> int:
    given, routing, sweep, exit_code = options(), "Not reached.", "Not reached.", 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rows = itertools.product(PATTERNS, ("uniform", "skewed"), ("simgrid", "fluid"))
    runs_by_row: dict[Row, RunsBySize] = {row: {} for row in rows}
    sizes = [size for size in SIZES if size <= given.largest]
    with tempfile.TemporaryDirectory(prefix="epsim-scaling-") as folder:
        epsim = Epsim(str(given.binary.resolve()), Path(folder), given.limit)
        title = heading(epsim.binary)
        try:
            measure_sizes(epsim, sizes, runs_by_row)
            routing = measure_routing(epsim)
            sweep = measure_sweep(epsim)
        except KeyboardInterrupt:
            exit_code = 130
        finally:
            given.output.write(text_of(title, sizes, runs_by_row, routing, sweep))
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
