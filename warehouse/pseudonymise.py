"""Personal data out of texts before anything is stored, and authors to keys that nobody can turn back.

What stood there is told by a Dutch word in square brackets, so that the text stays readable.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from warehouse.full_names import without_full_names
from warehouse.house_numbers import without_house_numbers
from warehouse.known_names import known_names, without_known_handles, without_known_names
from warehouse.names import NameMarks, street_names
from warehouse.personal_patterns import (
    account_form,
    without_accounts,
    without_bank_accounts,
    without_citizen_numbers,
    without_e_mail_addresses,
    without_number_plates,
    without_phone_numbers,
    without_postcodes,
    without_profile_links,
)

_KEY_CHARACTERS = 32


@dataclass(frozen=True)
class PseudonymiseRules:
    """`cache`: folder for deduce's look-up structures; `keep`: owned accounts and names of office holders."""

    cache: Path
    keep: frozenset[str]


class Pseudonymiser:
    """Takes personal data out of texts; deterministic, and nothing changes when it runs on its own output."""

    def __init__(self, rules: PseudonymiseRules) -> None:
        self._marks = NameMarks(rules.cache)
        self._streets = street_names()
        self._keep = frozenset(" ".join(name.split()).casefold() for name in rules.keep)
        self._own = frozenset(map(account_form, rules.keep))

    def texts(self, texts: pl.Series, known_names: frozenset[str]) -> pl.Series:
        """The String series `texts` without personal data; nulls stay null, the name of the series stays.

        Takes `known_names`, the names of the authors in tonight's exports: full names of two words or more
        and handles are replaced wherever a text mentions them.
        """
        steps = self._steps(known_names)
        distinct = texts.drop_nulls().unique(maintain_order=True)
        pseudonymised = [_settled(text, steps) for text in distinct.to_list()]
        replaced = pl.Series(pseudonymised, dtype=pl.String)
        return texts.replace_strict(distinct, replaced, default=None, return_dtype=pl.String)

    def addresses(self, urls: pl.Series) -> pl.Series:
        """The String series `urls`, null where one leads to the page of a person."""
        distinct = urls.drop_nulls().unique(maintain_order=True)
        kept = [url if without_profile_links(url, self._own) == url else None for url in distinct]
        return urls.replace_strict(
            distinct, pl.Series(kept, dtype=pl.String), default=None, return_dtype=pl.String
        )

    def _steps(self, names: frozenset[str]) -> "tuple[Step, ...]":
        known = known_names(names, self._keep, self._marks.is_first_name)
        # Links and addresses first, as they may hold names and numbers; names before accounts (@Jan Jansen).
        return (
            partial(without_profile_links, own=self._own),
            without_e_mail_addresses,
            without_bank_accounts,
            without_phone_numbers,
            without_citizen_numbers,
            without_number_plates,
            without_postcodes,
            partial(without_house_numbers, streets=self._streets),
            partial(without_known_names, known=known),
            partial(without_full_names, marks=self._marks, keep=self._keep),
            partial(without_accounts, own=self._own),
            partial(without_known_handles, known=known),
        )


Step = Callable[[str], str]


def pseudonymiser(rules: PseudonymiseRules) -> Pseudonymiser:
    """A pseudonymiser by `rules`; the first one with a cache folder takes some seconds to fill it."""
    return Pseudonymiser(rules)


def author_keys(authors: pl.Series, platforms: pl.Series, secret: bytes) -> pl.Series:
    """Keys of authors: 32 hexadecimal characters of HMAC-SHA256 over platform, NUL and author; null stays.

    Takes two String series of equal length, and the secret. An author counts in folded case, with single
    spaces, so that "Jan  Bos" and "jan bos" on one platform are one. Raises ValueError for a null platform.
    """
    if platforms.null_count():
        raise ValueError("an author key needs a platform")
    given = pl.DataFrame({"platform": platforms, "author": authors})
    known = given.unique().drop_nulls()
    keys = [_author_key(platform, author, secret) for platform, author in known.rows()]
    keyed = known.with_columns(key=pl.Series(keys, dtype=pl.String))
    found = given.join(keyed, on=["platform", "author"], how="left", maintain_order="left")
    return found["key"].alias(authors.name)


def _author_key(platform: str, author: str, secret: bytes) -> str:
    message = f"{platform}\0{' '.join(author.split()).casefold()}".encode()
    return hmac.digest(secret, message, "sha256").hex()[:_KEY_CHARACTERS]


def _settled(text: str, steps: tuple[Step, ...]) -> str:
    """`text` after as many rounds as it takes: every round leaves fewer characters outside brackets."""
    before = None
    while text != before:
        before = text
        for step in steps:
            text = step(text)
    return text
