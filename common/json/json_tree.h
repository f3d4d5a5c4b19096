/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_JSON_TREE_H
#define COMMON_JSON_JSON_TREE_H

/* A tree and the memory that all of it lies in, shared inside json/. */

#include "json/json_in.h"

#include <cjson/cJSON.h>

typedef struct json_chunk json_chunk_t;

struct json {
    cJSON *root;
    json_chunk_t *chunks; /* the first is the one being filled */
};

/* 16-aligned, not zeroed, until json_destroy; NULL when memory is out. */
void *json_tree_take(json_t *self, size_t n);
/* Makes room for some n bytes without another allocation. */
bool json_tree_reserve(json_t *self, size_t n);
/* Forgets what was taken; the largest chunk is kept. */
void json_tree_reset(json_t *self);

#endif
