# SPDX-License-Identifier: Apache-2.0
"""Publishing to Plimsoll as a department, in one file without other dependencies than pyzmq.

    from plimsoll import Department
    with Department("tcp://intake.example:7100", "intake.key", "hrss.key_secret") as hrss:
        receipt = hrss.publish("hrss.wages", [{"resident_id": …, "employer": …, "month": "2024-03", "amount": "1800.00"}])
        for error in receipt["errors"]: …

A batch is sent until there is a receipt: what got no answer is sent again under the same id, which counts nothing twice.
"""

import json
import re
import time
import uuid
from datetime import datetime, timezone

import zmq

BATCH_MAX = 10000  # records


class Refused(Exception):
    """The whole batch is refused: `code`, `pointer`, and a message that says what to do."""

    def __init__(self, data):
        super().__init__(f"{data.get('code')}: {data.get('message')}")
        self.code, self.pointer, self.data = data.get("code"), data.get("pointer"), data


class NoAnswer(Exception):
    """No receipt within the time.  The batch may have arrived: publish it again with the same id."""


def read_key(path):
    """{'public-key', 'secret-key', 'name', 'department', …} of a key file."""
    with open(path, encoding="utf-8") as f:
        return dict(re.findall(r'^\s*([\w-]+)\s*=\s*"([^"]*)"', f.read(), re.M))


class Department:
    def __init__(self, endpoint, server_key, own_key, department=None, timeout=60.0, context=None):
        """`server_key` is intake.key of the installation, `own_key` your .key_secret; `timeout` in seconds, for one batch."""
        server, own = read_key(server_key), read_key(own_key)
        self.department = department or own.get("department")
        self.timeout = timeout
        self._endpoint, self._context = endpoint, context or zmq.Context.instance()
        self._keys = own["public-key"].encode(), own["secret-key"].encode(), server["public-key"].encode()
        self._socket = None
        if not self.department:
            raise ValueError(f"{own_key} does not name the department: give it as department=…")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._socket is not None:
            self._socket.close(linger=0)
            self._socket = None

    def _connect(self):
        self.close()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.curve_publickey, self._socket.curve_secretkey, self._socket.curve_serverkey = self._keys
        self._socket.connect(self._endpoint)

    def publish(self, dataset, records, id=None, declared=None, snapshot=None):
        """Sends one batch and returns its receipt.  `id` names it for ever: choose one that your own system can find again (file
        name and part, say); without it a new one is made.  Raises Refused or NoAnswer."""
        if len(records) > BATCH_MAX:
            raise ValueError(f"a batch has at most {BATCH_MAX} records: send several")
        data = {"records": list(records)}
        if declared is not None:
            data["declared"] = declared
        if snapshot is not None:
            data["snapshot"] = snapshot
        event = {"specversion": "1.0", "id": id or str(uuid.uuid4()), "source": f"/departments/{self.department}",
                 "type": "plimsoll.feed.batch.v1", "subject": dataset, "time": datetime.now(timezone.utc).isoformat(),
                 "datacontenttype": "application/json", "data": data}
        return self._ask(event)

    def publish_list(self, dataset, records, as_of, id, scope="", part_size=5000):
        """A whole list: whoever is not in it ends.  Returns the receipt of the last part; its `snapshot` says whether it was applied."""
        records = list(records)
        parts = max(1, -(-len(records) // part_size))
        receipt = None
        for part in range(parts):
            receipt = self.publish(dataset, records[part * part_size:(part + 1) * part_size], id=f"{id}/{part + 1}",
                                   snapshot={"id": id, "part": part + 1, "parts": parts, "as_of": as_of, "scope": scope, "count": len(records)})
        return receipt

    def _ask(self, event):
        frame = json.dumps(event, ensure_ascii=False).encode()
        end = time.monotonic() + self.timeout
        wait = 1.0  # for an answer, before the same is sent again on a new connection
        while True:
            if self._socket is None:
                self._connect()
            self._socket.send(frame)
            reply = self._receive(event["id"], min(time.monotonic() + wait, end))
            if reply is not None and reply["type"] != "plimsoll.error.v1":
                return reply["data"]
            if reply is not None and reply["data"]["code"] not in ("busy", "not_ready"):
                raise Refused(reply["data"])
            if time.monotonic() >= end:
                raise NoAnswer(f"no receipt of batch {event['id']} within {self.timeout:.0f} s; is the key registered and valid?"
                               if reply is None else f"{reply['data']['code']}: {reply['data']['message']}")
            if reply is not None:
                time.sleep(min(reply["data"]["retry_after_ms"] / 1000, max(0.0, end - time.monotonic())))
            else:
                wait = min(wait * 2, 15.0)
                self._connect()

    def _receive(self, id, until):
        """The answer to this very batch, or None when it is time."""
        while self._socket.poll(max(0, int((until - time.monotonic()) * 1000))):
            reply = json.loads(self._socket.recv_multipart()[-1])
            if reply.get("causationid") == id:
                return reply
        return None
