import hmac
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.pseudonymise import Pseudonymiser, PseudonymiseRules, author_keys, pseudonymiser

KEEP = frozenset({"Gemeente Waterrijk", "@wtrijk", "Van Dalen", "Nora Achterberg"})
AUTHORS = frozenset(
    {
        "Wil Zandstra",
        "Oleksandr Kovalenko",
        "polderkoe_7",
        "Boze Burger",
        "Nora Achterberg",
        "Dorpsraad Klein Rijn",
        "De Kade",
        "Polderkoe",
    }
)


@pytest.fixture(scope="module")
def pseudonymise(tmp_path_factory: pytest.TempPathFactory) -> Pseudonymiser:
    return pseudonymiser(PseudonymiseRules(tmp_path_factory.mktemp("deduce"), KEEP))


def without(pseudonymise: Pseudonymiser, text: str) -> str:
    return str(pseudonymise.texts(pl.Series([text]), AUTHORS)[0])


PHONES = [
    ("Bel 0612345678 na vijven", "Bel [telefoon] na vijven"),
    ("Bel 06-12345678.", "Bel [telefoon]."),
    ("06 - 12 34 56 78 is mijn nummer", "[telefoon] is mijn nummer"),
    ("06.12.34.56.78", "[telefoon]"),
    ("(06) 123 456 78", "[telefoon]"),
    ("o6-12345678", "[telefoon]"),
    ("0031612345678", "[telefoon]"),
    ("+31 (0)6 1234 5678 appen mag", "[telefoon] appen mag"),
    ("31612345678", "[telefoon]"),
    ("thuis: 0412-345678", "thuis: [telefoon]"),
    ("(020) 123 45 67", "[telefoon]"),
    ("+32 470 12 34 56", "[telefoon]"),
    ("0049 170 1234567", "[telefoon]"),
    ("op 01-02-2026 0612345678 gebeld", "op 01-02-2026 [telefoon] gebeld"),
    ("tel. 345678", "tel. [telefoon]"),
    ("06 12345678/0612345679", "[telefoon]/[telefoon]"),
    ("06-1234567, een cijfer te weinig", "[telefoon], een cijfer te weinig"),
]
DIGITAL = [
    ("Mail naar k.mol+post@brief.example.", "Mail naar [e-mail]."),
    ("kmol (at) brief punt nl", "[e-mail]"),
    ("kmol[at]brief.nl graag", "[e-mail] graag"),
    ("kmol @ brief.nl", "[e-mail]"),
    ("kmol apenstaartje brief punt nl", "[e-mail]"),
    ("zie https://www.facebook.com/karin.mol.5, daar staat het", "zie [link], daar staat het"),
    ("linkedin.com/in/karin-mol/", "[link]"),
    ("https://www.tiktok.com/@karinmol", "[link]"),
    ("https://forum.example/profiel/karinmol", "[link]"),
    ("@karin_mol kom je ook?", "[account] kom je ook?"),
    ("ik en @karinmol, @piet.", "ik en [account], [account]."),
    ("@Karin Mol kijk hier", "[account] kijk hier"),
    ("volgens polderkoe_7 niet", "volgens [account] niet"),
]
NUMBERS = [
    ("Rekening NL91 ABNA 0417 1643 00 op naam", "Rekening [rekeningnummer] op naam"),
    ("nl91abna0417164300", "[rekeningnummer]"),
    ("NL91 ABNA 0417 1643 01 (tikfout)", "[rekeningnummer] (tikfout)"),
    ("BE68 5390 0754 7034", "[rekeningnummer]"),
    ("DE89370400440532013000, graag", "[rekeningnummer], graag"),
    ("mijn bsn is 111222333", "mijn bsn is [bsn]"),
    ("BSN: 1234.56.789", "BSN: [bsn]"),
    ("nummer 123456782 staat erop", "nummer [bsn] staat erop"),
    ("kenteken GB-123-N", "kenteken [kenteken]"),
    ("een busje, 12-ABC-3, rijdt", "een busje, [kenteken], rijdt"),
    ("AB-12-CD en 12-34-AB", "[kenteken] en [kenteken]"),
    ("kenteken gb 123 n", "kenteken [kenteken]"),
    ("GHJ12K stond er weer", "[kenteken] stond er weer"),
]
ADDRESSES = [
    ("Ik woon op Hagenlaan 14.", "Ik woon op Hagenlaan [huisnummer]."),
    ("Dorpsstraat 12a staat leeg", "Dorpsstraat [huisnummer] staat leeg"),
    ("Zandpad 3-II", "Zandpad [huisnummer]"),
    ("hagenlaan 14 b", "hagenlaan [huisnummer]"),
    ("Hagenlaan nr. 14 en 16", "Hagenlaan nr. [huisnummer] en [huisnummer]"),
    ("Hagenlaan 14 t/m 20", "Hagenlaan [huisnummer] t/m [huisnummer]"),
    ("bij ons op de Brink 7 stinkt het", "bij ons op de Brink [huisnummer] stinkt het"),
    ("Achter de Kerk 4, dus", "Achter de Kerk [huisnummer], dus"),
    ("het huis op nummer 12", "het huis op nummer [huisnummer]"),
    ("1234 AB", "[postcode]"),
    ("1234AB 12", "[postcode] [huisnummer]"),
    ("4321 xb klopt niet, 4321XB wel", "4321 xb klopt niet, [postcode] wel"),
]
NAMES = [
    ("Groet, Gezina Plomp", "Groet, [naam]"),
    ("Jan de Wit belde", "[naam] belde"),
    ("Piet Mooi is boos", "[naam] is boos"),
    ("het huis van Anneke Bos", "het huis van [naam]"),
    ("Jan Bakker heeft gebeld", "[naam] heeft gebeld"),
    ("vraag het K. Brouwer maar", "vraag het [naam] maar"),
    ("J.P. de Vries", "[naam]"),
    ("Th. van der Meer-Bakker", "[naam]"),
    ("Karin Jansen-de Boer", "[naam]"),
    ("Henk v.d. Berg", "[naam]"),
    ("Fatima El Idrissi en Samir Haddad", "[naam] en [naam]"),
    ("Piotr Kowalczyk", "[naam]"),
    ("mijn naam is Taras Shevchuk", "mijn naam is [naam]"),
    ("mevrouw De Boer belt", "[naam] belt"),
    ("dhr. Jansen en fam. Bakker", "[naam] en [naam]"),
    ("Geachte heer Mulder,", "Geachte [naam],"),
    ("bij de familie Van den Hul", "bij [naam]"),
    ("mw de vries belt", "[naam] belt"),
    ("prof. dr. K. Zonneveld", "[naam]"),
    ("dat zei wil zandstra ook", "dat zei [naam] ook"),
    ("Oleksandr Kovalenko schrijft", "[naam] schrijft"),
    ("Boze Burger weer", "[naam] weer"),
    ("Jan van Dalen", "[naam]"),
    ("raadslid Kees Mulder", "raadslid [naam]"),
    ("ging op school. Jan Bos", "ging op school. [naam]"),
    ("mevrouw De Wit-Jansen, nummer 31", "[naam], nummer [huisnummer]"),
    ("Ad Kuiper, Cor Mol en Karin Post", "[naam], [naam] en [naam]"),
]
ORDINARY = [
    "Mooi park geworden aan de Singel",
    "Bakker op de hoek, Bos en Lommer, De Wit en Bos: alles dicht",
    "Roos en tulp staan in bloei, Bas speelt gitaar",
    "Lieve buren, zaterdag is er Open Dijkdag in Elst",
    "Hoi Els, goed idee van Jan en Piet!",
    "wethouder Van Dalen en wethouder Ans van Dalen",
    "Nora Achterberg leest voor",
    "burgemeester Kuipers sprak",
    "Albert Heijn, de Anne Frankschool en het Johan Cruijff Court",
    "Sint Jan, Koning Willem-Alexander en de Pastoor van Gerwenstraat",
    "Heer Alardstraat, Dr. Schaepmanstraat en Jan Steenlaan",
    "N.B. Mooi werk. P.S. De bus kwam niet. B. en W. vergadert",
    "plan B. Mooi gedaan",
    "boze burger? Nee hoor",
    "Dorpsraad Klein Rijn vergadert in De Kade",
    "een polderkoe in de wei",
    "mevrouw belt over haar container, meneer wil terugbellen",
    "Dhr. uit Elst klaagt over vrachtverkeer",
    "De N325 en de A50, lijn 12, Halte 4, artikel 5, paal 0412",
    "Dorpsstraat 30 km/u, Dorpsstraat 20.00 uur, Dorpsstraat 3 mei",
    "in de Dorpsstraat 12 auto's, voor de 2e keer, plan Hagenlaan 2027",
    "Het college wil in Zandhorst 24 verplaatsbare woningen",
    "Plein 1944, fietspad 3, groep 8, week 43",
    "open 09.00 - 17.00 en 18.30-20.00 uur, zie 01-02-2026 10:16",
    "bel 14 0412, 0800-1234, 0900 1234 of 088-1234567",
    "IN 2027 IS HET 1500 KM VERDER",
    "zaaknummer 123456782 en kenmerk 987654321",
    "100 000 000 euro, 1.250.000 inwoners, 4,5 %",
    "BE68 5390 0754 7035",
    "@wtrijk @GemeenteWaterrijk en @Gemeente Waterrijk, afspraak @ 10 uur",
    "https://www.waterrijk.example/nieuws/2026 en facebook.com/groups/dorp",
    "instagram.com/gemeentewaterrijk",
]


