/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_REGION_NAMES_H
#define DASHBOARD_REGION_NAMES_H

/* Names of regions from a JSON file {code: {"zh": …, "en": …}}.  The file may come later or change: it is read again when
 * its time or size is another.  Without it, codes are shown. */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/json_out.h"

typedef struct region_names region_names_t;
region_names_t *region_names_new(const char *path); /* copies the path; reads nothing yet */
void region_names_destroy(region_names_t **self_p);
/* Looks at the file; what was read before stays when the new content is no good. */
bool region_names_refresh(region_names_t *self, err_t *err) NODISCARD;
/* The whole file as JSON ("{}" without one). */
slice_t region_names_json(const region_names_t *self);
/* Writes the member `name`: {"zh","en"}, or null when the region has none. */
void region_names_write(const region_names_t *self, const char *region, json_out_t *out);
/* The first county of the file that contains (or is contained in) the region; NULL when there is none. */
const char *region_names_county(const region_names_t *self, const char *region);

#endif
