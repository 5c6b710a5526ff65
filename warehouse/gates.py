"""The gates: frames are judged before they are stored or shown, by Great Expectations.

The only module that imports it, and only when something is judged: that takes seconds. Nothing is
written to disk and nothing leaves the machine; what a resident wrote stays out of every result.
The rules themselves are in `gate_rules.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

import polars as pl

from warehouse.errors import GateStop, WeerklankError
from warehouse.gate_rules import (
    FIGURE_RULES,
    SHARES,
    WINDOW_RULES,
    Expectation,
    Rule,
    message_rules,
)
from warehouse.sources.messages import COUNT_FIELDS

BROKEN_ROW = {"row": pl.Int64(), "role": pl.String(), "rule": pl.String(), "field": pl.String()}
MUNICIPAL_POSTS = ("post", "share")
NAMED_AT_MOST = 5
_SIDES = {"resident": "inwoners", "municipality": "de gemeente"}
_POSITION = "position"
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [_POSITION],
    # Without this the values themselves, words of residents, would be in the result.
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}


@dataclass(frozen=True)
class RuleResult:
    """What became of one rule.

    judged: rows it looked at. broken: how many of them broke it; None for a rule about a table as a whole.
    names: the sources, themes or sides at fault; never text of residents.
    """

    gate: str
    rule: Rule
    passed: bool
    judged: int
    broken: int | None
    names: str

    @property
    def observed(self) -> str:
        """A count, as "3 van 200" or, for a table as a whole, its number of rows."""
        of = whole(self.judged)
        return of if self.broken is None else f"{whole(self.broken)} van {of}"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do (Dutch); empty when the rule is passed."""
        return "" if self.passed else self.rule.sentence.format(observed=self.observed, names=self.names)


