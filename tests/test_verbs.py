"""What each verb of a mapping does to a text, and what it leaves alone."""

import polars as pl
import pytest

from warehouse.sources.verbs import applied


def after(verb: str, text: str) -> str | None:
    cell = applied(pl.col("cell"), verb)  # type: ignore[arg-type]
    done: str | None = pl.DataFrame({"cell": [text, None]}).select(cell).item(0, 0)
    return done


@pytest.mark.parametrize(
    ("verb", "text", "expected"),
    [
        ("trim", " a\u00a0", "a"),
        ("casefold", "ÀB", "àb"),
        ("undo_apostrophe", "'=leuk hoor", "=leuk hoor"),
        ("undo_apostrophe", "'s avonds", "'s avonds"),
        ("fix_encoding", "cafÃ©", "café"),
        ("fix_encoding", "‘hoi’ &amp; ﬁn", "‘hoi’ &amp; ﬁn"),
        ("latin1_utf8", "LÃ¸ye", "Løye"),
        ("latin1_utf8", "Løye €", "Løye €"),
        ("strip_html", "<div>Een</div><div>twee<BR>drie</div>", "Een\ntwee\ndrie"),
        ("strip_html", "<p>a &amp; b</p><script>x()</script><style>p{}</style>", "a & b"),
        ("strip_html", "5 < 6 &amp; 7 <3", "5 < 6 & 7 <3"),
        ("strip_html", "Jan &amp; Piet", "Jan & Piet"),
        ("strip_html", "<b>" * 50_000 + "diep", "diep"),
        ("unescape", "&lt;3 &#39;", "<3 '"),
        ("nfc", "e\u0301", "é"),
        ("canonical_url", "https://a.nl/b/?utm_source=x&id=5", "https://a.nl/b?id=5"),
        (
            "canonical_url",
            "https://a.nl/b?utm_source=x&utm_medium=y&id=5&fbclid=z&p=1",
            "https://a.nl/b?id=5&p=1",
        ),
        ("canonical_url", "https://a.nl/b?id=5&gclid=1#kop", "https://a.nl/b?id=5"),
        ("canonical_url", "https://a.nl/b/?igshid=1", "https://a.nl/b"),
        ("canonical_url", "https://a.nl/b?xutm_a=1", "https://a.nl/b?xutm_a=1"),
        ("strip_little_text", r"\#werk \(nu\) {hashtag|\#|water}", "#werk (nu) #water"),
        ("strip_little_text", "@[Jan \\(KNV\\)](urn:li:person:a1) 1. a_b", "@Jan (KNV) 1. a_b"),
        ("parent_from_url", "https://www.facebook.com/104/posts/12219/?comment_id=9001", "104_12219"),
        (
            "parent_from_url",
            "https://facebook.com/104/posts/12219?comment_id=9001&reply_comment_id=9002",
            "12219_9001",
        ),
        ("parent_from_url", "https://www.facebook.com/104/posts/12219", None),
        ("parent_from_url", "https://www.facebook.com/gemeente/posts/12219?comment_id=9001", None),
        ("parent_from_url", "https://example.org/104/posts/12219?comment_id=9001", None),
        ("parent_from_url", "12219_9001", "12219_9001"),
        ("null_if_sci_notation", "1.22158E+17", None),
        ("null_if_sci_notation", "1,2E+17", None),
        ("null_if_sci_notation", "12E17", "12E17"),
    ],
)
def test_what_a_verb_does(verb: str, text: str, expected: str | None) -> None:
    assert after(verb, text) == expected
