/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metrics.h"

#include "base/mem.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

typedef enum { KIND_COUNTER, KIND_GAUGE, KIND_HISTOGRAM } metric_kind_t;

/* Upper bounds in seconds; the text is what Prometheus sees. */
static const struct {
    double bound;
    const char *text;
} buckets[] = {
    { 0.0001, "0.0001" }, { 0.00025, "0.00025" }, { 0.0005, "0.0005" }, { 0.001, "0.001" }, { 0.0025, "0.0025" },
    { 0.005, "0.005" },   { 0.01, "0.01" },       { 0.025, "0.025" },   { 0.05, "0.05" },   { 0.1, "0.1" },
    { 0.25, "0.25" },     { 0.5, "0.5" },         { 1, "1" },           { 2.5, "2.5" },     { 5, "5" },
    { 10, "10" },         { 25, "25" },           { 50, "50" },         { 100, "100" },
};

struct metric {
    _Atomic(metric_t *) next; /* in its family, in order of registration */
    metric_kind_t kind;
    char *labels;                                       /* "" when none */
    atomic_int_fast64_t value;                          /* counter, gauge */
    atomic_uint_fast64_t counts[COUNT_OF(buckets) + 1]; /* histogram: per bucket, not cumulative; last = beyond */
    atomic_uint_fast64_t sum_ns;
};

/* All metrics of one name: Prometheus wants their lines together. */
typedef struct family {
    _Atomic(struct family *) next;
    char *name, *help;
    metric_kind_t kind;
    _Atomic(metric_t *) first;
} family_t;

/* Readers walk the lists without the lock: a node is complete before it is linked and is never unlinked. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(family_t *) families;

static family_t *
family_of(const char *name, metric_kind_t kind, const char *help)
{
    _Atomic(family_t *) *at = &families;
    family_t *f;

    for (; (f = atomic_load(at)) != NULL; at = &f->next)
        if (strcmp(f->name, name) == 0) {
            REQUIRE(f->kind == kind);
            return f;
        }
    f = mem_new(family_t);
    f->name = mem_strdup(name);
    f->help = mem_strdup(help);
    f->kind = kind;
    atomic_store(at, f);
    return f;
}

static metric_t *
metric_of(const char *name, const char *labels, metric_kind_t kind, const char *help)
{
    const char *own = labels == NULL ? "" : labels;
    metric_t *m;

    pthread_mutex_lock(&lock);
    family_t *f = family_of(name, kind, help);
    _Atomic(metric_t *) *at = &f->first;
    for (; (m = atomic_load(at)) != NULL; at = &m->next)
        if (strcmp(m->labels, own) == 0)
            break;
    if (m == NULL) {
        m = mem_new(metric_t);
        m->kind = kind;
        m->labels = mem_strdup(own);
        atomic_store(at, m);
    }
    pthread_mutex_unlock(&lock);
    return m;
}

metric_t *
metrics_counter(const char *name, const char *labels, const char *help)
{
    return metric_of(name, labels, KIND_COUNTER, help);
}

metric_t *
metrics_gauge(const char *name, const char *labels, const char *help)
{
    return metric_of(name, labels, KIND_GAUGE, help);
}

metric_t *
metrics_histogram(const char *name, const char *labels, const char *help)
{
    return metric_of(name, labels, KIND_HISTOGRAM, help);
}

void
metric_add(metric_t *m, uint64_t n)
{
    REQUIRE(m->kind != KIND_HISTOGRAM);
    atomic_fetch_add_explicit(&m->value, (int_fast64_t) n, memory_order_relaxed);
}

void
metric_set(metric_t *m, int64_t v)
{
    REQUIRE(m->kind == KIND_GAUGE);
    atomic_store_explicit(&m->value, v, memory_order_relaxed);
}

void
metric_observe(metric_t *m, double seconds)
{
    size_t i = 0;

    REQUIRE(m->kind == KIND_HISTOGRAM);
    if (!(seconds >= 0))
        seconds = 0;
    while (i < COUNT_OF(buckets) && seconds > buckets[i].bound)
        i++;
    atomic_fetch_add_explicit(&m->counts[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->sum_ns, (uint_fast64_t) llround(fmin(seconds, 1e9) * 1e9), memory_order_relaxed);
}

/* A histogram's value is the number of observations. */
int64_t
metric_value(const metric_t *m)
{
    uint64_t n = 0;

    if (m->kind != KIND_HISTOGRAM)
        return atomic_load_explicit(&m->value, memory_order_relaxed);
    for (size_t i = 0; i < COUNT_OF(m->counts); i++)
        n += atomic_load_explicit(&m->counts[i], memory_order_relaxed);
    return (int64_t) n;
}

static void
render_histogram(const char *name, const metric_t *m, str_t *ret)
{
    const char *comma = m->labels[0] == '\0' ? "" : ",";
    uint64_t n = 0;

    for (size_t i = 0; i < COUNT_OF(m->counts); i++) {
        n += atomic_load_explicit(&m->counts[i], memory_order_relaxed);
        str_printf(ret, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, m->labels, comma,
                   i < COUNT_OF(buckets) ? buckets[i].text : "+Inf", (unsigned long long) n);
    }

    const char *open = m->labels[0] == '\0' ? "" : "{", *close = m->labels[0] == '\0' ? "" : "}";
    double sum = (double) atomic_load_explicit(&m->sum_ns, memory_order_relaxed) / 1e9;
    str_printf(ret, "%s_sum%s%s%s %.9g\n", name, open, m->labels, close, sum);
    str_printf(ret, "%s_count%s%s%s %llu\n", name, open, m->labels, close, (unsigned long long) n);
}

void
metrics_render(str_t *ret)
{
    static const char *const types[] = { "counter", "gauge", "histogram" };

    for (const family_t *f = atomic_load(&families); f != NULL; f = atomic_load(&f->next)) {
        str_printf(ret, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, types[f->kind]);
        for (const metric_t *m = atomic_load(&f->first); m != NULL; m = atomic_load(&m->next)) {
            if (m->kind == KIND_HISTOGRAM) {
                render_histogram(f->name, m, ret);
                continue;
            }
            str_add(ret, f->name);
            if (m->labels[0] != '\0')
                str_printf(ret, "{%s}", m->labels);
            str_add_char(ret, ' ');
            str_add_i64(ret, metric_value(m));
            str_add_char(ret, '\n');
        }
    }
}
