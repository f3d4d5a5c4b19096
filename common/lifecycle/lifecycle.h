/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_LIFECYCLE_LIFECYCLE_H
#define COMMON_LIFECYCLE_LIFECYCLE_H

/* A lifecycle is a table { from, event, guard, to, why }.  An unmatched pair is a reject, never silence. */

#include "base/err.h"
#include "base/str.h"

typedef bool (*lifecycle_guard_fn)(const void *subject);
typedef struct {
    int from, event;
    lifecycle_guard_fn guard; /* NULL = always */
    int to;
    const char *why;
} lifecycle_row_t;
typedef struct {
    const char *name;
    const char *const *states;
    size_t state_count;
    const char *const *events;
    size_t event_count;
    const lifecycle_row_t *rows;
    size_t row_count;
} lifecycle_t;

/* First matching row wins; none: ERR_REJECT "conflict" naming state and event. */
bool lifecycle_step(const lifecycle_t *self, int from, int event, const void *subject, int *ret_to, err_t *err) NODISCARD;
int lifecycle_state_of(const lifecycle_t *self, const char *name); /* -1 when unknown */
void lifecycle_mermaid(const lifecycle_t *self, str_t *ret);
/* Every state reachable from state 0, every state that has no way out listed in `final`. */
bool lifecycle_check(const lifecycle_t *self, const int *final_states, size_t n, err_t *err) NODISCARD;

#endif
