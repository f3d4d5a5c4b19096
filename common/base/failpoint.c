/* SPDX-License-Identifier: Apache-2.0 */
#include "base/failpoint.h"

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define POINT_MAX 16

typedef struct {
    char name[64];
    bool kill;
    uint64_t at; /* the passage that acts, from 1 */
    uint64_t seen;
} point_t;

static point_t points[POINT_MAX];
static size_t point_count;

/* name:action[:n]; a test that misspells a point must not pass for that. */
static void
parse_one(const char *s, size_t n)
{
    point_t p = { .at = 1 };
    const char *colon = memchr(s, ':', n);

    REQUIRE(colon != NULL && (size_t) (colon - s) < sizeof(p.name));
    REQUIRE(point_count < POINT_MAX);
    memcpy(p.name, s, (size_t) (colon - s));

    const char *action = colon + 1;
    size_t left = n - (size_t) (action - s);
    const char *second = memchr(action, ':', left);
    size_t action_len = second == NULL ? left : (size_t) (second - action);
    p.kill = slice_eq_str((slice_t){ action, action_len }, "kill");
    REQUIRE(p.kill || slice_eq_str((slice_t){ action, action_len }, "error"));
    if (second != NULL)
        REQUIRE(num_u64(second + 1, left - action_len - 1, &p.at) && p.at > 0);
    points[point_count++] = p;
}

void
failpoint_init(const char *spec)
{
    point_count = 0;
    while (spec != NULL && *spec != '\0') {
        size_t n = strcspn(spec, ",");
        parse_one(spec, n);
        spec += n + (spec[n] == ',');
    }
}

bool
failpoint_hit(const char *name)
{
    for (size_t i = 0; i < point_count; i++) {
        point_t *p = &points[i];
        if (strcmp(p->name, name) != 0 || ++p->seen != p->at)
            continue;
        if (p->kill) {
            (void) kill(getpid(), SIGKILL);
            (void) pause();
        }
        return true;
    }
    return false;
}
