"""Structured personal data in a text, found by patterns that are checked where the data allow it.

Every function takes a text and gives it back with a Dutch word in square brackets where the data stood.
What is public stays: service numbers (0800, 0900, 088, 14 0xx), years, times, amounts, addresses of pages.
"""

import re
from urllib.parse import urlsplit

from warehouse.word_lists import word_list

# ISO 13616: number of characters of an IBAN, per country.
_IBAN_LENGTH = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI NL"),
        (19, "MK SI"),
        (20, "AT BA EE LT LU XK"),
        (21, "CH HR LI LV"),
        (22, "BG DE GB GE IE ME RS"),
        (23, "GI"),
        (24, "AD CZ ES MD RO SE SK"),
        (25, "PT"),
        (26, "IS TR"),
        (27, "FR GR IT MC SM"),
        (28, "AL CY HU PL"),
        (29, "UA"),
        (31, "MT"),
    )
    for country in countries.split()
}

_URL = re.compile(r"(?:https?://)?(?:[\w-]{1,63}\.){1,4}[a-z]{2,12}/[^\s<>\"\]]*", re.IGNORECASE)
_PROFILE_HOSTS = re.compile(
    r"(?:^|\.)(?:facebook|fb|instagram|twitter|x|tiktok|threads|snapchat|bsky|pinterest|t|wa)\.(?:com|net|app|me|nl)$"
)
_MAILBOX = re.compile(
    r"@?(?<![\w.+'-])[\w.+'-]{1,64}(?:@|[ ]@[ ])(?:(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}"
    r"|(?:gmail|hotmail|outlook|live|icloud|yahoo|ziggo|kpnmail|planet)\b)"
    r"|\b[\w.+'-]{1,64}\s?(?:[(\[{]\s?(?:at|apenstaartje)\s?[)\]}]|\s(?:at|apenstaartje)\s)\s?"
    r"(?:[\w-]{1,63}(?:\.|\s?[(\[{]\s?(?:dot|punt)\s?[)\]}]\s?|\s(?:dot|punt)\s)){1,3}[a-z]{2,24}\b",
    re.IGNORECASE,
)

_GAP = r"[ \t\u00a0\u200b().\-\u2013/]{0,3}"
_NOT_INSIDE = r"(?<![\w+=])(?<![\w:/]/)(?<!\d[-./])"
_DATE_OR_TIMES = r"(?!\d\d?([-./ ])\d\d?\1(?:19|20)\d\d\b)(?!\d\d[.:]\d\d\s?[-\u2013])"
_SERVICE = rf"(?!\(?0{_GAP}(?:0|8{_GAP}[013689]|9{_GAP}[02-689]))"
_PHONE = re.compile(
    rf"{_NOT_INSIDE}{_DATE_OR_TIMES}(?:"
    rf"(?:\(?\+|00)\s?31{_GAP}(?:\(0\){_GAP})?\d(?:{_GAP}\d){{8}}"
    rf"|{_SERVICE}\(?(?:0|[oO](?=\W?6))(?:{_GAP}\d){{9}}"
    r"|31[ -]?6(?:[ -]?\d){8}"
    r"|\(?0\s?6\)?[ -]{0,3}\d{7,9}"
    rf"|(?:\+|00)[1-9](?:{_GAP}\d){{7,14}}"
    r")(?!\d)"
)
_PHONE_AFTER_WORD = re.compile(
    rf"(\b(?:tel|telefoon|telefoonnummer|tel\.?nr|mobiel|mob)\b[\s.:]{{0,3}})(?!14\s?0){_SERVICE}\d(?:{_GAP}\d){{5,9}}(?!\d)",
    re.IGNORECASE,
)

_IBAN = re.compile(r"\b([a-z]{2})\d{2}(?:[ .-]?[a-z0-9]){11,27}", re.IGNORECASE)
_DUTCH_IBAN = re.compile(r"NL\d{2}[A-Z]{4}\d{10}")

