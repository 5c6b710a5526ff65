"""The APIs that can be pulled, by the name that the settings give them."""

from flows.collect_api import Api
from flows.collect_bluesky import BLUESKY
from flows.collect_mastodon import MASTODON
from flows.collect_meta import INSTAGRAM, META_PAGE
from flows.collect_open_klant import OPEN_KLANT
from flows.collect_signalen import SIGNALEN
from flows.collect_x import X
from flows.collect_youtube import YOUTUBE

APIS: dict[str, Api] = {
    "meta-page": META_PAGE,
    "instagram": INSTAGRAM,
    "youtube": YOUTUBE,
    "x": X,
    "mastodon": MASTODON,
    "bluesky": BLUESKY,
    "signalen": SIGNALEN,
    "open-klant": OPEN_KLANT,
}
