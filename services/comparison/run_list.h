/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_LIST_H
#define COMPARISON_RUN_LIST_H

#include "run_each.h"

/* Who is on the list of a category (senior allowance, holiday aid, price subsidy …) on some days, and what it costs.  A day
 * on which the category holds for nobody, such as a month without price linkage, has an empty list. */

enum { LIST_PERIODS_MAX = 60 };

typedef struct {
    int32_t day;   /* on which it is assessed */
    int32_t month; /* that it stands for; INT32_MIN: for the day alone */
} list_period_t;

typedef struct {
    size_t period;
    uuid_t household, person; /* person nil: the household */
    const char *region;
    int64_t people, money; /* money: fen per month */
    bool amount_unknown;   /* what is paid cannot be told; money is 0 */
} list_entry_t;

typedef struct {
    const policy_t *policy;
    const char *version;
    const protection_t *protection;
    size_t category;
    const char *warning; /* NULL: the category; else who is warned of, in this category of findings (`category`: one of its indicators) */
    const char *region; /* "": all */
    list_period_t periods[LIST_PERIODS_MAX];
    size_t period_count;
    bool (*on_entry)(void *ctx, const list_entry_t *entry, err_t *err); /* NULL: only the counts */
    bool (*on_progress)(void *ctx, int64_t done, int64_t total, err_t *err);
    void *ctx;
} list_question_t;

/* Writes the members of the reply into an open object (docs/data.md §8). */
bool run_list(db_tx_t *tx, const terms_t *terms, const list_question_t *question, json_out_t *out, err_t *err) NODISCARD;
void list_period_write(const list_period_t *period, json_out_t *out);

#endif
