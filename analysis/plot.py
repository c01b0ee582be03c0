"""Plots for papers and talks from what epsim exports. Data stay in seconds and bytes; only labels choose units."""
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing to clean up yet
sys.path = [folder for folder in sys.path if folder]  # a file json.py in the current folder is none of ours

import argparse
import csv
import json
import re
import tempfile
import textwrap
from array import array
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Any, Callable, Iterator

COLUMN, PAGE, LARGE, MEDIUM, SMALL = 3.4, 7.0, 8, 7, 6  # widths in inches, letters in points
MOST_DEVICES, MOST_ROWS, MOST_PANELS = 16, 24, 12  # of a timeline; of a sweep
PARTS = {"gate": "#CC79A7", "dispatch": "#0072B2", "expert": "#E69F00", "combine": "#009E73", "overhead": "#666666",
         "layer": "#AAAAAA", "exchange": "#0072B2"}
CAUSES = {  # Okabe and Ito's colours and lighter shades of them
    "start_up": "#4D4D4D", "message_overhead": "#808080", "least_duration": "#B3B3B3", "latency": "#009E73",
    "window": "#80CFB9", "scale_up_transfer": "#0072B2", "scale_up_sharing": "#80B9D9",
    "scale_out_transfer": "#D55E00", "scale_out_sharing": "#EAAF80", "device_cap_transfer": "#CC79A7",
    "device_cap_sharing": "#E6BCD3", "computation": "#E69F00", "hot_device": "#F0E442", "unexplained": "#000000"}
SERIES = tuple(zip(("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"), "osD^vPX"))
STYLE = {
    "font.family": "DejaVu Sans", "font.size": LARGE, "axes.labelsize": LARGE, "axes.titlesize": LARGE,
    "legend.fontsize": MEDIUM, "xtick.labelsize": MEDIUM, "ytick.labelsize": MEDIUM, "legend.handletextpad": 0.5,
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False, "legend.handlelength": 1.2,
    "legend.columnspacing": 0.9, "legend.labelspacing": 0.3, "axes.linewidth": 0.6, "pdf.fonttype": 42,
    "text.parse_math": False, "figure.constrained_layout.use": True, "svg.hashsalt": "epsim", "savefig.dpi": 300}
DATES = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}  # none: the same bytes on every day
COMPARE, EXPORT, VALIDATE = "epsim compare --out", "epsim sweep export", "epsim validate --json"
SPAN = {"pattern": str, "device": int, "stream": str, "phase": str, "kind": str}
TABLES = {
    "spans.csv": SPAN | {"start_seconds": float, "end_seconds": float}, "links.csv": {},
    "critical_path.csv": SPAN | {"begin_seconds": float, "end_seconds": float},
    "waits.csv": {"pattern": str, "phase": str, "source": int, "destination": int, "source_node": int,
                  "destination_node": int, "bytes": float, "waited_seconds": float}}
USED_BY = {"pattern": ("comparison", "blame", "timeline", "traffic", "waits"), "phase": ("traffic", "waits"),
           "x": ("sweep",), "y": ("sweep",)}
is_number = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?").fullmatch
Options, Figures = argparse.Namespace, Iterator[tuple[str, Any]]


def load_matplotlib() -> None:
    """Once there is something to draw: it takes longer than to see that there is not."""
    global matplotlib, numpy, Figure, Line2D, Patch, EngFormatter, LogLocator, MaxNLocator, NullLocator
    try:
        import matplotlib
        import numpy
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch
        from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullLocator
    except ImportError:
        sys.exit("epsim: error: matplotlib is missing; apt-get install python3-matplotlib")
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)


class PlotError(Exception):
    """What is wrong with input or options: place, problem, what to do."""


def clean(text: Any) -> str:
    return "".join(c if c.isprintable() else " " for c in str(text))


def words(name: str) -> str:
    return re.sub("_(?=to_|up|out)|(?<=_to)_", "-", re.sub("_seconds$", " time", clean(name))).replace("_", " ")


def rows(path: Path, columns: dict[str, Callable[[str], Any]], again: str) -> Iterator[list[Any]]:
    """The columns of a CSV file row by row: spans.csv may be larger than memory."""
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        reader = csv.reader(file)
        try:
            header = next(reader, [])
            if missing := [name for name in columns if name not in header]:
                raise PlotError(f"{path}: incomplete, without column {', '.join(missing)}; run {again} again")
            places = [(header.index(name), convert) for name, convert in columns.items()]
            for row in reader:
                if len(row) != len(header):
                    raise ValueError(f"incomplete, {len(row)} of {len(header)} fields")
                yield [convert(row[place]) for place, convert in places]
        except (ValueError, csv.Error) as error:
            raise PlotError(f"{path}: line {reader.line_num}: {error}; run {again} again") from None


