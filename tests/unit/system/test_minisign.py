"""Signatures in minisign's form; those of the golden ones were made by minisign 0.11 itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.errors import UntrustedUpdateError, UpdateError
from folioscope.system.minisign import PublicKey, parse_key, parse_signature, verify
from signing.secret_keys import make_key

KEY = "RWRNfzNdKElxKOZCYgOgF6exJYTEqY6IS3RiH9Ga+x5rT28s08LMeDSN"
KEY_FILE = f"untrusted comment: minisign public key 287149285D337F4D\n{KEY}\n"
DATA = b"hello"
SIGNATURE = """\
untrusted comment: signature from minisign secret key
RURNfzNdKElxKAd2dUKq7fnERcAC2+mktBfEa78GSXj4pDweSNm6uIMRddr9Crx9oRg/q1O+uZwBg3lmzEZonmpcuKZkR9U0UQk=
trusted comment: folioscope serial 3
3u7coF13xhahn79Yib0FN69J2SH0/rPee4QQejQQ28wxL0Fkfjo9xWmHx9h78kYeB6eZ9pwdAArE3CyimG0GCw==
"""


@pytest.mark.parametrize("text", [KEY, KEY_FILE, f"  {KEY}\r\n"])
def test_a_signature_of_minisign_is_verified(text: str) -> None:
    key = parse_key(text)
    assert (key.name, key.text) == ("287149285D337F4D", KEY)
    signature = parse_signature(SIGNATURE)
    assert signature.trusted_comment == "folioscope serial 3"
    assert verify(DATA, signature, [make_key().public, key]) == key


@pytest.mark.parametrize("data", [b"", b"hellp", b"hello "])
def test_other_data_is_refused(data: bytes) -> None:
    with pytest.raises(UntrustedUpdateError, match="not what its publisher signed"):
        verify(data, parse_signature(SIGNATURE), [parse_key(KEY)])


def test_a_comment_that_was_changed_is_refused() -> None:
    changed = SIGNATURE.replace("serial 3", "serial 4")
    with pytest.raises(UntrustedUpdateError, match="not what its publisher signed"):
        verify(DATA, parse_signature(changed), [parse_key(KEY)])


def test_a_key_that_is_no_point_of_the_curve_verifies_nothing() -> None:
    key = PublicKey(parse_key(KEY).key_id, b"\xff" * 32)
    with pytest.raises(UntrustedUpdateError, match="not what its publisher signed"):
        verify(DATA, parse_signature(SIGNATURE), [key])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n\n",
        SIGNATURE + SIGNATURE,
        SIGNATURE.replace("RUR", "RWR"),  # the form without a hash
        SIGNATURE.replace("RURN", "RURn?"),
        SIGNATURE.replace("trusted comment: ", "comment: "),
        SIGNATURE.replace("serial 3", "x" * 2000),
    ],
)
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(UntrustedUpdateError, match=r"signature .* cannot be read"):
        parse_signature(text)


@pytest.mark.parametrize("text", ["", "RW", "a\nb\nc", KEY[:-4], KEY.replace("RWR", "XWR")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(UpdateError, match="no public key"):
        parse_key(text)


@given(
    st.text(max_size=400) | st.lists(st.text(max_size=90), min_size=4, max_size=4).map("\n".join)
)
def test_any_text_is_no_signature(text: str) -> None:
    with pytest.raises(UntrustedUpdateError):
        parse_signature(text)


@given(st.binary(max_size=200), st.text(st.characters(categories=["L", "N"]), max_size=30))
def test_whatever_is_signed_verifies_and_one_bit_less_does_not(data: bytes, comment: str) -> None:
    key = make_key()
    signature = parse_signature(key.sign(data, comment))
    assert signature.trusted_comment == comment
    assert verify(data, signature, [key.public]) == key.public
    with pytest.raises(UntrustedUpdateError):
        verify(data + b"\0", signature, [key.public])
