"""What people do with an invitation, from the link to the end, one journey after another in a real browser."""

from harness import binary, browser


def test_journeys():
    told = browser("journeys.mjs", binary(), show=True)
    print(f"       {told['journeys']} journeys")
