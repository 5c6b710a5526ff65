"""Whether a message asks for an answer.

Rules on the words, no model: a question mark that is not the end of a jeer, or an opening that asks for
something even without the mark.
"""

import re

from nlp.clean import without_urls

_OPENING = re.compile(
    r"(?:^|[.!,;:]\s*|\b(?:hoi|hallo|dag|goedemorgen|vraag(?:je)?)\b[\s,:]*)"
    r"(?:wie|wat|waar(?:om|voor|naar|heen)?|wanneer|hoe(?:veel|lang|laat)?|welke?|weet iemand|kan iemand|"
    r"kunnen jullie|kan(?: de)? gemeente|kunt u|kun je|mag ik|mogen we|is het (?:waar|mogelijk)|klopt het|"
    r"gaat de gemeente|gaan jullie|komt er|komen er|zijn er|is er)\b",
    re.IGNORECASE,
)
_UNMARKED = re.compile(
    r"(?:^|[.!?]\s+)(?:(?:hoe(?: laat| lang)?|waar|wanneer|wat) (?:kan|kun|moet|mag|mogen|vraag|meld) "
    r"(?:ik|wij|we|je)|(?:weet|kan) iemand|kunnen jullie|klopt het|wie (?:weet|kent))\b",
    re.IGNORECASE,
)
_INDIRECT = re.compile(
    r"\b(?:wil(?:len)? (?:graag )?weten|vraag (?:me|mij) af|vraagt (?:zich af|of|wanneer|hoe|wat|waar|naar)|"
    r"vraag of|verzoekt? om|graag (?:een )?(?:reactie|antwoord|terugbel\w*|uitleg|informatie)|ben benieuwd|"
    r"iemand (?:enig )?idee|hoor (?:ik )?graag)\b",
    re.IGNORECASE,
)
_JEER = re.compile(r"\?{2,}|\?!|!\?")


def is_question(text: str) -> bool:
    """True when the writer seems to want an answer; quality is measured by `weerklank evaluate`."""
    said = without_urls(text)
    if _INDIRECT.search(said) or _UNMARKED.search(said):
        return True
    if "?" not in said:
        return False
    return not _JEER.search(said) or bool(_OPENING.search(said))
