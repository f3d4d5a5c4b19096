# SPDX-License-Identifier: Apache-2.0
"""The contract in files against itself and against the binaries: schemas/events/, schemas/asyncapi.yaml, --describe, the types
that stand in the source, and contract_golden.ndjson: messages of every type, recorded from a run of the small county, which
must be read forever."""
import collections
import itertools
import json
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from contract import BIN, EVENTS, ROOT, Judges, load, spoilt, write  # noqa: E402

GOLDEN = pathlib.Path(__file__).resolve().parent / "contract_golden.ndjson"
SERVICES = ["intake", "comparison", "alerting", "referral", "dashboard"]
STATIONS = SERVICES[:4]
BUILT_IN = {"plimsoll.stream.fetch.v1": "plimsoll.stream.page.v1", "plimsoll.stream.snapshot.v1": "plimsoll.stream.snapshot.reply.v1"}
SPOILT_MAX = 250  # changes tried on one message
STRICT_MIN = 0.5  # share of them that a schema refuses, over all


def reply_of(command):
    return command["reply_type"] or re.sub(r"\.v(\d+)$", r".reply.v\1", command["type"])


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schemas = load()
        cls.types = {n: s for n, s in cls.schemas.items() if n != "envelope"}
        cls.api = yaml.safe_load((ROOT / "schemas" / "asyncapi.yaml").read_text())
        cls.described = {}
        for service in SERVICES:
            done = subprocess.run([BIN / f"plimsoll-{service}", "--describe"], capture_output=True, text=True, check=True)
            cls.described[service] = json.loads(done.stdout)

    def with_role(self, *roles):
        return {n: s for n, s in self.types.items() if s["x-role"] in roles}

    # ---- the files --------------------------------------------------------------------------------------------------
    def test_each_file_is_a_schema_that_says_what_it_is(self):
        for name, schema in self.schemas.items():
            with self.subTest(name):
                jsonschema.Draft202012Validator.check_schema(schema)
                self.assertEqual(schema["$id"], f"urn:plimsoll:event:{name}")
                self.assertTrue(schema["title"] and schema["description"])
                self.assertEqual(schema["type"], "object")
                self.assertEqual(write(schema) + "\n", (EVENTS / f"{name}.schema.json").read_text(), "not written as contract.py writes it")
        for name, schema in self.types.items():
            self.assertIn(schema["x-role"], ("event", "request", "reply", "part", "error"), name)

    def test_common_schema_compiles_each(self):
        Judges().ours([])

    def test_a_definition_is_the_same_everywhere(self):
        first = {}
        for name, schema in self.schemas.items():
            for definition, content in schema.get("$defs", {}).items():
                where, expected = first.setdefault(definition, (name, content))
                self.assertEqual(content, expected, f"$defs/{definition} of {name} and {where}; contract.py spread FILE copies one")

    def test_unknown_members_are_allowed_and_definitions_used(self):
        for name, schema in self.schemas.items():
            text = json.dumps(schema)
            self.assertNotIn("additionalProperties", text, f"{name}: unknown members are ignored, never refused")
            for definition in schema.get("$defs", {}):
                self.assertIn(f'"#/$defs/{definition}"', text, f"{name}: nothing uses $defs/{definition}")

    # ---- asyncapi.yaml ----------------------------------------------------------------------------------------------
    def follow(self, ref):
        self.assertTrue(ref.startswith("#/"), ref)
        node = self.api
        for step in ref[2:].split("/"):
            self.assertIn(step, node, ref)
            node = node[step]
        return node

    def test_every_reference_leads_somewhere(self):
        def walk(node, path):
            if isinstance(node, dict):
                if "$ref" in node:
                    ref = node["$ref"]
                    with self.subTest(path):
                        if ref.startswith("#"):
                            self.follow(ref)
                        else:
                            self.assertTrue((ROOT / "schemas" / ref).is_file(), ref)
                for key, value in node.items():
                    walk(value, f"{path}/{key}")
            elif isinstance(node, list):
                for i, value in enumerate(node):
                    walk(value, f"{path}/{i}")
        walk(self.api, "")

    def test_messages_and_files_are_the_same_types(self):
        messages = self.api["components"]["messages"]
        self.assertEqual(set(messages), set(self.types))
        for name, message in messages.items():
            payload = message["payload"]["schema"]
            self.assertEqual((message["name"], message["title"]), (name, self.types[name]["title"]))
            self.assertEqual(payload["allOf"], [{"$ref": "events/envelope.schema.json"}])
            self.assertEqual(payload["properties"], {"type": {"const": name}, "data": {"$ref": f"events/{name}.schema.json"}})

    def test_operations_are_the_requests_and_the_events(self):
        asked, sent = collections.defaultdict(set), set()
        for name, operation in self.api["operations"].items():
            channel = operation["channel"]["$ref"].rsplit("/", 1)[1]
            types = [m["$ref"].rsplit("/", 1)[1] for m in operation["messages"]]
            for ref in operation["messages"] + operation.get("reply", {}).get("messages", []):
                self.assertTrue(ref["$ref"].startswith(f"#/channels/{channel}/messages/"), name)
            if operation["action"] == "send":
                sent |= set(types)
                continue
            (type_,) = types
            schema = self.types[type_]
            replies = [m["$ref"].rsplit("/", 1)[1] for m in operation["reply"]["messages"]]
            self.assertEqual(replies, [schema["x-reply"], *schema.get("x-parts", []), "plimsoll.error.v1"], name)
            right = schema.get("x-right")
            self.assertEqual(operation["summary"], schema["title"] + (f" [{right}]" if right else ""), name)
            asked[type_].add(channel)
        for type_, schema in self.with_role("request").items():
            self.assertEqual(asked[type_], set(STATIONS) if schema["x-service"] == "*" else {schema["x-service"]}, type_)
        self.assertEqual(sent | {"plimsoll.stream.erased.v1"}, set(self.with_role("event")))

    def test_ports_are_the_services_own(self):
        for service in STATIONS:
            text = (ROOT / "deploy" / "config" / f"{service}.yaml").read_text()
            dump = subprocess.run([BIN / f"plimsoll-{service}", "--config", ROOT / "deploy" / "config" / f"{service}.yaml", "--dump-config"],
                                  capture_output=True, text=True, cwd=ROOT).stdout + text
            for socket in ("request", "stream"):
                port = self.api["servers"][f"{service}-{socket}"]["host"].rpartition(":")[2]
                self.assertRegex(dump, rf"{socket}:.*:{port}\b", f"{service}-{socket}")

    # ---- the binaries -----------------------------------------------------------------------------------------------
    def test_every_command_has_its_schemas(self):
        described = {}
        for service, d in self.described.items():
            for command in d["commands"]:
                described[command["type"]] = (service, command)
                schema = self.types.get(command["type"])
                self.assertIsNotNone(schema, f"{service} answers {command['type']}, which has no schema")
                self.assertEqual((schema["x-role"], schema["x-service"]), ("request", service))
                self.assertEqual(schema["x-reply"], reply_of(command))
                self.assertEqual(schema.get("x-right"), command["right"], command["type"])
                self.assertEqual(self.types[reply_of(command)]["x-role"], "reply")
        for type_, reply in BUILT_IN.items():
            self.assertEqual((self.types[type_]["x-service"], self.types[type_]["x-reply"]), ("*", reply))
        status = {f"plimsoll.{s}.status.v1" for s in STATIONS}
        self.assertEqual(set(self.with_role("request")) - set(described) - set(BUILT_IN) - status, set(), "requests that nobody answers")
        replies = {s["x-reply"] for s in self.with_role("request").values()}
        self.assertEqual(set(self.with_role("reply")), replies, "replies to nothing")
        parts = {(part, name) for name, s in self.with_role("request").items() for part in s.get("x-parts", [])}
        self.assertEqual({(name, s["x-of"]) for name, s in self.with_role("part").items()}, parts, "parts of nothing")

    def test_what_one_consumes_another_produces(self):
        produced = {stream: service for service, d in self.described.items() for stream in d["produces"]}
        consumed = set()
        for service, d in self.described.items():
            for c in d["consumes"]:
                self.assertIn(c["stream"], produced, f"{service} consumes {c['stream']}, which nobody produces")
                self.assertEqual(c["peer"], f"peer.{produced[c['stream']]}", f"{service} asks the wrong service for {c['stream']}")
                self.assertNotEqual(service, produced[c["stream"]])
                consumed.add(c["stream"])
        self.assertEqual(set(produced), consumed, "streams that nobody consumes")
        streams = {s["x-stream"] for s in self.with_role("event").values()} - {"-", "*"}
        self.assertEqual(streams, set(produced))
        self.assertEqual(set(self.types["plimsoll.stream.fetch.v1"]["$defs"]["stream"]["enum"]), set(produced))

    def test_every_stream_has_its_channel(self):
        produced = {stream: service for service, d in self.described.items() for stream in d["produces"]}
        for type_, schema in self.with_role("event").items():
            if schema["x-stream"] in ("-", "*"):
                continue
            channels = [c for c in self.api["channels"].values() if c["address"] and type_ in c["messages"]]
            self.assertEqual(len(channels), len(schema["x-topics"]), type_)
            for channel, topic in zip(channels, schema["x-topics"]):
                self.assertEqual(re.sub(r"\{\w+\}", "*", channel["address"]), re.sub(r"<\w+>", "*", topic), type_)
                self.assertEqual(channel["servers"], [{"$ref": f"#/servers/{produced[schema['x-stream']]}-stream"}], type_)

    def test_every_type_in_the_source_has_a_schema(self):
        written = set()
        for path in itertools.chain((ROOT / "services").glob("*/*.c"), (ROOT / "common").glob("*/*.[ch]"), (ROOT / "services").glob("*/*.h")):
            for type_ in re.findall(r'"(plimsoll(?:\.[a-z_%]+)+\.v\d+)"', path.read_text()):
                written |= {type_.replace("%s", s) for s in STATIONS} if "%s" in type_ else {type_}
        self.assertGreater(len(written), 40)
        written.discard("plimsoll.intake.chain.v1")  # plimsoll chain asks the other three
        self.assertEqual(written - set(self.types), set())

    def test_the_runbook_names_what_there_is(self):
        """Metrics, log codes, commands and files of deploy/runbook.md exist."""
        source = "\n".join(p.read_text() for folder in ("common", "services") for p in (ROOT / folder).glob("*/*.[ch]"))
        text = (ROOT / "deploy" / "runbook.md").read_text()
        spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
        words = {w for code in spans for w in re.findall(r"[\w./<>-]+", code)}
        metrics = {w.removeprefix("<service>_") for w in words if re.fullmatch(r"[a-z<>_]+_(total|seconds|events)", w)}
        codes = {w for w in words if re.fullmatch(r"(svc|db|vault|stream|bus|consumer|comparison|request)\.[a-z_]+", w)}
        codes.discard("comparison.poison")  # a table
        self.assertGreater(len(metrics) + len(codes), 15)
        for name in metrics:
            self.assertTrue(f'"{name}"' in source or f'_{name}"' in source, f"no metric {name}")
        for name in codes:
            self.assertTrue(f'"{name}"' in source, f"no log event or code {name}")
        self.assertEqual({t for t in re.findall(r"plimsoll(?:\.[a-z_]+)+\.v1", text)} - set(self.types), set())
        for path in re.findall(r"deploy/(?!runbook)[\w./-]+[\w]", text):
            self.assertTrue((ROOT / path).exists(), path)