def load_result(options: Options) -> None:
    again, content = f"run {COMPARE} again", options.content
    try:
        options.patterns, steps = content["patterns"], len(content["patterns"][0]["steps"])
        options.title = content["scenario"] + (f" (last of {steps} steps)" if steps > 1 else "")
        for one in options.patterns:
            if one["version"].split("+")[0] != options.version.split("+")[0]:
                raise PlotError(f"{options.input}: of epsim {one['version']}, this is {options.version}; {again}")
            # direct traffic has no router and one exchange, which is the layer
            parts = {name: one["phases"][name] for name in ("dispatch", "expert", "combine") if one["load"]}
            parts["layer" if parts else "exchange"] = one | {"seconds": one["layer_seconds"] + 0.0}
            one["times"] = {name: (part["seconds"], part["lower_bound_seconds"]) for name, part in parts.items()}
            one["causes"] = {cause: one["blame"]["seconds"][cause] + 0.0 for cause in CAUSES}
        names = [one["pattern"] + "" for one in options.patterns]
    except (KeyError, TypeError, AttributeError, IndexError):
        raise PlotError(f"{options.input}/result.json: not a result of epsim compare; {again}") from None
    if missing := [name for name in TABLES if not (options.input / name).is_file()]:
        raise PlotError(f"{options.input}: incomplete, without {', '.join(missing)}; {again}")
    for name, columns in TABLES.items():
        next(rows(options.input / name, columns, COMPARE), None)
    ends = {row[0]: row[-1] for row in rows(options.input / "critical_path.csv", TABLES["critical_path.csv"], COMPARE)}
    for one in options.patterns:
        if abs(ends.get(one["pattern"], 0) - one["layer_seconds"]) > 1e-9 * abs(one["layer_seconds"]):
            raise PlotError(f"{options.input}: result.json and critical_path.csv are of different runs; {again}")
    wanted = options.pattern.split(",") if options.pattern else names
    if unknown := [name for name in wanted if name not in names]:
        raise PlotError(f"--pattern: no {unknown[0]}; choose among {', '.join(names)}")
    options.chosen = [one for one in options.patterns if one["pattern"] in wanted]


def finish(figure: Any, body: float, title: str, subtitle: str, handles: list[Any]) -> None:
    """Title, subtitle and legend above axes with a height of their own; then the layout is fixed."""
    top, items, width = 0.05, [], figure.get_figwidth()
    for text, size, colour in ((title, LARGE, "black"), (subtitle, MEDIUM, "#555555")):
        for line in textwrap.wrap(clean(text), int(width * 118 / size), max_lines=3, placeholder=" …"):
            items.append((figure.text(0.012, 0, line, size=size, color=colour, va="top").set_y, top))
            top += size * 1.3 / 72
    for columns in range(len(handles), 0, -1):
        legend = figure.legend(handles=handles, ncol=columns, loc="upper left", borderaxespad=0, borderpad=0.2)
        box = legend.get_window_extent()
        if box.width <= figure.bbox.width or columns == 1:
            items.append((lambda y: legend.set_bbox_to_anchor((0.005, y)), top + 0.03))
            top += 0.03 + box.height / figure.dpi
            break
        legend.remove()
    height = body + top + 0.04
    figure.set_size_inches(width, height)
    for move, place in items:
        move(1 - place / height)
    figure.get_layout_engine().set(rect=(0, 0, 1, body / height), w_pad=0.03, h_pad=0.03)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def fit_scale(axis: Any, values: Any, name: str, label: str) -> None:
    """A logarithmic axis, each tick in its own unit, where values span a factor of 20; else one in one unit."""
    unit = "B/s" if "bandwidth" in name else "s" if re.search("seconds$|latency", name) else "B" * ("bytes" in name)
    low, high = min(values), float(f"{max(values):.3g}")  # 999.9 is printed as 1000
    if 0 < low < high / 20:
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        axis.set(major_locator=LogLocator(subs=(1, 2, 5) if high / low < 200 else (1,)), minor_locator=NullLocator(),
                 major_formatter=EngFormatter(unit) if unit else "{x:g}", label_text=label)
    else:
        power = int(3 * numpy.floor(numpy.log10(high) / 3)) if unit and high > 0 else 0
        axis.set(major_formatter=lambda value, _=None: f"{value / 10.0**power:g}",
                 label_text=f"{label} ({EngFormatter.ENG_PREFIXES[power]}{unit})" if unit else label)