@pytest.mark.parametrize(("text", "expected"), PHONES + DIGITAL + NUMBERS + ADDRESSES + NAMES)
def test_personal_data_makes_way_for_a_word(pseudonymise: Pseudonymiser, text: str, expected: str) -> None:
    assert without(pseudonymise, text) == expected


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_stay(pseudonymise: Pseudonymiser, text: str) -> None:
    assert without(pseudonymise, text) == text


PIECES = [text for text, _ in PHONES + DIGITAL + NUMBERS + ADDRESSES + NAMES] + [
    *(
        "[naam]",
        "[huisnummer]",
        "@",
        "van de",
        "en",
        ", ",
        "\n",
        "06",
        "Jan",
        "De Wit",
        "nummer",
        "😀",
        "mevrouw",
    ),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=6), st.sampled_from(["", " "]))
def test_its_own_output_stays(pseudonymise: Pseudonymiser, pieces: list[str], between: str) -> None:
    once = without(pseudonymise, between.join(pieces))
    assert without(pseudonymise, once) == once


def test_nulls_repeats_and_order_stay(pseudonymise: Pseudonymiser) -> None:
    texts = pl.Series("text", [None, "Jan de Wit", "dag", "Jan de Wit", None])
    assert pseudonymise.texts(texts, frozenset()).to_list() == [None, "[naam]", "dag", "[naam]", None]
    assert pseudonymise.texts(texts, frozenset()).name == "text"


