/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_METRICS_METRICS_H
#define COMMON_METRICS_METRICS_H

/* Counters, gauges and histograms in Prometheus text form.  Values are atomics: the HTTP thread reads them without locks.
 * Registered for the life of the process; the same name and labels give the same object. */

#include "base/str.h"
#include <stdint.h>

typedef struct metric metric_t;
/* labels: `topic="fact",result="ok"` or NULL. */
metric_t *metrics_counter(const char *name, const char *labels, const char *help);
metric_t *metrics_gauge(const char *name, const char *labels, const char *help);
metric_t *metrics_histogram(const char *name, const char *labels, const char *help); /* seconds, 100 µs … 100 s */
void metric_add(metric_t *m, uint64_t n);
void metric_set(metric_t *m, int64_t v);
void metric_observe(metric_t *m, double seconds);
int64_t metric_value(const metric_t *m);
void metrics_render(str_t *ret);

#endif
