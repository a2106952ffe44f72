"""The words of the sample catalogue: goods, brands, sizes of a retailer that is invented."""

from __future__ import annotations

from dataclasses import dataclass

RETAILER = "Fjord Handel"


@dataclass(frozen=True, slots=True)
class Family:
    """A sort of goods: its store, its options, its lowest and highest price in NOK."""

    name: str
    store: str
    options: tuple[tuple[str, tuple[str, ...]], ...]
    lowest: int
    highest: int
    is_tracked: bool = True


SPORT, MOTE, HJEM = "Fjord Sport", "Fjord Mote", "Fjord Hjem"

BRANDS = {
    SPORT: ("Nordbris", "Tindeluft", "Skarvsund", "Fjellvak"),
    MOTE: ("Havtråd", "Ylva Grå", "Bystrand", "Linnea & Løv"),
    HJEM: ("Stuevarme", "Kvernsten", "Lysgløtt", "Bordskikk"),
}

COLOURS = ("Svart", "Marineblå", "Mosegrønn", "Rødbrun", "Grå melert", "Hvit", "Rosa", "Gul")
CLOTHES = ("XS", "S", "M", "L", "XL", "XXL")
SHOES = ("38", "39", "40", "41", "42", "43", "44", "45")
WAISTS = ("28", "30", "31", "32", "33", "34", "36", "38")
LENGTHS = ("30", "32", "34")
BEDDING = ("140×200 cm / 50×70 cm", "140×220 cm / 50×70 cm", "200×220 cm / 50×70 cm")

SIZE = ("Størrelse", CLOTHES)
COLOUR = ("Farge", COLOURS[:3])
COLOUR_ONLY = (COLOUR,)
NONE: tuple[tuple[str, tuple[str, ...]], ...] = ()

FAMILIES = (
    Family("Skalljakke", SPORT, (SIZE, COLOUR), 1499, 4499),
    Family("Fotball", SPORT, (("Størrelse", ("3", "4", "5")),), 149, 599),
    Family("Strikkegenser", MOTE, (SIZE, ("Farge", COLOURS[2:4])), 499, 1799),
    Family("Keramikkvase", HJEM, NONE, 199, 899),
    Family("Drikkeflaske", SPORT, (("Farge", COLOURS[:4]),), 149, 399),
    Family("Skjorte", MOTE, (SIZE, ("Farge", ("Hvit", "Lyseblå"))), 399, 1299),
    Family("Lysestake", HJEM, NONE, 99, 699),
    Family("Joggesko", SPORT, (("Størrelse", SHOES), ("Farge", COLOURS[:2])), 899, 2299),
    Family("Ullsokker", MOTE, (("Størrelse", ("36–40", "41–45")),), 89, 249),
    Family("Sengesett", HJEM, (("Mål", BEDDING), ("Farge", COLOURS[4:7])), 399, 1499),
    Family("Hodelykt", SPORT, NONE, 249, 1999),
    Family("Skulderveske", MOTE, (("Farge", COLOURS[:3]),), 599, 2499),
    Family("Stekepanne", HJEM, (("Diameter", ("20 cm", "24 cm", "28 cm")),), 299, 1299),
    Family("Sovepose", SPORT, (("Lengde", ("175 cm", "190 cm", "205 cm")),), 999, 4999),
    Family("Skjerf", MOTE, (("Farge", COLOURS[1:6]),), 199, 799),
    Family("Pledd", HJEM, (("Farge", COLOURS[3:6]),), 299, 1199),
    Family("Turbukse", SPORT, (SIZE, COLOUR), 699, 1899),
    Family("Belte", MOTE, (("Lengde", ("85 cm", "95 cm", "105 cm")),), 249, 899),
    Family("Kjøkkenkniv", HJEM, NONE, 299, 1899),
    Family("Langrennsstaver", SPORT, (("Lengde", ("140 cm", "150 cm", "160 cm")),), 399, 2999),
    Family("Lue", MOTE, (("Farge", COLOURS[:5]),), 149, 499),
    Family("Krus", HJEM, (("Farge", COLOURS[:4]),), 79, 249),
    Family("Ryggsekk", SPORT, (("Volum", ("20 l", "35 l", "50 l")),), 599, 2799),
    Family("Øredobber", MOTE, NONE, 149, 999),
    Family("Brettspill", HJEM, NONE, 199, 599),
)

JEANS = Family(
    "Jeans",
    MOTE,
    (("Midje", WAISTS), ("Lengde", LENGTHS), ("Farge", ("Mørk blå", "Vasket blå", "Svart"))),
    699,
    1599,
)

MODELS = (
    "Storegga",
    "Rondane",
    "Vega",
    "Lofoten",
    "Hardanger",
    "Senja",
    "Femund",
    "Røros",
    "Dovre",
    "Lyngen",
    "Mandal",
    "Ålesund",
    "Svolvær",
    "Tromsø",
    "Bømlo",
    "Jæren",
    "Sunnmøre",
    "Trysil",
    "Vesterålen",
    "Østerdalen",
    "Ørsta",
    "Ulvik",
    "Flåm",
    "Geiranger",
)
SLASHES = (("Modell/år", ("Dame/2025", "Herre/2025", "Barn / 2025")),)
ODD = (  # titles that find faults, each with what it is
    ("Turkopp 🏔️ «På tur – aldri sur» ☕", Family("Kopp", SPORT, NONE, 79, 199)),
    ('Skjerm 27" <bred> & lav – 50 % mindre gjenskinn', Family("Skjerm", HJEM, NONE, 2499, 3999)),
    ("Å, ÆØÅ! Små, blå skåler på rad", Family("Skåler", HJEM, COLOUR_ONLY, 99, 199)),
    ("Gavepapir; rødt, grønt, blått", Family("Papir", HJEM, NONE, 39, 79)),
    ("Tau 10 mm pr. løpemeter", Family("Tau", SPORT, NONE, 19, 19)),
    ("Bærepose", Family("Pose", HJEM, NONE, 3, 3)),
    ("Innpakning", Family("Tjeneste", HJEM, NONE, 49, 49, is_tracked=False)),
    ("Skipreparasjon (kom innom)", Family("Tjeneste", SPORT, NONE, 399, 399, is_tracked=False)),
    ("Sykkelhjelm", Family("Hjelm", SPORT, SLASHES, 399, 999)),
    (
        "Komplett tursett for hele familien: telt for fire, soveposer for voksne og barn, "
        "liggeunderlag, stormkjøkken med kjele og panne, hodelykter, drikkeflasker, førstehjelp, "
        "kart og kompass – alt pakket i to vanntette sekker, klart for helgen",
        Family("Sett", SPORT, NONE, 4999, 8999),
    ),
)
