/* SPDX-License-Identifier: Apache-2.0 */
#include "emit.h"

#include "domain/date.h"
#include "json/json_out.h"

#include <string.h>

void
emit_init(emit_t *self, stream_t *stream, db_tx_t *tx, const dataset_t *dataset, const char *department, int32_t received,
          size_t limit_bytes)
{
    *self = (emit_t){ .stream = stream,
                      .tx = tx,
                      .dataset = dataset,
                      .department = department,
                      .received = received,
                      .limit_bytes = limit_bytes };
    str_printf(&self->topic, "fact/%s", dataset->name);
}

void
emit_done(emit_t *self)
{
    str_done(&self->data);
    str_done(&self->topic);
}

static void
begin_event(emit_t *self, const char *batch)
{
    json_out_t out;

    (void) str_copy(self->batch, sizeof(self->batch), batch);
    str_clear(&self->data);
    json_out_init(&out, &self->data);
    json_out_object(&out, NULL);
    json_out_text(&out, "dataset", self->dataset->name);
    json_out_text(&out, "department", self->department);
    json_out_text(&out, "batch", batch);
    json_out_date(&out, "received", self->received);
    if (self->dataset->authorisation) /* also when nothing is put: the last event of a dataset says how it stands */
        json_out_bool(&out, "protected", true);
    if (self->dataset->key_names != KEY_NAMES_NOBODY)
        json_out_text(&out, "key_names", self->dataset->key_names_text);
    str_add(&self->data, ",\"records\":[");
}

bool
emit_flush(emit_t *self, err_t *err)
{
    stream_draft_t draft;
    uint64_t seq;

    if (self->records == 0)
        return true;
    str_add(&self->data, "]}");
    draft = (stream_draft_t){ .type = "plimsoll.facts.v1",
                              .topic = str_c(&self->topic),
                              .subject = self->dataset->name,
                              .data = str_slice(&self->data) };
    (void) !uuid_parse(self->batch, strlen(self->batch), &draft.causation);
    if (!stream_append(self->stream, self->tx, &draft, &seq, err))
        return err_add(err, "journal");
    self->seq_first = self->seq_first ? self->seq_first : seq;
    self->seq_last = seq;
    self->records = 0;
    return true;
}

bool
emit_add(emit_t *self, const char *batch, slice_t item, err_t *err)
{
    if (self->records > 0 && (self->data.len + item.len > self->limit_bytes || strcmp(batch, self->batch) != 0) &&
        !emit_flush(self, err))
        return false;
    if (self->records == 0)
        begin_event(self, batch);
    else
        str_add_char(&self->data, ',');
    str_add_n(&self->data, item.ptr, item.len);
    self->records++;
    self->total++;
    return true;
}

bool
emit_add_bare(emit_t *self, const char *batch, size_t index, const uuid_t *key, const char *op, int32_t on, const char *holder,
              err_t *err)
{
    AUTO_STR item = STR_INIT;
    char hex[33];
    json_out_t out;

    str_hex(key->b, sizeof(key->b), hex);
    json_out_init(&out, &item);
    json_out_object(&out, NULL);
    json_out_i64(&out, "index", (int64_t) index);
    json_out_text(&out, "key", hex);
    json_out_text(&out, "op", op);
    if (on != DATE_OPEN)
        json_out_date(&out, "on", on);
    json_out_array(&out, "facts");
    json_out_end(&out);
    if (holder != NULL)
        json_out_raw(&out, "holder", holder, strlen(holder));
    json_out_end(&out);
    return emit_add(self, batch, str_slice(&item), err);
}
