/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_EVENT_EVENT_H
#define COMMON_EVENT_EVENT_H

/* The envelope: CloudEvents 1.0, JSON structured mode, one frame. */

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "json/json_in.h"
#include <stdint.h>

#define EVENT_FRAME_MAX (8u * 1024 * 1024)        /* larger is answered too_large */
#define EVENT_FRAME_HARD_MAX (16u * 1024 * 1024)  /* larger closes the connection */
#define EVENT_STREAM_MAX (1024u * 1024)           /* no stream event is larger */
#define EVENT_INLINE_MAX (64u * 1024)             /* larger is published without data */

/* A decoded envelope; all text points into the tree, which it owns. */
typedef struct event {
    json_t *tree;
    const char *id, *source, *type, *subject /* or NULL */, *correlationid /* or NULL */, *causationid /* or NULL */;
    const char *actor; /* or NULL */
    int64_t time_us;
    uint64_t sequence; /* 0 when absent */
    const json_node_t *data; /* NULL only for a stream event published without data, and after event_decode_head */
    bool has_data;           /* in the frame */
} event_t;

/* Requires specversion, id, source, type, time, datacontenttype, data (`data` may be absent when `sequence` is there).
 * ERR_REJECT not_json or bad_envelope with pointer. */
bool event_decode(const char *frame, size_t n, event_t **ret, err_t *err) NODISCARD;
/* The same without a tree of what may be large: `data` stays text (event->data is NULL, *ret_data its bytes in the frame) and
 * members beside the envelope's are stepped over, so memory is bounded whatever is sent. */
bool event_decode_head(const char *frame, size_t n, event_t **ret, slice_t *ret_data, err_t *err) NODISCARD;
void event_destroy(event_t **self_p);
/* The id under which it is the cause of something else: its own when that is a UUID, else derived from source and id. */
uuid_t event_uuid(const event_t *self);

/* Everything for writing one; NULL members are left out. */
typedef struct {
    const char *id, *source, *type, *subject, *correlationid, *causationid, *actor;
    int64_t time_us;
    uint64_t sequence; /* 0 = none */
    slice_t data;      /* a JSON value; {NULL,0} = leave data out (over EVENT_INLINE_MAX) */
} event_draft_t;
void event_encode(const event_draft_t *draft, str_t *ret);

#endif