@pytest.mark.parametrize("values", [[], [None, None]])
def test_without_texts_there_is_nothing_to_do(pseudonymise: Pseudonymiser, values: list[str | None]) -> None:
    texts = pl.Series(values, dtype=pl.String)
    assert pseudonymise.texts(texts, AUTHORS).equals(texts, null_equal=True)


def test_a_filled_cache_gives_the_same(pseudonymise: Pseudonymiser, tmp_path: Path) -> None:
    rules = PseudonymiseRules(tmp_path / "new" / "folder", KEEP)
    texts = pl.Series([text for text, _ in NAMES])
    first, second = (pseudonymiser(rules).texts(texts, AUTHORS).to_list() for _ in range(2))
    assert first == second == pseudonymise.texts(texts, AUTHORS).to_list()
    assert [path.name[:7] for path in rules.cache.iterdir()] == ["deduce-"]


def test_log_lines_of_others_go_where_they_went(tmp_path: Path) -> None:
    code = (
        "import logging, pathlib; from warehouse.pseudonymise import *;"
        f"pseudonymiser(PseudonymiseRules(pathlib.Path({str(tmp_path)!r}), frozenset()));"
        "logging.getLogger('elders').info('regel'); print(logging.getLogger().handlers)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (shown.stdout, shown.stderr) == ("[]\n", "")


def test_an_author_key_tells_authors_and_platforms_apart() -> None:
    authors = pl.Series("author", ["Jan  Bos", "jan bos ", "Jan Bos", "Piet Bos", None])
    platforms = pl.Series(["x", "x", "facebook", "x", "x"])
    keys = author_keys(authors, platforms, b"geheim").to_list()
    assert keys[0] == keys[1]
    assert len({*keys}) == 4
    assert keys[4] is None
    assert keys[0] == hmac.new(b"geheim", b"x\0jan bos", "sha256").hexdigest()[:32]
    assert keys[0] != author_keys(authors, platforms, b"ander geheim")[0]


def test_an_author_key_needs_a_platform() -> None:
    with pytest.raises(ValueError, match="platform"):
        author_keys(pl.Series(["Jan"]), pl.Series([None], dtype=pl.String), b"geheim")
