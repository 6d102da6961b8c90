"""What recorded the session, and whether it was worn at the wrist."""

import math
from collections.abc import Mapping

from riskfit.activity import Device
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.message_tables import Table
from riskfit.readers.fit.wearer import last_value

Tables = Mapping[int, Table]

#: Makers of bike computers, pods and apps on one hand, of watches on the other.
_NOT_WORN = {
    "wahoo_fitness",
    "hammerhead",
    "bryton",
    "stages_cycling",
    "lezyne",
    "sigmasport",
    "cateye",
    "pioneer",
    "mio_technology_europe",
    "zwift",
    "tacx",
    "the_sufferfest",
    "peaksware",
    "mywhoosh",
    "onelap",
    "igpsport",
    "magene",
    "xoss",
    "cycplus",
    "coospo",
    "srm",
    "o_synce",
    "giant_manufacturing_co",
    "rouvy",
    "virtualtraining",
    "peloton",
    "bkool",
    "strava",
}
_WORN = {"suunto", "coros", "polar_electro", "tag_heuer", "zepp", "huawei", "apple", "whoop"}
_WORN_PRODUCTS = (
    "fr",
    "fenix",
    "vivo",
    "venu",
    "epix",
    "instinct",
    "enduro",
    "descent",
    "d2",
    "marq",
    "tactix",
    "quatix",
    "forerunner",
    "swim",
    "approach",
    "lily",
    "legacy",
    "chronos",
    "bounce",
)
_NOT_WORN_PRODUCTS = ("edge", "vector", "rally", "tacx", "varia", "hrm", "oregon", "gpsmap", "virb")
_WATCH_NAMES = ("watch", "race", "vertical", "pace", "apex", "vantage", "grit", "rival", "ionic")
#: Garmin bike computers newer than fitparse's 2019 profile.  Source: FIT profile 21.218.
_NEWER_EDGES = {
    2713: "edge_1030",
    2909: "edge_130",
    3011: "edge_explore",
    3112: "edge_520_plus",
    3121: "edge_530",
    3122: "edge_830",
    3558: "edge_130_plus",
    3570: "edge_1030_plus",
    3843: "edge_1040",
    4061: "edge_540",
    4062: "edge_840",
    4169: "edge_explore2",
    4305: "edge_1040",
    4440: "edge_1050",
    4633: "edge_550",
    4634: "edge_850",
    4655: "edge_mtb",
}
#: Garmin watches newer than that profile.  Source: FIT profile 21.218.
_NEWER_WATCHES = {
    2700: "vivoactive3",
    2886: "fr645",
    2888: "fr645m",
    2900: "fenix5s_plus",
    2988: "vivoactive3m",
    3076: "fr245",
    3077: "fr245_music",
    3110: "fenix5_plus",
    3111: "fenix5x_plus",
    3113: "fr945",
    3224: "vivoactive4_small",
    3225: "vivoactive4_large",
    3226: "venu",
    3251: "marq_athlete",
    3258: "descent_mk2",
    3282: "fr45",
    3287: "fenix6s_sport",
    3288: "fenix6s",
    3289: "fenix6_sport",
    3290: "fenix6",
    3291: "fenix6x",
    3405: "swim2",
    3466: "instinct_solar",
    3589: "fr745",
    3596: "venusq_music",
    3600: "venusq",
    3638: "enduro",
    3652: "fr945_lte",
    3703: "venu2",
    3704: "venu2s",
    3851: "venu2_plus",
    3869: "fr55",
    3888: "instinct_2",
    3889: "instinct_2s",
    3905: "fenix7s",
    3906: "fenix7",
    3907: "fenix7x",
    3943: "epix_gen2",
    3990: "fr255_music",
    3991: "fr255_small_music",
    3992: "fr255",
    3993: "fr255_small",
    4024: "fr955",
    4105: "marq_gen2",
    4115: "venusq2",
    4135: "tactix7",
    4155: "instinct_crossover",
    4257: "fr265_large",
    4258: "fr265_small",
    4260: "venu3",
    4261: "venu3s",
    4312: "epix_gen2_pro_42",
    4313: "epix_gen2_pro_47",
    4314: "epix_gen2_pro_51",
    4315: "fr965",
    4341: "enduro2",
    4374: "fenix7s_pro_solar",
    4375: "fenix7_pro_solar",
    4376: "fenix7x_pro_solar",
    4394: "instinct_2x",
    4426: "vivoactive5",
    4432: "fr165",
    4433: "fr165_music",
    4532: "fenix8_solar",
    4533: "fenix8_solar_large",
    4534: "fenix8_small",
    4536: "fenix8",
    4565: "fr970",
    4570: "fr570_large",
    4574: "fr570_small",
    4575: "enduro3",
    4585: "instinct3_solar_45mm",
    4586: "instinct3_amoled_45mm",
    4587: "instinct3_amoled_50mm",
    4603: "venu_x1",
    4625: "vivoactive6",
    4631: "fenix8_pro",
    4643: "venu4",
    4666: "fenix_e",
}

