#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""example.py ENDPOINT INTAKE.key OWN.key_secret DATASET FILE.ndjson: publishes a file, prints what was refused."""
import json
import sys

from plimsoll import Department

endpoint, server_key, own_key, dataset, path = sys.argv[1:]
with Department(endpoint, server_key, own_key) as department, open(path, encoding="utf-8") as f:
    records = [json.loads(line) for line in f if line.strip()]
    for at in range(0, len(records), 5000):
        receipt = department.publish(dataset, records[at:at + 5000], id=f"{path}/{at}")
        print(f"{receipt['batch']}: {receipt['accepted']} accepted, {receipt['rejected']} rejected")
        for error in receipt["errors"]:
            print(f"  record {at + error['index']}{error['pointer']}: {error['message']}")