def draw_comparison(options: Options) -> Figures:
    axes, patterns, names = Figure((COLUMN, 3)).subplots(), options.chosen, list(options.chosen[0]["times"])
    most, width = max(time for one in patterns for time, _ in one["times"].values()), 0.8 / len(names)
    for i, name in enumerate(names):
        x = numpy.arange(len(patterns)) + (i - (len(names) - 1) / 2) * width
        seconds, bounds = zip(*(one["times"][name] for one in patterns))
        bars = axes.bar(x, seconds, width * 0.94, color=PARTS[name])
        axes.hlines(bounds, x - width * 0.47, x + width * 0.47, color="black", lw=1.1)
    fit_scale(axes.yaxis, (0, most), "seconds", "time")
    axes.bar_label(bars, [axes.yaxis.major.formatter(float(f"{time:.3g}")) for time in seconds], size=SMALL, padding=1)
    axes.set_xticks(range(len(patterns)), [textwrap.fill(words(one["pattern"]), 12) for one in patterns])
    bound = Line2D([], [], color="black", lw=1.1, label="lower bound")
    finish(axes.figure, 2.1, options.title, "", [*(Patch(color=PARTS[name], label=name) for name in names), bound])
    yield "comparison", axes.figure


def draw_blame(options: Options) -> Figures:
    """Bars of equal length: the parts of the fastest pattern are to be read as well as those of the slowest."""
    axes, patterns = Figure((COLUMN, 3)).subplots(), options.chosen
    for y, one in enumerate(patterns):
        left, total = 0.0, sum(one["causes"].values()) or 1.0
        for cause, seconds in one["causes"].items():
            share = 100 * seconds / total
            axes.barh(y, share, 0.6, left, color=CAUSES[cause])
            if share >= 5:
                axes.text(left + share / 2, y, f"{share:.0f}", size=SMALL, ha="center", va="center_baseline",
                          color="white" if CAUSES[cause][3] < "9" else "black")  # green tells how light it is
            left += share
        axes.text(102, y, EngFormatter("s")(float(f"{one['layer_seconds']:.3g}")), size=MEDIUM, va="center_baseline")
    axes.set(xlim=(0, 100), ylim=(len(patterns) - 0.5, -0.5), xlabel="share of the critical path (%)",
             yticks=range(len(patterns)), yticklabels=[words(one["pattern"]) for one in patterns])
    shown = [cause for cause in CAUSES if any(one["causes"][cause] > 1e-9 * one["layer_seconds"] for one in patterns)]
    handles = [Patch(color=CAUSES[cause], label=words(cause)) for cause in shown]
    finish(axes.figure, 0.45 + 0.3 * len(patterns), options.title, "", handles)
    yield "blame", axes.figure