@dataclass(frozen=True)
class GateResult:
    """What a gate found.

    results: one per rule, in the order of the rules. broken_rows: BROKEN_ROW, every row to quarantine once,
    with the first rule that it breaks and the field that breaks it; in the order of the export.
    """

    results: tuple[RuleResult, ...]
    broken_rows: pl.DataFrame

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of the `warn` rules that were broken (Dutch)."""
        return tuple(r.sentence for r in self.results if r.rule.strength == "warn" and not r.passed)

    def raise_if_stopped(self) -> None:
        """Raise GateStop, with the first `stop` rule that was broken, if any was."""
        for result in self.results:
            if result.rule.strength == "stop" and not result.passed:
                raise GateStop(
                    f"{result.sentence.removesuffix('.')}; "
                    "het rapport en de database van gisteren blijven staan."
                )


@dataclass(frozen=True)
class _Finding:
    """What was found for one expectation: is it met, and if not, at which positions in the frame."""

    passed: bool
    field: str
    broken: list[int]


def check_messages(drafts: pl.DataFrame, now: datetime) -> GateResult:
    """The messages of one export, before they are stored.

    Takes DRAFT_SCHEMA (`warehouse/sources/emit.py`), created_at in UTC without a zone mark, and `now`
    (UTC when it has no zone mark). All rules are of strength `row`.
    """
    moment = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
    # Times with a zone mark are compared all at once, without one by one. Great Expectations skips
    # what is absent; an absent platform or author kind is as wrong as an unknown one.
    messages = drafts.select(
        pl.col("created_at").dt.replace_time_zone("UTC"),
        pl.col("platform", "author_kind").fill_null(""),
        "native_id",
        "text",
        *COUNT_FIELDS,
    )
    return _judged("berichten", message_rules(moment), {"messages": messages}, drafts.select("row", "role"))


def together(parts: Sequence[GateResult]) -> GateResult:
    """What one gate found in all parts of an export; its rules are about rows, so their counts add up."""
    columns = zip(*(part.results for part in parts), strict=True)
    results = tuple(
        RuleResult(
            same[0].gate, same[0].rule, all(r.passed for r in same), sum(r.judged for r in same),
            sum(r.broken or 0 for r in same), "",
        )
        for same in columns
    )  # fmt: skip
    return GateResult(results, pl.concat([part.broken_rows for part in parts]))


def check_window(messages: pl.DataFrame, sources: Sequence[str]) -> GateResult:
    """All messages of the report window; takes MESSAGE columns and the names of the configured sources.

    Stops without messages of residents or posts of the municipality; warns about sources that are silent
    or late, about copies and about messages of which nobody knows who speaks.
    """
    author, kind = pl.col("author_kind"), pl.col("kind")
    frames = {
        "messages": messages.select("dup_of", author.fill_null("unknown")),
        "residents": messages.select("author_kind").filter(author == "resident"),
        "municipal_posts": messages.select("author_kind", "kind").filter(
            author == "municipality", kind.is_in(MUNICIPAL_POSTS)
        ),
        "sources": _source_figures(messages, sources),
    }
    return _judged("venster", WINDOW_RULES, frames)


def check_figures(gap: pl.DataFrame, agenda: pl.DataFrame) -> GateResult:
    """The figures of one run before they are shown; takes GAP and AGENDA columns.

    Stops when they cannot be right. Of the agenda only the row of the whole window is judged: a month
    may be thin.
    """
    # Not-a-number is absent to pandas and would pass every rule; infinity breaks them.
    shares = gap.with_columns(pl.col(SHARES).fill_nan(float("inf")))
    frames = {
        "themes": shares.with_columns(
            # Equal figures may differ in the last digits.
            pl.col(SHARES).round(9),
            pl.col("verdict").fill_null(""),
            name=pl.col("theme_id"),
        ),
        "sides": _share_sums(shares),
        "unassigned": _unassigned_shares(agenda),
    }
    return _judged("cijfers", FIGURE_RULES, frames)


def _source_figures(messages: pl.DataFrame, sources: Sequence[str]) -> pl.DataFrame:
    """Per configured source its messages and how many days its newest is older than the newest of all."""
    newest = pl.col("created_at").max()
    found = messages.group_by(name="source_id").agg(messages=pl.len(), newest=newest)
    behind = pl.lit(messages["created_at"].max(), dtype=pl.Datetime("us")) - pl.col("newest")
    configured = pl.DataFrame({"name": list(dict.fromkeys(sources))}, schema={"name": pl.String})
    return configured.join(found, on="name", how="left", maintain_order="left").select(
        "name",
        messages=pl.col("messages").fill_null(0).cast(pl.Int64),
        days_behind=behind.dt.total_seconds() / 86_400,
    )


def _share_sums(gap: pl.DataFrame) -> pl.DataFrame:
    """The sum of the shares of each side that has any; a silent side has no agenda to add up."""
    shares = {name: gap[f"{side}_share"] for side, name in _SIDES.items()}
    sums = {name: share.sum() for name, share in shares.items() if (share.fill_null(0) != 0).any()}
    return pl.DataFrame(
        {"name": list(sums), "share_sum": list(sums.values())},
        schema={"name": pl.String, "share_sum": pl.Float64},
    )


def _unassigned_shares(agenda: pl.DataFrame) -> pl.DataFrame:
    """Per side the share of its messages in the whole window that have no theme."""
    window = agenda.filter(pl.col("window") == "report")
    sides = [
        window.select(name=pl.lit(name), share=pl.col(f"unassigned_{side}_share").fill_nan(float("inf")))
        for side, name in _SIDES.items()
    ]
    return pl.concat(sides)


def _judged(
    gate: str, rules: Sequence[Rule], frames: Mapping[str, pl.DataFrame], ids: pl.DataFrame | None = None
) -> GateResult:
    """Every rule over the frame that it is about; `ids` (row, role) tells which rows a `row` rule breaks."""
    findings: dict[str, list[_Finding]] = {rule.name: [] for rule in rules}
    for about, frame in frames.items():
        for rule, found in _findings(gate, [rule for rule in rules if rule.about == about], frame):
            findings[rule.name].append(found)
    results = tuple(_rule_result(gate, rule, findings[rule.name], frames[rule.about]) for rule in rules)
    if ids is None:
        return GateResult(results, pl.DataFrame(schema=BROKEN_ROW))
    broken = pl.concat(
        pl.DataFrame({"position": found.broken}, schema={"position": pl.UInt32}).with_columns(
            rule=pl.lit(rule.name), field=pl.lit(found.field)
        )
        for rule in rules
        for found in findings[rule.name]
    ).unique("position", keep="first", maintain_order=True)
    rows = ids.with_row_index("position").join(broken, on="position", maintain_order="left")
    return GateResult(results, rows.select(*BROKEN_ROW))


def _rule_result(gate: str, rule: Rule, findings: Sequence[_Finding], frame: pl.DataFrame) -> RuleResult:
    broken = sorted(set(chain.from_iterable(found.broken for found in findings)))
    passed = all(found.passed for found in findings)
    by_row = any(found.field for found in findings)
    names = _listed(frame["name"][broken].unique(maintain_order=True)) if "name" in frame.columns else ""
    return RuleResult(gate, rule, passed, frame.height, len(broken) if by_row else None, names)


def _findings(gate: str, rules: Iterable[Rule], frame: pl.DataFrame) -> Iterator[tuple[Rule, _Finding]]:
    """What Great Expectations finds for each expectation of the rules, in order."""
    expected = [(rule, expectation) for rule in rules for expectation in rule.expects]
    results = _validated([expectation for _, expectation in expected], frame)
    for (rule, expectation), (passed, found) in zip(expected, results, strict=True):
        if not found:
            # Its own account of the error may hold values, so it is not passed on.
            raise WeerklankError(
                f"Keuring {gate}: regel {rule.name} kon niet worden beoordeeld; "
                "dit is een fout in het programma, meld hem aan de beheerder."
            )
        broken = [position for part in found.get("unexpected_index_list", []) for position in part[_POSITION]]
        yield rule, _Finding(passed, expectation.field, broken)


def _validated(
    expectations: Sequence[Expectation], frame: pl.DataFrame
) -> list[tuple[bool, dict[str, list[dict[str, list[int]]]]]]:
    """Per expectation, in order, whether it is met and the details; no details when it cannot be judged."""
    import great_expectations as gx
    from great_expectations.data_context.types import base
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    settings = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=base.ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=settings, cloud_mode=False)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    table = frame.to_pandas().rename_axis(_POSITION)
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": table})
    # The results come in an order of their own; `place` finds them back.
    suite = gx.ExpectationSuite(
        name="rules",
        expectations=[
            ExpectationConfiguration(type=e.type, kwargs=dict(e.takes), meta={"place": place})
            for place, e in enumerate(expectations)
        ],
    )
    results = batch.validate(suite, result_format=_RESULT_FORMAT).results
    in_order = sorted(results, key=lambda result: result.expectation_config.meta["place"])
    return [(bool(result.success), result.result) for result in in_order]


def _listed(names: pl.Series) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names.fill_null("(leeg)").head(NAMED_AT_MOST))
    more = len(names) - NAMED_AT_MOST
    return f"{shown} en nog {whole(more)}" if more > 0 else shown


def whole(number: int) -> str:
    """12345 as 12.345."""
    return f"{number:,}".replace(",", ".")