_CITIZEN_NUMBER_NAMED = re.compile(
    r"(\b(?:bsn|burgerservicenummer|sofi-?nummer|sofi)\b[\s\-:.]{0,3}(?:nummer|nr\.?|is)?[\s:]{0,2})"
    r"\d(?:[ .-]?\d){7,8}(?!\d)",
    re.IGNORECASE,
)
_NINE_DIGITS = re.compile(r"(?<![\w+/=#.,-])\d{9}(?![\w/]|[.,-]\d)")
_OTHER_NUMBER = re.compile(
    r"(?:zaak|melding|meldings|kenmerk|dossier|referentie|ref|ticket|factuur|order|kvk|klant)"
    r"(?:nummer|nr)?[\s.:#-]{0,3}(?:is\s)?$",
    re.IGNORECASE,
)

# The side codes of the RDW, 1 to 14, as letters (X) and digits (9).
_SIDE_CODES = (
    *("XX-99-99", "99-99-XX", "99-XX-99", "XX-99-XX", "XX-XX-99", "99-XX-XX", "99-XXX-9"),
    *("9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X", "X-99-XXX", "9-XX-999", "999-XX-9"),
)


def _plate(codes: tuple[str, ...], letter: str, gap: str) -> str:
    parts = {"9": r"\d", "X": letter, "-": gap}
    return "(?:" + "|".join("".join(parts[character] for character in code) for code in codes) + ")"


# Newer plates carry no vowels; without hyphens only those are looked for, in capitals: 1234 AB is a postcode.
_CONSONANT = "[BDFGHJKLMNPRSTVWXYZ]"
_NUMBER_PLATE = re.compile(
    rf"(?<![\w-])(?:{_plate(_SIDE_CODES, '[A-Z]', '-')}"
    rf"|{_plate(_SIDE_CODES, _CONSONANT.lower(), '-')}"
    rf"|{_plate(_SIDE_CODES[3:], _CONSONANT, '')})(?![\w-])"
)
_NUMBER_PLATE_NAMED = re.compile(
    rf"(\b(?:kenteken\w*|nummerplaat|nummerbord)\b[\s:]{{0,3}}(?:is\s|nr\.?\s|nummer\s|van\s)?)"
    rf"{_plate(_SIDE_CODES, '[a-z]', '[ .-]{0,2}')}(?!\w)",
    re.IGNORECASE,
)

_POSTCODE = re.compile(
    r"(?<![\w/=.,-])(?!\d{4} ?S[ADS])[1-9]\d{3}"
    r"(?:(?P<spaced> [A-Z]{2})|[A-Z]{2}|(?!km|kg|mg|ml|kw|wh|gr|mm|cm)[a-z]{2})"
    r"(?![\w-])(?P<number>,? (?:nr\.? |nummer |huisnummer )?\d{1,4}(?:[ -]?[a-zA-Z])?(?![\w.,:]\d|\w))?"
)
_ACCOUNT = re.compile(r"(?<![\w@./+\]-])@(?:\[naam\]|(?=\w*[^\W\d])\w(?:[\w.]{0,40}\w))")
_MOST_WORDS = 5


def account_form(name: str) -> str:
    """A name as an account could spell it: letters and digits only, folded ("Gemeente X" = @gemeente_x)."""
    return "".join(character for character in name.casefold() if character.isalnum())


def without_profile_links(text: str, own: frozenset[str]) -> str:
    """Replace addresses that lead to a person by [link]; those of the accounts in `own` stay."""
    return _URL.sub(lambda match: _link(match[0], own), text)


def _link(address: str, own: frozenset[str]) -> str:
    bare = address.rstrip(".,;:!?)'")
    parts = urlsplit(bare if "://" in bare else f"//{bare}")
    path = [part for part in parts.path.split("/") if part]
    if not _is_personal(parts.netloc.casefold(), path, parts.query) or own & set(map(account_form, path)):
        return address
    return "[link]" + address[len(bare) :]


