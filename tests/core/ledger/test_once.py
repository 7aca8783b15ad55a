"""Keys of money operations never expire: what is kept of a body today has to be found by every later version."""

from core.ledger.once import digest_of


def test_a_bodys_digest_is_the_one_that_is_kept_since_the_first_version() -> None:
    kept = "2235b44fd5012c612bac996aa720efdbab39b0b28dc0d38f608421e9ee2a95aa"
    assert digest_of("/pos/v1/sales", {"b": [1, 2], "a": "Є"}) == kept
    assert digest_of("/pos/v1/sales", {"a": "Є", "b": [1, 2]}) == kept
    assert digest_of("/pos/v1/holds", {"a": "Є", "b": [1, 2]}) != kept
