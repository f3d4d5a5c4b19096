/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DOMAIN_RESIDENT_ID_H
#define COMMON_DOMAIN_RESIDENT_ID_H

/* GB 11643-1999: 6 area + 8 birth + 3 sequence (odd = male) + 1 check (ISO 7064 MOD 11-2). */

#include "base/err.h"
#include <stdint.h>

#define RESIDENT_ID_SIZE 19
typedef struct {
    char text[RESIDENT_ID_SIZE]; /* always 18 characters, upper-case X */
    int32_t born;                /* day number */
    bool male;
} resident_id_t;

/* Accepts 18 characters (x or X) or the old 15 digits, which become 18 (19yy).  Codes: resident_id.length,
 * resident_id.digits, resident_id.birth, resident_id.check; the text never holds the number. */
bool resident_id_parse(const char *s, size_t n, resident_id_t *ret, err_t *err) NODISCARD;
char resident_id_check(const char body[17]);

/* Does a resident ID of 18 characters stand anywhere in the text?  For what people fill in freely and others read. */
bool resident_id_within(const char *text) NODISCARD;

#endif
