import datetime
import zoneinfo

import dateutil.tz
import pandas as pd
import pytest

from augment.codecs.zones import zone_from_dict, zone_from_text, zone_to_dict, zone_to_text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (None, None),
        (zoneinfo.ZoneInfo("Europe/Rome"), "Europe/Rome"),
        (zoneinfo.ZoneInfo("Etc/GMT+5"), "Etc/GMT+5"),
        (datetime.UTC, "UTC"),
        (datetime.timezone(datetime.timedelta(hours=-3, minutes=-30)), "-03:30"),
        (datetime.timezone(datetime.timedelta(hours=1), "CET"), "+01:00"),
        (dateutil.tz.tzutc(), "UTC"),
        (dateutil.tz.tzoffset("x", 19_800), "+05:30"),
        (dateutil.tz.gettz("Europe/Rome"), "Europe/Rome"),
    ],
    ids=repr,
)
def test_zones_of_every_maker_are_text_that_pandas_reads(zone, text):
    assert zone_to_text(zone) == text
    if text is not None:
        again, moment = zone_from_text(text), datetime.datetime(2020, 7, 1)
        assert pd.Timestamp(moment).tz_localize(again).utcoffset() == zone.utcoffset(moment)


def test_the_maker_is_kept():
    for zone in (zoneinfo.ZoneInfo("Asia/Tokyo"), dateutil.tz.tzoffset(None, -60), dateutil.tz.UTC, datetime.UTC):
        assert zone_from_dict(zone_to_dict(zone)) == zone


def test_a_maker_that_is_not_installed_gives_way_to_pandas_own():
    zone = zone_from_dict({"text": "+05:30", "maker": "none_such"})
    assert zone.utcoffset(None) == datetime.timedelta(hours=5, minutes=30)
