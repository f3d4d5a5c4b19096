/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate_files.h"

#include "config/yaml_doc.h"

#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 8, FILE_MAX_BYTES = 1 << 20 };

static void
write_file(json_out_t *out, const char *name, const str_t *text)
{
    json_out_object(out, NULL);
    json_out_text(out, "name", name);
    json_out_text_n(out, "text", text->ptr == NULL ? "" : text->ptr, text->len);
    json_out_end(out);
}

/* The path of the file that this text extends, beside `path`; false when there is none.  What is wrong with the text the
 * service tells, with its place. */
static bool
parent_of(const char *path, const str_t *text, str_t *ret)
{
    AUTO(yaml_doc) doc = NULL;
    const char *slash = strrchr(path, '/');
    err_t ignored = { 0 };

    if (!yaml_doc_parse(path, str_c(text), text->len, &doc, &ignored))
        return false;
    const yaml_node_t *extends = yaml_get(yaml_doc_root(doc), "extends");
    const char *name = extends == NULL ? NULL : yaml_text(extends);
    if (name == NULL || name[0] == '\0' || strchr(name, '/') != NULL)
        return false;
    str_printf(ret, "%.*s%s.yaml", slash == NULL ? 0 : (int) (slash + 1 - path), path, name);
    return access(str_c(ret), R_OK) == 0;
}

bool
simulate_files(const char *path, json_out_t *out, err_t *err)
{
    AUTO_STR at = STR_INIT;
    bool more = true;

    str_add(&at, path);
    json_out_object(out, NULL);
    json_out_array(out, "files");
    for (int i = 0; more && i < FILES_MAX; i++) {
        AUTO_STR text = STR_INIT;
        AUTO_STR parent = STR_INIT;

        if (!str_read_file(&text, str_c(&at), FILE_MAX_BYTES, err))
            return false;
        if (!str_is_utf8(str_c(&text), text.len))
            return err_set(err, ERR_REJECT, "bad_data", "%s is not UTF-8 text", str_c(&at));
        write_file(out, str_c(&at), &text);
        more = parent_of(str_c(&at), &text, &parent);
        str_clear(&at);
        str_add(&at, str_c(&parent));
    }
    json_out_end(out);
    json_out_end(out);
    return true;
}