def draw_timelines(options: Options) -> Figures:
    streams: dict[Any, Any] = defaultdict(lambda: defaultdict(lambda: array("d")))  # begin, end, begin, ...
    for *stream, phase, kind, begin, end in rows(options.input / "spans.csv", TABLES["spans.csv"], COMPARE):
        streams[tuple(stream)]["overhead" if kind == "overhead" else phase].extend((begin, end))
    for one in options.chosen:
        path = rows(options.input / "critical_path.csv", TABLES["critical_path.csv"], COMPARE)
        pieces = [row[1:] for row in path if row[0] == one["pattern"]]
        of_pattern = {key[1:]: parts for key, parts in sorted(streams.items()) if key[0] == one["pattern"]}
        on_path = {device: sum(row[-1] - row[-2] for row in pieces if row[0] == device) for device, _ in of_pattern}
        devices = sorted(on_path, key=lambda device: (-on_path[device], device))
        if not devices or not pieces:
            continue
        fitting = max(1, min(MOST_DEVICES, MOST_ROWS * len(devices) // len(of_pattern)))
        shown = {key: parts for key, parts in of_pattern.items() if key[0] in devices[:fitting]}
        axes = Figure((COLUMN, 3)).subplots()
        draw_rows(axes, shown, pieces)
        fit_scale(axes.xaxis, (0, one["layer_seconds"]), "seconds", "time")
        few = (f", {sum(on_path[device] > 0 for device in devices[:fitting])} devices on the critical path among "
               f"{fitting} of {len(devices)}" if fitting < len(devices) else "")
        handles = [Patch(color=PARTS[part], label=part) for part in PARTS if part in set().union(*shown.values())]
        finish(axes.figure, 0.5 + 0.115 * axes.get_ylim()[0], options.title, words(one["pattern"]) + few, handles)
        yield f"timeline_{one['pattern']}", axes.figure


def draw_rows(axes: Any, streams: dict[tuple[int, str], Any], path: list[list[Any]]) -> None:
    def bars(times: Any, y: float, height: float, part: str) -> None:  # pixels even in a PDF: there are very many
        begins, ends = numpy.reshape(times, (-1, 2)).T
        axes.broken_barh(list(zip(begins, ends - begins)), (y, height), color=PARTS[part], lw=0, rasterized=True)
    y, labels, last = 1.5, {0.6: "critical path"}, None
    for (device, stream), parts in streams.items():
        y += 0 if device == last else 0.5
        labels[y + 0.45] = words(stream) if device == last else f"d{device} {words(stream)}"
        places = {"overhead": (y + 0.6, 0.3)}
        if max(parts.get("dispatch", [0])) > min(parts.get("combine", [numpy.inf])):  # neither hides the other
            places |= {"dispatch": (y, 0.45), "combine": (y + 0.45, 0.45)}
        for part in sorted(parts, key=list(PARTS).index):
            bars(parts[part], *places.get(part, (y, 0.9)), part)
        y, last = y + 1, device
    for _, _, phase, kind, begin, end in path:
        bars((begin, end), 0, 1.2, kind if kind == "overhead" else phase)
    for device, pieces in groupby(path, key=lambda row: row[0]):
        begin, *_, end = [time for row in pieces for time in row[-2:]]
        if end - begin > 0.08 * path[-1][-1]:  # room for the text
            axes.text((begin + end) / 2, -0.1, f"d{device}", size=SMALL, ha="center", va="bottom")
    axes.set_yticks(list(labels), labels.values(), size=SMALL)
    axes.set(xlim=(0, path[-1][-1]), ylim=(y + 0.2, -1.1))


def draw_maps(options: Options, kind: str, column: str, label: str) -> Figures:
    pairs, nodes = defaultdict(lambda: array("d")), {}
    for row in rows(options.input / "waits.csv", TABLES["waits.csv"], COMPARE):
        nodes[row[2]], nodes[row[3]] = row[4:6]
        pairs[row[0], row[1]].extend((row[2], row[3], row[6 if column == "bytes" else 7]))
    size = max(nodes, default=0) + 1
    borders = [device - 0.5 for device in range(1, size) if nodes.get(device) != nodes.get(device - 1)]
    for one in options.chosen:
        phases = [p for p in ("dispatch", "combine") if (one["pattern"], p) in pairs and options.phase in (None, p)]
        if not phases:
            continue
        panels = Figure((COLUMN, 3)).subplots(1, len(phases), squeeze=False)[0]
        for axes, phase in zip(panels, phases):
            source, destination, value = numpy.reshape(pairs[one["pattern"], phase], (-1, 3)).T
            grid = numpy.full((size, size), numpy.nan)
            grid[source.astype(int), destination.astype(int)] = value
            image = axes.imshow(grid, cmap="viridis", interpolation="nearest", vmin=0)
            axes.hlines(borders, -0.5, size - 0.5, color="#999999", lw=0.4)
            axes.vlines(borders, -0.5, size - 0.5, color="#999999", lw=0.4)
            axes.set(xlabel="destination device", title=phase if "dispatch" in one["times"] else "exchange")
            bar = axes.figure.colorbar(image, ax=axes, orientation="horizontal", ticks=MaxNLocator(3))
            fit_scale(bar.ax.xaxis, (0, value.max()), column, label)
        panels[0].set_ylabel("source device")
        finish(axes.figure, 2.4 if len(phases) == 2 else 3.7, options.title, words(one["pattern"]), [])
        yield f"{kind}_{one['pattern']}", axes.figure


def read_sweep(options: Options) -> tuple[list[dict[str, str]], list[str], int]:
    """The rows with a value of y; x and the columns of the panels (not what x determines); how many points failed."""
    with options.input.open(newline="", encoding="utf-8", errors="replace") as file:
        header = next(csv.reader(file), [])
    pointers = [name for name in header if name.startswith("/")]
    options.y = options.y or "layer_seconds"
    if options.y not in header:
        raise PlotError(f"--y: {options.input} has no column {options.y}; there are {', '.join(header)}")
    columns = dict.fromkeys(("point", "pattern", "status", *pointers, options.y), str)
    table = [dict(zip(columns, row)) for row in rows(options.input, columns, EXPORT)]
    done = [row for row in table if row["status"] == "done" and is_number(row[options.y])]
    values = {name: {row[name] for row in done} for name in pointers}
    numeric = [name for name in pointers if len(values[name]) > 1 and all(map(is_number, values[name]))]
    x = options.x or (numeric or [None])[0]
    if x not in numeric:
        raise PlotError(f"--x: no several numbers in {x}, {options.y}; choose among {', '.join(numeric) or 'none'}")
    others = [p for p in pointers if p != x and len({(row[x], row[p]) for row in done}) > len(values[x])]
    return done, [x, *others], len({row["point"] for row in table if row["status"] == "failed"})


def draw_sweep(options: Options) -> Figures:
    done, (x, *others), failed = read_sweep(options)
    panels: dict[tuple[str, ...], Any] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in done:
        panels[tuple(row[name] for name in others)][row["pattern"]][float(row[x])].append(float(row[options.y]))
    if len(panels) > MOST_PANELS:
        raise PlotError(f"--x: over {MOST_PANELS} panels, one for each {', '.join(others)}; choose another --x")
    columns = {1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 3, 9: 3}.get(len(panels), 4)
    count, names = -(-len(panels) // columns), list(dict.fromkeys(row["pattern"] for row in done))
    figure = Figure((PAGE if columns > 2 else COLUMN, 3))
    axes, handles = None, {}
    for i, (values, lines) in enumerate(panels.items()):
        axes = figure.add_subplot(count, columns, i + 1, sharex=axes, sharey=axes)
        axes.tick_params(labelbottom=i + columns >= len(panels), labelleft=i % columns == 0)
        title = ", ".join(f"{words(name.split('/')[-1])} {value}" for name, value in zip(others, values))
        axes.set_title(textwrap.fill(clean(title), 25), size=MEDIUM)
        for name, line in lines.items():
            order, at = names.index(name), sorted(line)
            colour, marker = SERIES[order % len(SERIES)]
            low, mean, high = zip(*((min(line[i]), numpy.mean(line[i]), max(line[i])) for i in at))
            axes.fill_between(at, low, high, color=colour, alpha=0.2, lw=0)
            handles[name], = axes.plot(  # thinner from line to line: patterns that are level stay visible
                at, mean, marker + "-", c=colour, label=words(name), lw=max(0.8, 2.2 - order / 2), ms=5.5 - order % 4)
    for axis, name, label in ((axes.xaxis, x, figure.supxlabel), (axes.yaxis, options.y, figure.supylabel)):
        fit_scale(axis, [float(row[name]) for row in done], name, words(name.split("/")[-1]))
        label(axis.get_label_text(), size=LARGE)
        axis.set_label_text("")
    finish(figure, 0.5 + 1.7 * count, options.input.name, f"{failed} failed points left out" if failed else "",
           list(handles.values()))
    yield "sweep", figure


def draw_validation(options: Options) -> Figures:
    try:
        points = [(one["family"] + "", one["counted"], one["published_seconds"] + 0.0, one["simulated_seconds"] + 0.0)
                  for one in options.content]
        errors = [abs(simulated / published - 1) for _, counted, published, simulated in points if counted]
        times = [time for point in points for time in point[2:]]
        ends = numpy.array((min(times) / 1.5, max(times) * 1.5))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        advice = "give its folder instead" if "patterns" in options.content else "run that again"
        raise PlotError(f"{options.input}: no times of {VALIDATE} in it; {advice}") from None
    axes = Figure((COLUMN, 3)).subplots()
    handles = {"": axes.fill_between(ends, ends * 0.9, ends * 1.1, color="#DDDDDD", lw=0, label="within 10 %")}
    axes.plot(ends, ends, color="black", lw=0.6)
    styles = dict(zip(dict.fromkeys(family for family, *_ in points), SERIES * len(points)))
    for family, counted, published, simulated in points:
        style = {"color": styles[family][0], "marker": styles[family][1], "ms": 4, "mew": 0.8, "lw": 0}
        axes.plot(published, simulated, **style, mfc=None if counted else "none")
        handles[family] = Line2D([], [], **style, label=words(family))
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    fit_scale(axes.xaxis, ends, "seconds", "published time")
    fit_scale(axes.yaxis, ends, "seconds", "simulated time")
    title = f"Mean absolute error {100 * numpy.mean(errors or [0]):.1f} % of {len(errors)} counted times"
    finish(axes.figure, 3.1, title, f"{len(points) - len(errors)} more are not counted (hollow)", [*handles.values()])
    yield "validation", axes.figure


KINDS: dict[str, Callable[[Options], Figures]] = {
    "comparison": draw_comparison, "blame": draw_blame, "timeline": draw_timelines,
    "traffic": lambda options: draw_maps(options, "traffic", "bytes", "sent"),
    "waits": lambda options: draw_maps(options, "waits", "waited_seconds", "waited"),
    "sweep": draw_sweep, "validation": draw_validation}


def kinds_of(options: Options) -> list[str]:
    folder = options.input.is_dir()
    path = options.input / "result.json" if folder else options.input
    if folder and not path.exists():
        raise PlotError(f"{options.input}: not a folder of {COMPARE}, without result.json; name one that is")
    kinds = list(KINDS)[:5] if folder else {".csv": ["sweep"], ".json": ["validation"]}.get(path.suffix, [])
    if not kinds and path.stat():  # which refuses what is missing
        raise PlotError(f"{path}: neither a folder of {COMPARE} nor .csv nor .json; name one of these")
    if options.kind not in (None, *kinds):
        raise PlotError(f"--kind: no kind {options.kind} of {options.input}; choose among {', '.join(kinds)}")
    try:
        options.content = json.loads(path.read_bytes()) if path.suffix == ".json" else None
    except (ValueError, RecursionError) as error:
        raise PlotError(f"{path}: broken JSON ({error}); write it again") from None
    if folder:
        load_result(options)
    chosen = [options.kind] if options.kind else kinds
    for name, users in USED_BY.items():
        if getattr(options, name) is not None and not set(users) & set(chosen):
            raise PlotError(f"--{name}: of no use for {', '.join(chosen)}; it is for {', '.join(users)}")
    return chosen


def parse() -> Options:
    def refuse(message: str) -> None:
        raise PlotError(message.removeprefix("argument ") + "; see --help")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.error = refuse
    parser.add_argument("input", metavar="INPUT", type=Path, help="folder of compare, CSV of sweep, JSON of validate")
    parser.add_argument("--kind", help=f"one of {', '.join(KINDS)} (default: all that INPUT has)")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path(), help="default: this folder")
    parser.add_argument("--format", default="pdf,svg,png", help="default: pdf,svg,png")
    for name, kinds in USED_BY.items():
        choices = ("dispatch", "combine") if name == "phase" else None
        parser.add_argument(f"--{name}", choices=choices, help=f"of {', '.join(kinds)}")
    parser.add_argument("--version", metavar="V", required=True, help="of the epsim that asks")
    return parser.parse_args()


def stop(*_: Any) -> None:
    raise KeyboardInterrupt


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        options = parse()
        formats = list(dict.fromkeys(options.format.split(",")))
        if unknown := [name for name in formats if name not in DATES]:
            raise PlotError(f"--format: no format {unknown[0]}; choose among {', '.join(DATES)}")
        kinds = kinds_of(options)
        load_matplotlib()
        figures = [pair for kind in kinds for pair in KINDS[kind](options)]
        if not figures:
            raise PlotError(f"{options.input}: nothing to draw with these options; leave some out")
        files = [(re.sub(r"\W", "_", name) + "." + end, end, figure) for name, figure in figures for end in formats]
        if occupied := [file for file, *_ in files if (options.out / file).is_dir()]:
            raise PlotError(f"{options.out / occupied[0]}: is a folder; name another --out")
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.out, prefix=".plot-") as folder:
            for file, end, figure in files:
                figure.savefig(Path(folder, file), metadata=DATES[end])
            for file, *_ in files:  # only once all are complete
                Path(folder, file).replace(options.out / file)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads the names may stop
        print(*(options.out / file for file, *_ in files), sep="\n", flush=True)
        return 0
    except PlotError as error:
        text, code = str(error), 2
    except OSError as error:
        advice = "name, permissions and free space" if not isinstance(error, FileNotFoundError) else "name"
        text, code = f"{error.filename or '--out'}: {error.strerror}; check its {advice}", 2
    except KeyboardInterrupt:
        text, code = "interrupted", 130
    print(f"epsim: error: {clean(text)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
