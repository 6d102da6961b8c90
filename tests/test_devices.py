"""Devices by name and maker: what is worn at the wrist, and what is not."""

import pytest

from riskfit.activity import Device
from riskfit.errors import RuleError
from riskfit.readers import devices
from riskfit.readers.devices import device_of, garmin_product


@pytest.mark.parametrize(
    ("name", "maker", "wrist"),
    [
        ("Garmin Forerunner 945", "garmin", True),
        ("Garmin Fēnix 7", "garmin", True),
        ("fenix5x_plus", "garmin", True),
        ("Edge 530", "garmin", False),
        ("edge_1030", "garmin", False),
        ("Wahoo ELEMNT BOLT", "wahoo", False),
        ("Wahoo ELEMNT RIVAL", "wahoo", True),
        ("Polar M430", "polar", True),
        ("Polar M460", "polar", False),
        ("Garmin Connect", "garmin", None),
        ("Strava iPhone App", None, None),
        ("Knowledge base", None, None),
        ("", None, None),
    ],
)
def test_the_longest_word_in_a_name_decides(name, maker, wrist):
    found = device_of(name)
    assert (found.manufacturer, found.wrist) == (maker, wrist)


@pytest.mark.parametrize(
    ("name", "maker", "wrist"),
    [
        ("12", "coros", True),
        ("12", "zwift", False),
        ("12", "wahoo_fitness", False),
        ("ELEMNT RIVAL", "wahoo_fitness", True),
        ("Polar M450", "polar_electro", False),
        ("swim2", "garmin", True),
        ("hrm_pro", "garmin", False),
        ("etrex_touch", "garmin", False),
        ("Swim.com", "development", None),
        (None, "development", None),
    ],
)
def test_a_maker_decides_where_its_product_does_not(name, maker, wrist):
    assert device_of(name, "7", maker=maker) == Device(
        manufacturer=maker,
        product=name,
        serial_number="7",
        wrist=wrist,
        virtual=maker == "zwift",
    )


def test_newer_products_of_garmin_have_names_and_places():
    assert garmin_product(3113) == "fr945"
    assert garmin_product(1) is None
    products = devices._table().garmin.newer_products
    assert len(products) > 90
    assert {device_of(name, maker="garmin").wrist for name in products.values()} == {True, False}


def test_a_slip_in_the_file_is_named(monkeypatch):
    monkeypatch.setattr(devices.pkgutil, "get_data", lambda *_: b"[names]\nwrists = []\n")
    with pytest.raises(RuleError, match=r"devices\.toml.*wrists"):
        devices._table.__wrapped__()
