"""Forty exports that a Dutch municipality might have, invented: what their columns are called and hold.

Each column is written as `name:kind`, or `name:kind=role` when an inspection must find that role there.
"""

import csv
import io
import random

from warehouse.inspection.guesses import Guess

ABOUT = ("de container", "het fietspad", "de speeltuin", "het zwembad", "de bushalte", "de markt")
DONE = ("zit vast", "is kapot", "ligt vol", "wacht op herstel", "is gesloten", "staat in de weg")
WHEN = ("al weken", "sinds gisteren", "elke ochtend", "na de storm", "in het weekend", "voor schooltijd")
FIRST, LAST = ("Anna", "Bram", "Carla", "Dirk", "Eva", "Farid"), ("Proef", "Voorbeeld", "Verzonnen", "Test")

HEADERS_TEXT = """\
balie | Zaaknummer:code=native_id; Kanaal:channel=channel_name; Onderwerp:topic=source_category;
    Omschrijving:text=text; Datum:day=created_at; Tijd:clock=clock; Afdeling:team=department;
    Antwoord:answer=answer_text; Afgehandeld op:moment=answer_time; Naam:name=author;
    E-mailadres:email=personal
klantcontact | Contactnummer:code=native_id; Contactdatum:moment=created_at; Vraag:text=text;
    Antwoord:answer=answer_text; Contactkanaal:channel=channel_name; Telefoonnummer:phone=personal;
    Medewerker:name=internal
webformulier | Inzending ID:number=native_id; Ingediend op:moment=created_at; Voornaam:first=author;
    Achternaam:last=author; E-mail:email=personal; Uw vraag:text=text
kcc-id | ID:number=native_id; Aanmaakdatum:moment=created_at; Klantvraag:text=text;
    Terugkoppeling:answer=answer_text; Behandelend team:team=department; Klantnummer:code=author_id
meldingen | Meldingsnummer:code=native_id; Melddatum:moment=created_at;
    Hoofdcategorie:topic=source_category; Omschrijving:text=text; Wijk:area=area_name;
    Straatnaam:street=personal; Huisnummer:few=personal; Status:topic
mor | Nummer:number=native_id; Datum melding:day=created_at; Melding:text=text; Melder:name=author;
    Telefoon:phone=personal; Buurt:area=area_name; Gereed op:day=answer_time;
    Afhandeling:answer=answer_text
fixi-achtig | id:number=native_id; created:iso=created_at; description:text=text;
    categoryName:topic=source_category; regionName:area=area_name; teamName:team=department;
    address:street=personal; latitude:number=personal
klachten | Kenmerk:code=native_id; Datum ontvangst:day=created_at; Klacht:text=text; Naam
    indiener:name=author; Afdeling:team=department; Datum afgehandeld:day=answer_time; Interne
    notitie:answer=internal
openbare-ruimte | Meldnummer:number=native_id; Aangemaakt op:iso=created_at;
    Rubriek:topic=source_category; Toelichting:text=text; Stadsdeel:area=area_name;
    Postcode:postcode=personal
tussenvoegsel | Melding-ID:code=native_id; Gemeld_op:moment=created_at; Tekst_melding:text=text;
    Wijknaam:area=area_name; Verantwoordelijke_afdeling:team=department
coosto-achtig | url:url=url; type:kind=kind; datum:moment=created_at; auteur:name=author; bericht
    tekst:text=text; volgers:count; sentiment:topic
webcare | Bericht:text=text; Publicatiedatum:moment=created_at; Bron:platform=platform; Geplaatst door
    (optioneel):name=author; Mentions:few; Link:url=url
social-export | Post ID:number=native_id; Permalink:url=url; Message:text=text; Created
    time:iso=created_at; Likes:count=likes; Comments:count=comments; Shares:count=shares;
    Reach:count=reach
reacties | Comment ID:code=native_id; Post ID:few=parent_id; Comment:text=text; Date:moment=created_at;
    Username:handle=author; Likes:count=likes
x-lijst | Tweet ID:number=native_id; Tweet text:text=text; Created at:iso=created_at; Screen
    name:handle=author; Retweets:count=shares; Impressions:count=views; Language:language=language
listening | Document ID:code=native_id; Date:iso=created_at; URL:url=url; Full Text:text=text;
    Author:handle=author; Source Type:platform=platform; Reach:count=reach; City:area
youtube | comment_id:code=native_id; comment_text:text=text; published_at:iso=created_at;
    author_name:name=author; like_count:count=likes; reply_count:count=comments;
    video_titel:topic=channel_name
inbox | Message ID:code=native_id; Sent at:iso=created_at; Message:text=text; Sender:name=author;
    Direction:direction=direction; Channel:channel=channel_name
reviews | Review ID:code=native_id; Review:text=text; Datum:day=created_at; Naam:name=author; Score:few
nieuwsreacties | Reactie ID:number=native_id; Reactie:text=text; Geplaatst op:moment=created_at;
    Gebruikersnaam:handle=author; Titel:topic=title; Webadres:url=url
ideeen | Bijdrage ID:number=native_id; Titel:topic=title; Bijdrage:text=text; Ingediend
    op:moment=created_at; Indiener:name=author; Stemmen:count=likes; Project:area=channel_name;
    Thema:topic=source_category
participatie | id:uuid=native_id; title:topic=title; body:text=text; published_at:iso=created_at;
    author_id:uuid=author_id; comments_count:count=comments; likes_count:count=likes;
    author_email:email=personal
enquete | Response ID:number=native_id; Submitted at:iso=created_at; Wat wilt u ons meegeven?:text=text;
    Wijk:area=area_name; Leeftijd:few=personal
wijkplatform | Nr:number=native_id; Idee:text=text; Datum indiening:day=created_at;
    Buurtnaam:area=area_name; Reactie gemeente:answer=answer_text; Datum antwoord:day=answer_time
mail | Berichtnummer:number=native_id; Ontvangen op:moment=created_at; Onderwerp:subject=title;
    Inhoud:text=text; Afzender:name=author; Mailadres:email=personal
chat | Conversation ID:few=parent_id; Message ID:uuid=native_id; Timestamp:iso=created_at;
    Content:text=text; Agent:name=internal
open311-plat | service_request_id:number=native_id; description:text=text;
    requested_datetime:iso=created_at; service_name:topic=source_category;
    agency_responsible:team=department; status_notes:answer=answer_text;
    updated_datetime:iso=answer_time; zipcode:postcode=personal
zonder-nummer | Datum/tijd:moment=created_at; Opmerking:text=text; Kern:area=area_name
camel | meldingId:number=native_id; meldingDatum:iso=created_at; omschrijvingMelding:text=text;
    hoofdRubriek:topic=source_category; naamMelder:name=author; emailMelder:email=personal
vage-namen | veld1:code=native_id; veld2:iso=created_at; veld3:text=text; veld4:few
werkorders | Registratienr.:code=native_id; Reg. datum:day=created_at; Korte omschrijving:subject=title;
    Uitgebreide omschrijving:text=text; Vakgroep:team=department; Oplossing:answer=answer_text
contacten | Volgnr:number=native_id; Binnengekomen:moment=created_at; Soort
    contact:channel=channel_name; Wat is de vraag:text=text; Wat is geantwoord:answer=answer_text;
    BSN:number=personal
servicedesk | incident_number:code=native_id; opened_at:iso=created_at; short_description:subject=title;
    description:text=text; assignment_group:team=department; caller_id:name=author;
    close_notes:answer=answer_text; closed_at:iso=answer_time
meldpunt | MeldingID:number=native_id; DatumTijdMelding:moment=created_at; OmschrijvingMelder:text=text;
    Hoofdgroep:topic=source_category; Subgroep:topic; Woonwijk:area=area_name; GPS_X:number;
    GPS_Y:number
formulier | Tijdstempel:moment=created_at; Wat vindt u van het plan?:text=text; Wat is uw
    e-mailadres?:email=personal; In welke wijk woont u?:area=area_name
paginareacties | Post URL:url=url; Posted:iso=created_at; Commenter:name=author; Comment body:text=text;
    Reactions:count=likes; Page:area=channel_name
zaken | zaak_identificatie:code=native_id; startdatum:day=created_at; toelichting:text=text;
    zaaktype_omschrijving:topic=source_category; resultaat:topic; behandelaar:name=internal
postbus | Verzendtijd:moment=created_at; Van:name=author; Aan:few; Onderwerp:subject=title;
    Berichtinhoud:text=text; Bericht-id:uuid=native_id
gesprekken | Gesprek:code; Bericht nr:number=native_id; Tijd:moment=created_at; Bericht van
    inwoner:text=text; Antwoord medewerker:answer=answer_text; Kanaal:channel=channel_name
ideeenbus | Idee nummer:number=native_id; Geplaatst:moment=created_at; Ideetekst:text=text;
    Bedenker:name=author; Aantal stemmen:count=likes; Fase:topic
"""


