/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_UNIT_H
#define COMPARISON_POLICY_UNIT_H

/* Units of values.  Quantities have dimensions (money, month, year); flags, dates and words are of their own kind.
 * A unit error is an error of the policy's text, found before anything is computed. */

#include <stdbool.h>
#include <stdint.h>

typedef enum { UNIT_QUANTITY, UNIT_FLAG, UNIT_DATE, UNIT_WORD } unit_kind_t;

typedef struct {
    uint8_t kind;              /* unit_kind_t */
    int8_t money, month, year; /* exponents, quantities only */
} unit_t;

#define UNIT_NUMBER_ ((unit_t){ UNIT_QUANTITY, 0, 0, 0 })
#define UNIT_FLAG_ ((unit_t){ UNIT_FLAG, 0, 0, 0 })
#define UNIT_MONEY_ ((unit_t){ UNIT_QUANTITY, 1, 0, 0 })
#define UNIT_MONEY_MONTH_ ((unit_t){ UNIT_QUANTITY, 1, -1, 0 })
#define UNIT_MONTHS_ ((unit_t){ UNIT_QUANTITY, 0, 1, 0 })
#define UNIT_YEARS_ ((unit_t){ UNIT_QUANTITY, 0, 0, 1 })
#define UNIT_DATE_ ((unit_t){ UNIT_DATE, 0, 0, 0 })
#define UNIT_WORD_ ((unit_t){ UNIT_WORD, 0, 0, 0 })

/* "money", "money/month", "ratio", "count", "months", "years", "age", "flag", "date". */
bool unit_parse(const char *text, unit_t *ret);
bool unit_eq(unit_t a, unit_t b);
unit_t unit_mul(unit_t a, unit_t b); /* quantities */
unit_t unit_div(unit_t a, unit_t b);
#define UNIT_TEXT_SIZE 48
void unit_format(unit_t u, char ret[UNIT_TEXT_SIZE]);

#endif
