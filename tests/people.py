# SPDX-License-Identifier: Apache-2.0
"""Resident IDs of people whom there is not."""

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check(body):
    """17 digits and the check character that they call for (GB 11643, ISO 7064 MOD 11-2)."""
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS)) % 11]


def person(n, born="19700101"):
    """The n-th resident ID, of up to 89,910 people born on one day."""
    return with_check(f"3206{n // 999 % 90 + 10:02d}{born}{n % 999 + 1:03d}")
