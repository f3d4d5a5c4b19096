/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SCHEMA_PATTERN_H
#define COMMON_SCHEMA_PATTERN_H

/* The regular expressions of JSON Schema: the part of ECMA-262 (Unicode mode) that is regular, matched in time linear in
 * the text whatever the pattern.  Refused at compile time: look-around, back references, word boundaries, \p{…}, named
 * groups.  Laziness (*?) changes nothing about whether a text matches. */

#include "base/err.h"

typedef struct pattern pattern_t;

bool pattern_compile(const char *source, pattern_t **ret, err_t *err) NODISCARD;
void pattern_destroy(pattern_t **self_p);
/* text is valid UTF-8; the match may lie anywhere in it. */
bool pattern_matches(const pattern_t *self, const char *text);

#endif