def _is_personal(host: str, path: list[str], query: str) -> bool:
    if "@" in query or any(part[0] in "~@" for part in path):
        return True
    if any(part.casefold() in word_list("person_follows") for part in path[:-1]):
        return True
    return (
        bool(path)
        and _PROFILE_HOSTS.search(host) is not None
        and path[0].casefold() not in word_list("public_paths")
    )


def without_e_mail_addresses(text: str) -> str:
    """Replace e-mail addresses by [e-mail], also those written with (at) and punt."""
    return _MAILBOX.sub("[e-mail]", text)


def without_bank_accounts(text: str) -> str:
    """Replace IBANs by [rekeningnummer]: with a valid check (ISO 7064 mod 97-10), or of the Dutch shape.

    Nothing else has the Dutch shape, so that a mistyped number is a bank account all the same.
    """
    return _IBAN.sub(_bank_account, text)


def _bank_account(match: re.Match[str]) -> str:
    found = match[0]
    length = _IBAN_LENGTH.get(match[1].upper())
    places = [place for place, character in enumerate(found) if character.isalnum()]
    if length is None or len(places) < length:
        return found
    rest = found[places[length - 1] + 1 :]
    iban = "".join(found[place] for place in places[:length]).upper()
    if rest[:1].isalnum() or not (_DUTCH_IBAN.fullmatch(iban) or _passes_mod_97(iban)):
        return found
    return f"[rekeningnummer]{rest}"


def _passes_mod_97(iban: str) -> bool:
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def without_phone_numbers(text: str) -> str:
    """Replace Dutch and foreign phone numbers by [telefoon]; 0800, 0900, 088 and 14 0xx are public."""
    return _PHONE_AFTER_WORD.sub(r"\1[telefoon]", _PHONE.sub("[telefoon]", text))


def without_citizen_numbers(text: str) -> str:
    """Replace citizen service numbers by [bsn]: named as such, or nine digits that pass the eleven test."""
    return _NINE_DIGITS.sub(_citizen_number, _CITIZEN_NUMBER_NAMED.sub(r"\1[bsn]", text))


def _citizen_number(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 30) : match.start()]
    return match[0] if _OTHER_NUMBER.search(before) or not _passes_eleven_test(match[0]) else "[bsn]"


def _passes_eleven_test(number: str) -> bool:
    *digits, check = map(int, number)
    return (
        any(digits)
        and (sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) - check) % 11
        == 0
    )


def without_number_plates(text: str) -> str:
    """Replace licence plates of the official side codes by [kenteken]."""
    return _NUMBER_PLATE.sub("[kenteken]", _NUMBER_PLATE_NAMED.sub(r"\1[kenteken]", text))


def without_postcodes(text: str) -> str:
    """Replace postcodes of six characters by [postcode], and a house number behind one by [huisnummer]."""
    return _POSTCODE.sub(_postcode, text)


def _postcode(match: re.Match[str]) -> str:
    spaced = match["spaced"]
    # A year before a word in capitals ("IN 2026 IS HET") looks like a postcode too.
    if (
        spaced
        and spaced.strip() in word_list("two_letters")
        and (match[0][:2] in {"19", "20"} or match.string.isupper())
    ):
        return match[0]
    number = match["number"]
    if not number:
        return "[postcode]"
    return f"[postcode]{number[: len(number) - len(number.lstrip(', '))]}[huisnummer]"


def without_accounts(text: str, own: frozenset[str]) -> str:
    """Replace @name by [account]; the accounts in `own` (as `account_form` spells them) stay."""
    return _ACCOUNT.sub(lambda match: match[0] if _is_own(match, own) else "[account]", text)


def _is_own(match: re.Match[str], own: frozenset[str]) -> bool:
    """True for @gemeente_x, and for the first word of "@Gemeente X", as some platforms write it."""
    words = match.string[match.start() : match.start() + 80].split()[:_MOST_WORDS]
    return account_form(match[0]) in own or any(account_form("".join(words[:n])) in own for n in range(2, 6))
