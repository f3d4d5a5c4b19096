/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <string.h>

#include "config/yaml_doc.h"
#include "domain/date.h"
#include "policy_set.h"

/* A draft comes as text, with those of the files it extends that the asker has; the shipped ones are here. */

#define FILE_MAX_BYTES ((size_t) 1024 * 1024)
#define NAME_MAX_BYTES 200 /* of a file */

typedef struct {
    policy_text_t files[POLICY_FILES_MAX];
    size_t n;
    arena_t *arena;
} draft_t;

static bool
refuse(err_t *err, size_t index, const char *text)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s", text);
    (void) snprintf(err->pointer, sizeof err->pointer, "/drafts/%zu", index);
    return false;
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static bool
has_file(const draft_t *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(base_name(d->files[i].name), name) == 0)
            return true;
    return false;
}

/* The name of the file that this one extends; NULL when there is none, or when it cannot be read: the policy's own reader
 * says then what is wrong. */
static const char *
parent_of(const draft_t *d, slice_t text)
{
    AUTO(yaml_doc) doc = NULL;
    err_t ignored = { 0 };

    if (!yaml_doc_parse("draft", text.ptr, text.len, &doc, &ignored))
        return NULL;
    const yaml_node_t *extends = yaml_get(yaml_doc_root(doc), "extends");
    const char *name = extends == NULL ? NULL : yaml_text(extends);
    if (name == NULL || name[0] == '\0' || strlen(name) > NAME_MAX_BYTES ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0') /* never a path */
        return NULL;
    return arena_printf(d->arena, "%s.yaml", name);
}

/* The files it extends that did not come with it, from the place of the shipped ones. */
static bool
add_shipped(const job_work_t *work, draft_t *d, err_t *err)
{
    for (size_t i = 0; i < d->n && d->n < POLICY_FILES_MAX; i++) {
        const char *name = parent_of(d, d->files[i].text);
        AUTO_STR path = STR_INIT;
        AUTO_STR text = STR_INIT;
        err_t missing = { 0 };

        if (name == NULL || has_file(d, name))
            continue;
        str_printf(&path, "%s%s", work->policy_dir, name);
        if (!str_read_file(&text, str_c(&path), FILE_MAX_BYTES, &missing))
            return err_set(err, ERR_REJECT, "bad_data", "%s extends %s, which neither lies beside it nor is one of the shipped policies",
                           d->files[i].name, name);
        d->files[d->n++] = (policy_text_t){ name, { arena_strndup(d->arena, str_c(&text), text.len), text.len } };
    }
    return true;
}

static bool
read_files(const json_node_t *draft, size_t index, draft_t *d, err_t *err)
{
    const json_node_t *files = json_get(draft, "files");

    if (files == NULL || json_kind(files) != JSON_ARRAY || json_count(files) == 0 || json_count(files) > POLICY_FILES_MAX)
        return refuse(err, index, "a draft is {files: [{name, text}, …]}, at most 8, the draft itself first");
    for (const json_node_t *f = json_first(files); f != NULL; f = json_next(f)) {
        const char *name = json_text(json_get(f, "name")), *text = json_text(json_get(f, "text"));

        if (name == NULL || text == NULL || name[0] == '\0' || strlen(name) > NAME_MAX_BYTES)
            return refuse(err, index, "a file of a draft has a name and a text");
        d->files[d->n++] = (policy_text_t){ name, slice_of(text) };
    }
    return true;
}

static bool
load_draft(const job_work_t *work, const json_node_t *draft, size_t index, policy_t **ret, err_t *err)
{
    AUTO(arena) arena = arena_new(4096);
    draft_t d = { .arena = arena };
    err_t why = { 0 };

    if (draft == NULL)
        d.n = policy_texts(work->policy, d.files);
    else if (!read_files(draft, index, &d, err) || !add_shipped(work, &d, err))
        return false;
    return policy_load_texts(d.files, d.n, work->terms, ret, &why) || refuse(err, index, why.text);
}

static bool
apply_sets(const job_work_t *work, int32_t day, policy_t **policy, err_t *err)
{
    const json_node_t *sets = json_get(work->asked, "sets");
    const char *texts[POLICY_SETS_MAX];
    policy_t *changed = NULL;
    size_t n = 0;

    if (sets == NULL || json_count(sets) == 0)
        return true;
    for (const json_node_t *s = json_first(sets); s != NULL && n < POLICY_SETS_MAX; s = json_next(s)) {
        texts[n] = json_text(s);
        if (texts[n++] == NULL)
            return err_set(err, ERR_REJECT, "bad_data", "sets: a list of texts such as dibao.standard=860");
    }
    if (!policy_set(*policy, texts, n, day, work->terms, &changed, err))
        return false;
    policy_destroy(policy);
    *policy = changed;
    return true;
}

bool
job_draft(const job_work_t *work, const json_node_t *draft, size_t index, int32_t day, policy_t **ret, char ret_version[64],
          err_t *err)
{
    AUTO(policy) policy = NULL;
    int32_t numbers;
    json_in_t in;

    json_in_init(&in, work->asked, "", err);
    if (!job_day(&in, "numbers", DATE_OPEN, &numbers, err) || !load_draft(work, draft, index, &policy, err))
        return false;
    /* what is set holds from the day whose numbers are asked for */
    if (!apply_sets(work, numbers != DATE_OPEN ? numbers : day, &policy, err))
        return false;
    policy_version(policy, numbers != DATE_OPEN ? numbers : day, ret_version);
    if (numbers != DATE_OPEN)
        policy_advance(policy, numbers);
    *ret = TAKE(policy);
    return true;
}
