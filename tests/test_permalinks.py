"""Public addresses: their plain form, their platform and the id of the message there."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warehouse.sources.permalinks import canonical_url, id_of_url, parent_of_url, platform_of_url

DID = "did:plc:abc123"


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://www.facebook.com/123/posts/456/?__cft__[0]=x&__tn__=y", "https://facebook.com/123/posts/456"),
        ("https://m.facebook.com/story.php?story_fbid=4&id=1&mibextid=z",
         "https://facebook.com/story.php?story_fbid=4&id=1"),
        ("https://nl-nl.facebook.com/1/posts/2?comment_id=3#kop", "https://facebook.com/1/posts/2?comment_id=3"),
        ("https://twitter.com/een/status/123?s=20&t=ab", "https://x.com/i/status/123"),
        ("https://mobile.twitter.com/i/web/status/123", "https://x.com/i/status/123"),
        ("https://x.com/ander/statuses/123/photo/1", "https://x.com/i/status/123"),
        ("https://youtu.be/dQw4-_x?si=abc", "https://youtube.com/watch?v=dQw4-_x"),
        ("https://youtu.be/dQw4-_x?lc=Ug1", "https://youtube.com/watch?v=dQw4-_x&lc=Ug1"),
        ("https://m.youtube.com/watch?v=a1&lc=Ug.2&utm_source=x", "https://youtube.com/watch?v=a1&lc=Ug.2"),
        ("https://www.instagram.com/p/Cx-_1/?igsh=abc", "https://instagram.com/p/Cx-_1"),
        ("https://www.threads.net/@een/post/C1", "https://threads.com/@een/post/C1"),
        (f"at://{DID}/app.bsky.feed.post/3k", f"https://bsky.app/profile/{DID}/post/3k"),
        ("HTTPS://WWW.Meerwold.NL./Nieuws//", "https://meerwold.nl/Nieuws"),
        ("https://jan:geheim@a.nl:8443/b", "https://a.nl/b"),
        ("  https://a.nl/b?leeg=&x=1  ", "https://a.nl/b?leeg=&x=1"),
        ("https://www.m.a.nl/", "https://a.nl"),
        ("https://www.web.de/x", "https://web.de/x"),
        ("https://m.nl/x", "https://m.nl/x"),
    ],
)  # fmt: skip
def test_routes_to_one_page_have_one_address(url: str, plain: str) -> None:
    assert canonical_url(url) == plain
    assert canonical_url(plain) == plain


@pytest.mark.parametrize(
    "text",
    ["", "123_456", "geen adres", "mailto:a@b.nl", "ftp://a.nl/x", "javascript:alert(1)", "http://",
     "//a.nl/x",
     "https://[::1", "https://[x]/", "https://evil.nl\\@x.com/1", "http:///pad", "urn:li:activity:7", f"at://{DID}/app.bsky.feed.like/3k"],
)  # fmt: skip
def test_what_is_no_web_address_stays_and_is_of_no_platform(text: str) -> None:
    assert canonical_url(text) == text
    assert platform_of_url(text) is None
    assert (id_of_url(text), parent_of_url(text)) == (text, text)


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://www.facebook.com/x", "facebook"), ("https://fb.watch/x", "facebook"),
        ("https://nl-nl.facebook.com/x", "facebook"), ("https://business.facebook.com/x", "facebook"),
        ("https://instagram.com/p/x", "instagram"), ("https://twitter.com/a/status/1", "x"),
        ("https://x.com/a", "x"), ("https://nl.linkedin.com/posts/x", "linkedin"),
        ("https://youtu.be/x", "youtube"), ("https://music.youtube.com/watch?v=x", "youtube"),
        ("https://www.tiktok.com/@a/video/1", "tiktok"), ("https://bsky.app/profile/a/post/b", "bluesky"),
        ("https://old.reddit.com/r/x", "reddit"), ("https://redd.it/x", "reddit"),
        ("https://nextdoor.nl/p/x", "nextdoor"), ("https://www.threads.net/@a/post/b", "threads"),
        ("https://social.meerwold.nl/@gemeente/1234", "mastodon"),
        ("https://social.meerwold.nl/users/gemeente/statuses/1234", "mastodon"),
        ("https://social.meerwold.nl/@gemeente", "web"), ("https://meerwold.nl", "web"),
        ("https://notfacebook.com/x", "web"), ("https://facebook.com.evil.nl/x", "web"),
        ("https://facebook.com@evil.nl/x", "web"), ("https://evil.nl/facebook.com", "web"),
        ("https://netflix.com/x", "web"),
    ],
)  # fmt: skip
def test_the_platform_is_that_of_the_host_and_of_nothing_that_looks_like_it(url: str, platform: str) -> None:
    assert platform_of_url(url) == platform


@pytest.mark.parametrize(
    ("url", "native_id"),
    [
        ("https://www.facebook.com/permalink.php?story_fbid=4567890&id=123", "123_4567890"),
        ("https://www.facebook.com/meerwold/posts/4567890", "4567890"),
        ("https://www.facebook.com/meerwold/posts/pfbid02Ab", "pfbid02Ab"),
        ("https://www.facebook.com/meerwold/posts/4567890?comment_id=77", "4567890_77"),
        ("https://www.facebook.com/1/posts/4567890?comment_id=77&reply_comment_id=88", "4567890_88"),
        ("https://www.facebook.com/watch/?v=4567890", "4567890"),
        ("https://www.facebook.com/meerwold", None),
        ("https://twitter.com/een/status/123?s=20", "123"),
        ("https://x.com/een", None),
        ("https://www.instagram.com/meerwold/reel/Cx-_1/", "Cx-_1"),
        ("https://www.instagram.com/meerwold/", None),
        ("https://www.youtube.com/watch?v=a1", "a1"),
        ("https://www.youtube.com/watch?v=a1&lc=Ug.2", "Ug.2"),
        ("https://youtu.be/a1?si=x", "a1"),
        ("https://www.youtube.com/shorts/a1", "a1"),
        ("https://www.youtube.com/@meerwold", None),
        ("https://www.linkedin.com/feed/update/urn:li:activity:7000/", "urn:li:activity:7000"),
        ("https://www.linkedin.com/posts/meerwold_brug-activity-7000-ab", "urn:li:activity:7000"),
        ("https://www.tiktok.com/@meerwold/video/7000?lang=nl", "7000"),
        ("https://www.reddit.com/r/meerwold/comments/abc1/titel/def2/", "t1_def2"),
        ("https://www.reddit.com/r/meerwold/comments/abc1/titel/", "t3_abc1"),
        ("https://redd.it/abc1", "t3_abc1"),
        (f"https://bsky.app/profile/{DID}/post/3k", f"at://{DID}/app.bsky.feed.post/3k"),
        ("https://bsky.app/profile/meerwold.nl/post/3k", None),
        ("https://social.meerwold.nl/@gemeente/1234/", "https://social.meerwold.nl/@gemeente/1234"),
        ("https://meerwold.nl/nieuws/1", None),
        ("https://facebook.com.evil.nl/1/posts/4567890", None),
    ],
)
def test_the_id_in_a_permalink(url: str, native_id: str | None) -> None:
    assert id_of_url(url) == native_id
    assert id_of_url(canonical_url(url)) == native_id


def test_a_comments_permalink_says_what_it_stands_under() -> None:
    post = "https://www.facebook.com/123/posts/4567890"
    assert parent_of_url(f"{post}?comment_id=77") == "123_4567890"
    assert parent_of_url(f"{post}?comment_id=77&reply_comment_id=88") == "4567890_77"
    assert parent_of_url(post) is None
    assert parent_of_url("https://x.com/a/status/1?comment_id=77") is None


_HOSTS = st.sampled_from(
    ["www.m.a.nl", "youtu.be", "twitter.com", "www.facebook.com", "web.nl", "[::1]", "a.nl:x",
     "a.nl..", "jan@b.nl",
     "redd.it", "ａ.nl", "x.com", "www.", ".", "m.youtube.com", "bsky.app", "social.a.nl"]
)  # fmt: skip
_PARTS = st.lists(
    st.sampled_from(["/", "//", "a", "status", "1234567", "%20", "%zz", " ", "\t", "\u00a0", "é", "?",
    "&", "=", "#",
                     "v=1", "utm_source=x", "lc=%2F", "+", ";", "@b", "\x1f", "+%2B", "watch", "\\"]),
    max_size=12,
).map("".join)  # fmt: skip
_URLS = st.builds("{}://{}/{}".format, st.sampled_from(["http", "https", "HTTPS", " https"]), _HOSTS, _PARTS)


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(_URLS | st.text(max_size=40) | st.text(max_size=30).map("https://".__add__))
@example("https://a.nl/b /")
@example("https://youtu.be/a/b")
def test_no_address_is_too_odd_and_a_plain_one_stays_as_it_is(url: str) -> None:
    plain = canonical_url(url)
    assert canonical_url(plain) == plain
    assert platform_of_url(plain) == platform_of_url(url)
    for found in (id_of_url(url), parent_of_url(url)):
        assert found is None or isinstance(found, str)
