/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include <endian.h>
#include <string.h>

void
stream_chain_hash(const hash_t *previous, uint64_t seq, const char *type, const char *topic, int64_t time_us,
                  const hash_t *payload_hash, hash_t *ret)
{
    uint64_t seq_be = htobe64(seq), time_be = htobe64((uint64_t) time_us);
    /* the texts with their NUL, so that no two pairs of type and topic give the same bytes */
    const hash_part_t parts[] = {
        { previous->b, sizeof(previous->b) }, { &seq_be, sizeof(seq_be) },
        { type, strlen(type) + 1 },           { topic, strlen(topic) + 1 },
        { &time_be, sizeof(time_be) },        { payload_hash->b, sizeof(payload_hash->b) },
    };

    hash_of_parts(parts, sizeof(parts) / sizeof(parts[0]), ret);
}

/* A CHECK in the table keeps the length. */
hash_t
stream_hash_column(const db_result_t *rows, size_t row, unsigned col)
{
    hash_t hash = { { 0 } };
    slice_t bytes = db_result_bytea(rows, row, col);

    REQUIRE(bytes.len == sizeof(hash.b));
    memcpy(hash.b, bytes.ptr, sizeof(hash.b));
    return hash;
}

void
stream_name_param(db_params_t *in, const char *name)
{
    db_params_init(in);
    db_params_text(in, name);
}
