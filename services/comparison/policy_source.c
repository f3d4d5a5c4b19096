/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "policy_model.h"
#include <string.h>

/* The files of a policy as bytes: from disk, or from memory as they once were, and what tells one set from another. */

#define FILE_LIMIT_BYTES (1024u * 1024u)

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool
policy_source_read(policy_t *self, policy_source_t *source, err_t *err)
{
    if (self->given == NULL)
        return str_read_file(&source->text, source->path, FILE_LIMIT_BYTES, err);
    for (size_t i = 0; i < self->given_count; i++) {
        const policy_text_t *file = &self->given[i];

        if (strcmp(base_name(file->name), base_name(source->path)) != 0)
            continue;
        if (file->text.len > FILE_LIMIT_BYTES)
            return err_set(err, ERR_CONFIG, "policy.text", "%s is larger than %u bytes", source->path, FILE_LIMIT_BYTES);
        str_add_n(&source->text, file->text.ptr, file->text.len);
        return true;
    }
    return err_set(err, ERR_CONFIG, "policy.text", "%s is not among the files", source->path);
}

/* Each part's length goes first, so that no shift of a border gives the same digest. */
void
policy_source_digest(policy_t *self)
{
    hash_part_t parts[3 * POLICY_FILES_MAX];
    uint64_t lengths[POLICY_FILES_MAX][2];
    uint8_t bytes[POLICY_FILES_MAX][16];
    size_t n = 0;
    hash_t hash;

    for (size_t i = 0; i < self->source_count; i++) {
        const policy_source_t *source = self->sources[i];
        const char *name = base_name(source->path);

        lengths[i][0] = strlen(name);
        lengths[i][1] = source->text.len;
        for (size_t b = 0; b < sizeof bytes[i]; b++)
            bytes[i][b] = (uint8_t) (lengths[i][b / 8] >> (8 * (b % 8)));
        parts[n++] = (hash_part_t){ bytes[i], sizeof bytes[i] };
        parts[n++] = (hash_part_t){ name, strlen(name) };
        parts[n++] = (hash_part_t){ str_c(&source->text), source->text.len };
    }
    hash_of_parts(parts, n, &hash);
    str_hex(hash.b, sizeof hash.b, self->digest);
}

const char *
policy_digest(const policy_t *self)
{
    return self->digest;
}

size_t
policy_texts(const policy_t *self, policy_text_t ret[POLICY_FILES_MAX])
{
    for (size_t i = 0; i < self->source_count; i++)
        ret[i] = (policy_text_t){ base_name(self->sources[i]->path), str_slice(&self->sources[i]->text) };
    return self->source_count;
}
