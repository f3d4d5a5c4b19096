# SPDX-License-Identifier: Apache-2.0
"""Full comparisons on schedule: when, of whom, what status tells, and the same when the process dies between two chunks.

Run it through pg_temp.sh -s comparison.
"""
import subprocess
import unittest

from alerting_harness import BIN, ROOT, SLOW, Refused, psql
from comparison_harness import World, household, put

SCHEDULE = "all days=1,16; children days=20 every=3 categories=child_in_difficulty; town days=10 region=320681101"
POINTS = ["comparison.tick.worked:kill:1", "comparison.tick.committed:kill:2", "db.commit.before:kill:3", "db.commit.after:kill:3",
          "comparison.tick.worked:kill:2", "comparison.tick.committed:kill:1"]


class Schedule(unittest.TestCase):
    def play(self, points=()):
        points = iter(points)

        def arm():
            return next(points, None)
        with World(schedule=SCHEDULE, **{"chunk.households": 2}) as world:
            world.start(arm())
            world.wait_ready(arm)
            world.facts("civil.households", [household(f"h{i}", [f"p{i}"], region=f"32068110{i % 2}207") for i in range(1, 8)])
            world.facts("civil.enrolments", [put(f"e{i}", f"p{i}", "enrolment.child_in_difficulty", "2023-06-01", 100000) for i in (1, 2, 3)])
            world.wait_applied(arm)
            seen = {}
            for to in ("2024-03-02", "2024-03-09", "2024-03-12", "2024-03-21", "2024-04-22"):
                self.tick(world, to, arm)
                seen[to] = {e["name"]: e for e in world.client().ask("status", {})["schedule"]}
            runs = psql("SELECT entry, day, assessed, within, done FROM comparison.comparison_run ORDER BY day, entry").splitlines()
            return seen, runs, world.deaths

    def tick(self, world, to, arm):
        while psql("SELECT coalesce(finished::text, '') FROM comparison.clock") != to:
            try:
                world.client().ask("tick", {"to": to}, seconds=2)
            except (TimeoutError, Refused):
                pass  # killed, or not ready yet: it is asked again
            world.wait_ready(arm)

    def test_1_when_and_of_whom(self):
        seen, runs, deaths = self.play()
        self.assertEqual(deaths, 0)
        # the first business day, 2 March, is no day of the schedule; households 1, 3, 5 and 7 live in the town
        self.assertEqual(runs, ["town|2024-03-10|4|f|t", "all|2024-03-16|7|f|t", "all|2024-04-01|7|f|t", "town|2024-04-10|4|f|t",
                                "all|2024-04-16|7|f|t", "children|2024-04-20|3|f|t"])
        self.assertEqual([seen["2024-03-02"][n].get("last") for n in ("all", "children", "town")], [None, None, None])
        self.assertEqual([seen["2024-03-02"][n]["next"] for n in ("all", "children", "town")], ["2024-03-16", "2024-04-20", "2024-03-10"])
        nothing = {"done": True, "opened": 0, "changed": 0, "withdrawn": 0}
        self.assertEqual(seen["2024-03-12"]["town"]["last"], {"day": "2024-03-10", "assessed": 4, **nothing})
        self.assertEqual(seen["2024-04-22"]["children"], {"name": "children", "next": "2024-07-20", "last": {"day": "2024-04-20", "assessed": 3, **nothing}})
        self.assertEqual(seen["2024-04-22"]["all"]["next"], "2024-05-01")

    def test_2_the_same_whatever_dies_when(self):
        clean = self.play()
        killed = self.play(POINTS * 3)
        self.assertGreaterEqual(killed[2], 6)
        self.assertEqual(killed[:2], clean[:2])

    def test_3_a_wrong_schedule_stops_the_start(self):
        with World() as world:
            for wrong in ("all", "all days=0", "all days=32", "all days=1 every=13", "a days=1; a days=2", "x days=1 region=32x", "x days=1 often=2"):
                done = subprocess.run([BIN / "plimsoll-comparison", *world.args(), "--set", f"schedule={wrong}", "--migrate"], cwd=ROOT, capture_output=True,
                                      text=True, timeout=30 * SLOW)
                if done.returncode == 0:
                    done = subprocess.run([BIN / "plimsoll-comparison", *world.args(), "--set", f"schedule={wrong}"], cwd=ROOT, capture_output=True,
                                          text=True, timeout=30 * SLOW)
                self.assertEqual(done.returncode, 78, (wrong, done.stderr[-300:]))
                self.assertIn("schedule", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