def _headers() -> dict[str, str]:
    """Per export its columns; a line that is indented goes on with the one before it."""
    joined = HEADERS_TEXT.replace("\n    ", " ").splitlines()
    return {line.partition(" | ")[0]: line.partition(" | ")[2] for line in joined}


HEADERS = _headers()


def columns(header: str) -> list[tuple[str, str, str]]:
    """Name, kind and wanted role (or empty) of every column."""
    found = []
    for column in HEADERS[header].split(";"):
        name, _, rest = column.strip().rpartition(":")
        kind, _, role = rest.partition("=")
        found.append((name, kind, role))
    return found


def export(header: str, rows: int = 60, sign: str = ";") -> bytes:
    """The export as a CSV of so many rows."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=sign)
    chosen = columns(header)
    writer.writerow(name for name, _, _ in chosen)
    luck = random.Random(header)
    for row in range(rows):
        writer.writerow(value(kind, row, luck) for _, kind, _ in chosen)
    return file.getvalue().encode()


def value(kind: str, row: int, luck: random.Random) -> str:
    """What stands in a row of a column of some kind."""
    day, hour = f"{1 + row % 28:02}-{1 + row % 9:02}-2026", f"{7 + row % 14:02}:{luck.randrange(60):02}"
    sentence = f"{luck.choice(ABOUT)} {luck.choice(DONE)} {luck.choice(WHEN)}, nummer {row} dit jaar"
    answer = "" if luck.random() < 0.4 else f"Dank u, {sentence}; het is verholpen."
    made = {
        "code": f"Z-2026-{1000 + row}", "number": str(48_100_000 + 7 * row),
        "uuid": f"{row:08x}-4a1b-{row:04x}", "channel": luck.choice(("telefoon", "balie", "e-mail")),
        "topic": luck.choice(("afval", "verkeer", "groen")),
        "subject": f"Vraag {row} over {luck.choice(ABOUT)}",
        "team": luck.choice(("Beheer", "Handhaving", "Burgerzaken")),
        "area": luck.choice(("Noord", "Dorp", "Havenkwartier")),
        "text": sentence.capitalize(), "answer": answer,
        "day": day, "clock": hour, "moment": f"{day} {hour}",
        "iso": f"2026-{1 + row % 9:02}-{1 + row % 28:02}T{hour}:00Z",
        "name": f"{luck.choice(FIRST)} {luck.choice(LAST)}", "first": luck.choice(FIRST),
        "last": luck.choice(LAST), "handle": f"@{luck.choice(FIRST).lower()}{luck.randrange(99)}",
        "email": f"proef{row}@voorbeeld.nl", "phone": f"06{luck.randrange(10_000_000, 99_999_999)}",
        "street": luck.choice(("Dorpsstraat", "Kade", "Laan")),
        "postcode": f"{luck.randrange(1000, 9999)} AB", "few": str(luck.randrange(1, 9)),
        "count": str(luck.randrange(900)), "url": f"https://voorbeeld.nl/bericht/{row}",
        "kind": luck.choice(("bericht", "reactie")),
        "platform": luck.choice(("Facebook", "Twitter", "Instagram")),
        "direction": luck.choice(("inkomend", "uitgaand")), "language": luck.choice(("nl", "en")),
    }  # fmt: skip
    return made[kind]


def found_roles(roles: dict[str, Guess]) -> set[tuple[str, str]]:
    """Column and role of every guess."""
    return {(column.name, role) for role, guess in roles.items() for column in guess.columns}
