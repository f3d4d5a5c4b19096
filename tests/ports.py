# SPDX-License-Identifier: Apache-2.0
"""Ports for tests that run side by side.

They lie below the range from which the kernel takes the local ports of outgoing connections (32768 … 60999): a client that
tries again and again to reach a service which was killed would else, now and then, be given that very port, and the service
could not bind it when it comes back.
"""
import random
import socket

LOW, HIGH = 12000, 32000


def free_ports(count):
    """`count` ports in a row on which nobody listens, lowest first."""
    for _ in range(1000):
        base = random.randrange(LOW, HIGH - count)
        held = []
        try:
            for port in range(base, base + count):
                s = socket.socket()
                held.append(s)
                s.bind(("127.0.0.1", port))
            return list(range(base, base + count))
        except OSError:
            continue
        finally:
            for s in held:
                s.close()
    raise AssertionError(f"no {count} free ports in a row between {LOW} and {HIGH}")
