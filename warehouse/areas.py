"""Neighbourhoods by the municipality's own list: one name and code per area, however a source writes it.

What looks like an address is never kept as an area.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from warehouse.errors import ConfigurationError

_NAMES = ("naam", "name")
_OTHER_NAMES = ("ook bekend als", "andere namen", "also known as")
_POSTCODE = r"(?i)\b\d{4} ?[a-z]{2}\b"
_HOUSE_NUMBER = r"(?i)\p{L}\s+\d+(?:\s*-\s*\d+)?\s*[a-z]{0,3}\s*(?:,|$)"
_NUMBERED_AREA = r"(?i)^\s*(?:wijk|buurt|kern|gebied|zone|sector|district|blok)\b"
_ENDS = "|"


@dataclass(frozen=True)
class Areas:
    """table: `known_as` (as compared), `name`, `code` (null when the list has none); no `known_as` twice."""

    table: pl.DataFrame


def no_areas() -> Areas:
    """The list of a municipality that has none."""
    return Areas(pl.DataFrame(schema=dict.fromkeys(("known_as", "name", "code"), pl.String())))


def read_areas(path: Path) -> Areas:
    """The list in a CSV with the columns naam and, if known, code and "ook bekend als" (divided by |).

    Raises ConfigurationError when it is not there, or when a name stands for two areas.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        table = pl.read_csv(io.StringIO(text), separator=delimiter, infer_schema=False)
        table = table.rename({name: name.strip().casefold() for name in table.columns})
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"Gebiedenlijst {path} bestaat niet; controleer 'areas' in de instellingen."
        ) from error
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise ConfigurationError(
            f"Gebiedenlijst {path} is niet te lezen; bewaar hem als CSV in UTF-8 met een kolom naam."
        ) from error
    name = next((name for name in _NAMES if name in table.columns), None)
    if name is None:
        raise ConfigurationError(
            f"Gebiedenlijst {path} heeft geen kolom naam; geef de eerste kolom die naam."
        )
    others = next((name for name in _OTHER_NAMES if name in table.columns), None)
    listed = table.select(
        name=pl.col(name).str.strip_chars(),
        code=pl.col("code").str.strip_chars() if "code" in table.columns else pl.lit(None, dtype=pl.String()),
        others=pl.col(others) if others else pl.lit(None, dtype=pl.String()),
    ).filter(pl.col("name").str.len_chars() > 0)
    written = pl.concat_list(
        pl.concat_list("name", "code"), pl.col("others").fill_null("").str.split(_ENDS)
    )  # fmt: skip
    known = listed.select("name", "code", known_as=written).explode("known_as")
    known = known.with_columns(_as_compared("known_as")).filter(pl.col("known_as") != "").unique()
    twice = known.filter(pl.col("known_as").is_duplicated())["known_as"].sort().to_list()
    if twice:
        raise ConfigurationError(
            f"Gebiedenlijst {path}: '{twice[0]}' staat voor twee gebieden; maak de namen verschillend."
        )
    return Areas(known.select("known_as", "name", "code"))


def with_areas(drafts: pl.DataFrame, areas: Areas) -> pl.DataFrame:
    """`drafts` with area_name and area_code as the list has them; a code says more than a name.

    With a list, what it does not know is nothing; without one, what a source says stays, but no address.
    """
    if areas.table.is_empty():
        postcode = pl.col("area_code").str.contains(_POSTCODE)
        return drafts.with_columns(
            area_name=pl.when(~_is_address(pl.col("area_name"))).then("area_name"),
            area_code=pl.when(~postcode).then("area_code"),
        )
    by_code = areas.table.select(code_known="known_as", name_of_code="name", code_of_code="code")
    by_name = areas.table.select(name_known="known_as", name_of_name="name", code_of_name="code")
    looked_up = (
        drafts.with_columns(
            _as_compared("area_code").alias("code_known"), _as_compared("area_name").alias("name_known")
        )
        .join(by_code, on="code_known", how="left", maintain_order="left")
        .join(by_name, on="name_known", how="left", maintain_order="left")
    )
    known = pl.col("name_of_code").is_not_null()
    return looked_up.with_columns(
        area_name=pl.coalesce("name_of_code", "name_of_name"),
        area_code=pl.when(known).then("code_of_code").otherwise("code_of_name"),
    ).select(drafts.columns)


def _as_compared(name: str) -> pl.Expr:
    """A name without case, accents and extra spaces."""
    cell = pl.col(name).str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return cell.str.replace_all(r"[\s\-_]+", " ").str.strip_chars()


def _is_address(name: pl.Expr) -> pl.Expr:
    numbered = name.str.contains(_HOUSE_NUMBER) & ~name.str.contains(_NUMBERED_AREA)
    return name.str.contains(_POSTCODE) | numbered
