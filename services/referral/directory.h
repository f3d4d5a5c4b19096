/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_DIRECTORY_H
#define REFERRAL_DIRECTORY_H

/* The programmes that can help: deploy/programmes/NAME.yaml, one file per organisation. */

#include "base/err.h"
#include "referral_model.h"

#define PROGRAMME_LIST_MAX 16
typedef struct {
    char id[REFERRAL_WORD_SIZE];
    char organisation[REFERRAL_WORD_SIZE];
    char *organisation_zh, *organisation_en;
    char *title_zh, *title_en, *basis;
    unsigned needs;                           /* bit per need_t */
    char *categories[PROGRAMME_LIST_MAX];     /* of the alert; none = all */
    size_t category_count;
    char regions[PROGRAMME_LIST_MAX][REFERRAL_REGION_SIZE];
    size_t region_count;
    int64_t capacity;     /* referrals offered or accepted at one time; -1 = no limit */
    int64_t answer_within; /* working days */
    int64_t order;        /* smaller is asked first */
    bool auto_offer;      /* offered without the desk's approval */
} programme_t;

typedef struct directory directory_t;
/* All *.yaml of a directory, in order of name; an id may occur once only. */
bool directory_load(const char *dir, directory_t **ret, err_t *err) NODISCARD;
bool directory_parse(const char *name, const char *text, size_t n, directory_t **ret,
                     err_t *err) NODISCARD; /* one file */
void directory_destroy(directory_t **self_p);
size_t directory_count(const directory_t *self);
/* Sorted by order, then id. */
const programme_t *directory_at(const directory_t *self, size_t i);
/* Index, SIZE_MAX when unknown. */
size_t directory_find(const directory_t *self, const char *programme);

#endif
