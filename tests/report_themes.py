"""The themes of the invented municipality of tests/report_input.py, with what is said about them.

Every text is made up; `{x}` is filled with a word, so that no two are quite alike.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExampleTheme:
    theme_id: str
    label: str
    department: str
    residents: int
    posts: int
    verdict: str
    said: tuple[str, ...] = ("Daar mag wat mij betreft wel eens {x} over gezegd worden.",)
    asked: tuple[str, ...] = ("Wanneer horen we hier {x} over?",)
    question_share: float = 0.12
    area: str | None = None
    late: bool = False


FILL = ("echt", "nu eens", "weer", "toch", "nog steeds", "eindelijk", "gewoon", "alweer", "volgens mij")
THEMES = (
    ExampleTheme(
        "afvalinzameling",
        "Afval ophalen en containers",
        "Afval en grondstoffen",
        168,
        4,
        "stil",
        (
            "De kliko staat {x} drie weken vol, en de ondergrondse bak verderop is ook kapot.",
            "Bij ons in de straat is het gft {x} overgeslagen. Met dit weer ruik je dat tot in de keuken.",
            "Ik betaal elk jaar meer en er wordt {x} minder opgehaald. Leg dat eens uit.",
            "Mijn pasje werkt niet bij de container. Gebeld, en dan moet je {x} een formulier invullen.",
            "Zakken naast de bak, en de dag erna ligt {x} alles over de stoep. De meeuwen zijn er blij mee.",
            "Complimenten voor de mannen op de wagen, die doen {x} hun best. Het rooster klopt gewoon niet.",
            "Met een rollator kom je niet bij de nieuwe verzamelplek. Daar is {x} niet over nagedacht.",
            "Sinds het nieuwe rooster weet niemand hier {x} meer welke bak wanneer buiten moet.",
        ),
        (
            "Waarom wordt de groene kliko in de zomer maar één keer in de twee weken geleegd?",
            "Wanneer wordt de kapotte ondergrondse container bij de winkels gemaakt?",
            "Waar kan ik {x} zien wanneer de kliko wordt geleegd, want de app klopt niet?",
            "Kan ik een tweede kliko krijgen als je met zes mensen in huis bent?",
            "Wie haalt het grofvuil op als je zelf geen auto hebt?",
            "Krijgen we geld terug als de kliko {x} niet wordt geleegd?",
        ),
        0.36,
    ),
    ExampleTheme(
        "te-hard-rijden",
        "Te hard rijden in de wijk",
        "Verkeer",
        121,
        2,
        "stil",
        (
            "Op de Havenlaan rijden ze {x} zeventig. Het is wachten op een ongeluk.",
            "Mijn dochter van acht mag niet meer alleen oversteken, zo hard gaat het hier {x}.",
            "Die drempels zijn {x} weggehaald en sindsdien is het een racebaan.",
            "Handhaven doet niemand. 's Avonds na tienen hoor je ze {x} optrekken.",
            "Sluipverkeer langs de school, elke ochtend {x} hetzelfde liedje.",
            "Een bord met een smiley helpt precies een week, daarna rijden ze {x} weer door.",
        ),
        ("Komt er nog een flitspaal op de Havenlaan?", "Waarom is het hier geen 30 zoals overal?"),
        0.1,
        "Oosterhaven",
    ),
    ExampleTheme(
        "jongerenoverlast",
        "Overlast van jongeren",
        "Openbare orde en veiligheid",
        96,
        1,
        "stil",
        (
            "Elke avond muziek en lachgas bij het speeltuintje, en 's ochtends ligt het {x} vol rommel.",
            "Geef die jongeren een plek, dan hangen ze {x} niet bij de flat.",
            "Het is {x} niet alleen ellende, de meeste groeten gewoon. Maar dat groepje bij de brug niet.",
            "Vuurwerk in mei, en de hond durft {x} niet meer naar buiten.",
            "Wij hebben met ze gepraat, koffie erbij, dat hielp {x} meer dan tien keer bellen.",
        ),
        ("Is er {x} een jongerenwerker in onze wijk?", "Wie kan ik 's nachts bellen over lawaai?"),
        0.14,
        late=True,
    ),
    ExampleTheme(
        "openbaar-vervoer",
        "Bus en bereikbaarheid",
        "Mobiliteit",
        74,
        2,
        "stil",
        (
            "De laatste bus gaat {x} om half negen. Dan kun je nergens meer heen.",
            "Lijn 6 rijdt {x} niet meer langs het ziekenhuis, mijn moeder moet nu met de taxi.",
            "Fijn dat de buurtbus er is, de chauffeurs zijn {x} goud waard.",
            "Twee keer overstappen voor acht kilometer. Dan pak je {x} de auto.",
        ),
        (
            "Komt de halte bij het verzorgingshuis {x} terug?",
            "Waarom rijdt er op zondag geen bus naar het station?",
        ),
        question_share=0.2,
    ),
    ExampleTheme(
        "woningbouw",
        "Woningen voor starters",
        "Wonen",
        68,
        3,
        "stil",
        (
            "Mijn zoon is 29 en woont {x} op zolder. Er is hier niets voor starters.",
            "Wel appartementen van zes ton, maar voor jongeren {x} niks.",
            "Laat het oude schoolgebouw {x} niet leegstaan, maak er studio's van.",
            "Acht jaar ingeschreven en {x} op plek 140.",
        ),
        (
            "Wanneer wordt er {x} gebouwd op het oude schoolterrein?",
            "Krijgen mensen uit het dorp voorrang bij nieuwe woningen?",
        ),
        0.15,
    ),
    ExampleTheme(
        "groenonderhoud",
        "Onkruid en groenonderhoud",
        "Groenbeheer",
        52,
        1,
        "stil",
        (
            "Het onkruid staat {x} hoger dan de stoepranden.",
            "Ik schoffel ons plantsoen {x} zelf, maar dat kan niet iedereen.",
            "Rotondes strak in de bloemen en bij ons in de wijk {x} niets.",
        ),
        ("Hoe vaak wordt er in de wijken {x} geschoffeld?",),
    ),
    ExampleTheme("belastingen", "Gemeentelijke belastingen", "Belastingen", 44, 5, "onzeker"),
    ExampleTheme("parkeren", "Parkeren", "Parkeren", 46, 10, "in_balans"),
    ExampleTheme("zwembad", "Het zwembad", "Sport", 24, 8, "in_balans"),
    ExampleTheme("honden", "Honden en hondenpoep", "Openbare ruimte en toezicht", 21, 4, "in_balans"),
    ExampleTheme("evenementen", "Evenementen en feesten", "Evenementen", 22, 58, "overschot"),
    ExampleTheme("inspraak", "Meedenken en inloopavonden", "Participatie", 9, 41, "overschot"),
    ExampleTheme("cultuur", "Cultuur en bibliotheek", "Cultuur", 8, 34, "overschot"),
    ExampleTheme("werken-bij", "Werken bij de gemeente", "Personeel en organisatie", 6, 22, "overschot"),
    ExampleTheme("bomen", "Kap van bomen", "Bomen en groen", 7, 2, "te_weinig"),
    ExampleTheme(
        "e-stroomstoring", "stroomstoring, uitval, licht", "Openbare verlichting", 3, 0, "te_weinig"
    ),
    ExampleTheme("glasvezel", "Glasvezel", "Openbare Ruimte", 0, 3, "te_weinig"),
)
