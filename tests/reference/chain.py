# SPDX-License-Identifier: Apache-2.0
"""The hash chain of a stream, written a second time from its definition (common/stream/stream.h), for tests.

hash = BLAKE2b-256(previous ‖ seq ‖ type NUL ‖ topic NUL ‖ time ‖ BLAKE2b-256(payload)); seq and time (µs) are 8 bytes, big-endian.
"""
import hashlib


def blake(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def link(previous, seq, type_, topic, time_us, payload):
    return blake(previous + seq.to_bytes(8, "big") + type_.encode() + b"\0" + topic.encode() + b"\0" + time_us.to_bytes(8, "big") +
                 blake(payload))


def rechain(suite, schema, name, first):
    """What someone with SQL would do to hide a change: recompute every hash from `first` on."""
    rows = suite.psql(f"select seq, type, topic, time_us, encode(payload, 'hex') from {schema}.stream where name = '{name}' and seq >= {first} order by seq")
    before = suite.psql(f"select encode(hash, 'hex') from {schema}.stream where name = '{name}' and seq = {first - 1}")
    previous = bytes.fromhex(before) if before else bytes(32)
    updates = []
    for row in rows.splitlines():
        seq, type_, topic, time_us, payload = row.split("|")
        payload = bytes.fromhex(payload)
        previous = link(previous, int(seq), type_, topic, int(time_us), payload)
        updates.append(f"update {schema}.stream set payload_hash = '\\x{blake(payload).hex()}', hash = '\\x{previous.hex()}' "
                       f"where name = '{name}' and seq = {seq}")
    suite.psql("; ".join(updates))