_GARMIN_MAKERS = {"garmin", "garmin_fr405_antfs", "dynastream", "dynastream_oem"}
#: ANT+ device type of a sensor of the air around it (tempe).
_ENVIRONMENT_SENSOR = 25


def read_device(tables: Tables, said: list[str]) -> Device:
    """Return what recorded the session."""
    maker = dictionary.word("manufacturer", _maker_number(tables, dictionary.FILE_ID, 1))
    number = last_value(tables, dictionary.FILE_ID, 2)
    if maker in _GARMIN_MAKERS and number is not None:
        known = _NEWER_EDGES.get(int(number)) or _NEWER_WATCHES.get(int(number))
        product = known or dictionary.word("garmin_product", number)
    else:
        product = _product_name(tables) or (None if number is None else str(int(number)))
    serial = last_value(tables, dictionary.FILE_ID, 3)
    if _has_air_sensor(tables):
        said.append("an air temperature sensor was paired: the temperature may be its reading")
    return Device(
        manufacturer=maker,
        product=product,
        serial_number=None if not serial else str(int(serial)),
        wrist=_worn(maker, product),
    )


def _product_name(tables: Tables) -> str | None:
    """Return the first product name that the file spells out."""
    for message, field in ((dictionary.FILE_ID, 8), (dictionary.DEVICE_INFO, 27)):
        table = tables.get(message)
        if table is not None and table.has(field):
            name = next((name for name in table.strings(field) if name), None)
            if name is not None:
                return name
    return None


def _maker_number(tables: Tables, message: int, field: int) -> float | None:
    """Return the first valid value: a later part of a chain may be another device's."""
    table = tables.get(message)
    if table is None or not len(table):
        return None
    return next((value for value in table.values(field) if not math.isnan(value)), None)


def _worn(maker: str | None, product: str | None) -> bool | None:
    """Say whether the device sits at the wrist, by maker and product."""
    name = (product or "").lower().replace(" ", "_")
    if maker in _GARMIN_MAKERS:
        if name.startswith(_NOT_WORN_PRODUCTS):
            return False
        return True if name.startswith(_WORN_PRODUCTS) else None
    if any(word in name for word in ("elemnt", "karoo", "bolt", "roam", "rider", "edge")):
        return False
    if maker in _WORN or any(word in name for word in _WATCH_NAMES):
        return True
    return False if maker in _NOT_WORN else None


def _has_air_sensor(tables: Tables) -> bool:
    table = tables.get(dictionary.DEVICE_INFO)
    if table is None or not len(table) or not (table.has(1) and table.has(25)):
        return False
    kinds = zip(table.values(25), table.values(1), strict=True)
    return (1.0, _ENVIRONMENT_SENSOR) in kinds