class Golden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.judges = Judges()
        cls.lines = [json.loads(line) for line in GOLDEN.read_text().splitlines()]

    def test_every_type_is_there(self):
        self.assertEqual(set(self.judges.schemas) - {line["schema"] for line in self.lines if line["valid"]}, set())

    def test_both_say_what_is_written_beside_it(self):
        verdicts, split = self.judges.judge((line["schema"], line["data"]) for line in self.lines)
        self.assertEqual(split, [])
        wrong = [(line["schema"], why) for line, why in zip(self.lines, verdicts) if (why is None) != line["valid"]]
        self.assertEqual(wrong, [])

    def test_spoilt_messages_are_judged_alike(self):
        """One change at a time; both implementations must say the same, and what is required must be missed."""
        cases, missed = [], []
        smallest = {}
        for line in self.lines:
            if line["valid"]:
                smallest.setdefault(line["schema"], []).append(line["data"])
        for name, examples in smallest.items():
            required = set(self.judges.schemas[name].get("required", []))
            for data in examples[:3]:
                for path, what, changed in itertools.islice(spoilt(data), SPOILT_MAX):
                    cases.append((name, changed))
                    missed.append(not path and what.startswith("without ") and what[8:] in required)
        verdicts, split = self.judges.judge(cases)
        self.assertEqual(split[:5], [], f"{len(split)} disagreements in {len(cases)}")
        taken = [case for case, why, must in zip(cases, verdicts, missed) if must and why is None]
        self.assertEqual(taken, [])
        refused = sum(why is not None for why in verdicts)
        print(f"\n{len(cases)} spoilt messages of {len(smallest)} types, {refused} refused, no disagreement")
        self.assertGreater(refused, STRICT_MIN * len(cases))


if __name__ == "__main__":
    unittest.main(verbosity=2)
