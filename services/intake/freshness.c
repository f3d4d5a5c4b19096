/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"
#include "intake_store.h"

#include "base/time.h"
#include "log/log.h"
#include "metrics/metrics.h"

#include <string.h>

/* A feed that was there and stays away.  Nobody is found to be poor by a department that has stopped sending: that is as grave as
 * a wrong record, and nothing else would show it. */

#define US_PER_DAY INT64_C(86400000000)

/* Days after which a rhythm is broken: the period, a weekend or a holiday, and some days of grace. */
static int64_t
days_of(const char *rhythm)
{
    static const struct {
        const char *rhythm;
        int64_t days;
    } limits[] = { { "daily", 4 }, { "weekly", 12 }, { "twice_monthly", 24 }, { "monthly", 45 }, { "quarterly", 120 }, { "yearly", 420 } };

    for (size_t i = 0; i < COUNT_OF(limits); i++)
        if (strcmp(rhythm, limits[i].rhythm) == 0)
            return limits[i].days;
    return 0; /* event: comes when something happens */
}

static bool
tell(svc_t *svc, db_tx_t *tx, const dataset_t *d, bool silent, int64_t last_us, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;
    uint64_t seq;

    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    json_out_text(&out, "dataset", d->name);
    json_out_text(&out, "department", d->owner);
    json_out_text(&out, "rhythm", d->rhythm);
    json_out_text(&out, "state", silent ? "silent" : "heard");
    json_out_time(&out, "last", last_us);
    json_out_i64(&out, "after_days", days_of(d->rhythm));
    json_out_end(&out);
    const stream_draft_t draft = { .type = "plimsoll.feed.silence.v1", .topic = "audit/intake/silence", .subject = d->name, .data = str_slice(&data) };
    return stream_append(svc_stream(svc, "audit"), tx, &draft, &seq, err) || err_add(err, "feed silence");
}

static bool
mark(svc_t *svc, intake_t *self, const dataset_t *d, bool silent, int64_t last_us, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    bool changed = false;

    if (!svc_tx_begin(svc, &tx, err) || !store_mark_silent(tx, d->name, silent, &changed, err) ||
        (changed && !tell(svc, tx, d, silent, last_us, err)) || !svc_tx_commit(svc, &tx, err))
        return false;
    board_silent(self->board, d->name, silent ? time_now_us() : 0);
    if (silent)
        log_warn("feed.silent", F_STR("dataset", d->name), F_STR("department", d->owner));
    else
        log_info("feed.heard", F_STR("dataset", d->name), F_STR("department", d->owner));
    return true;
}

bool
intake_watch_feeds(svc_t *svc, void *state, err_t *err)
{
    static metric_t *silent_feeds;
    intake_t *self = state;
    int64_t now = time_now_us(), count = 0;

    for (size_t i = 0; i < catalogue_count(self->catalogue); i++) {
        const dataset_t *d = catalogue_at(self->catalogue, i);
        int64_t last, days = days_of(d->rhythm);
        bool was, is;

        if (days == 0 || !board_last(self->board, d->name, &last, &was))
            continue;
        is = now - last > days * US_PER_DAY;
        count += is;
        if (is != was && !mark(svc, self, d, is, last, err))
            return false;
    }
    if (silent_feeds == NULL)
        silent_feeds = metrics_gauge("intake_feeds_silent", NULL, "Feeds that stay away longer than their rhythm allows.");
    metric_set(silent_feeds, count);
    return true;
}
