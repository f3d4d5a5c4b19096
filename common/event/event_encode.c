/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include "json/json_out.h"

#include <inttypes.h>

static void
optional(json_out_t *out, const char *name, const char *value)
{
    if (value != NULL)
        json_out_text(out, name, value);
}

void
event_encode(const event_draft_t *draft, str_t *ret)
{
    json_out_t out;
    char sequence[24];

    REQUIRE(draft->id != NULL && draft->source != NULL && draft->type != NULL);
    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "specversion", "1.0");
    json_out_text(&out, "id", draft->id);
    json_out_text(&out, "source", draft->source);
    json_out_text(&out, "type", draft->type);
    optional(&out, "subject", draft->subject);
    json_out_time(&out, "time", draft->time_us);
    json_out_text(&out, "datacontenttype", "application/json");
    if (draft->sequence != 0) {
        (void) snprintf(sequence, sizeof(sequence), "%020" PRIu64, draft->sequence);
        json_out_text(&out, "sequence", sequence);
    }
    optional(&out, "correlationid", draft->correlationid);
    optional(&out, "causationid", draft->causationid);
    optional(&out, "actor", draft->actor);
    if (draft->data.ptr != NULL)
        json_out_raw(&out, "data", draft->data.ptr, draft->data.len);
    json_out_end(&out);
}
