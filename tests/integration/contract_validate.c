/* SPDX-License-Identifier: Apache-2.0 */
/* contract_validate DIR: compiles every DIR/<name>.schema.json, then judges lines "<name> TAB <JSON>" of standard input, one
 * line out for each: "ok", or "no TAB pointer TAB why".  Another implementation judges the same lines; both must agree. */
#include "base/mem.h"
#include "base/str.h"
#include "json/json_in.h"
#include "schema/schema.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".schema.json"
#define SCHEMAS_MAX 256
#define NAME_SIZE 128

typedef struct {
    struct {
        char name[NAME_SIZE];
        schema_t *schema;
    } items[SCHEMAS_MAX];
    size_t count;
} set_t;

static bool
load_one(set_t *set, const char *dir, const char *file)
{
    AUTO_STR path = STR_INIT;
    size_t n = strlen(file) - strlen(SUFFIX);
    err_t err = { 0 };

    REQUIRE(set->count < SCHEMAS_MAX && n < NAME_SIZE);
    memcpy(set->items[set->count].name, file, n);
    str_printf(&path, "%s/%s", dir, file);
    if (!schema_load(str_c(&path), SCHEMA_ASSERT_FORMAT, &set->items[set->count].schema, &err)) {
        fprintf(stderr, "%s: %s\n", file, err.text);
        return false;
    }
    set->count++;
    return true;
}

static bool
load_all(set_t *set, const char *path)
{
    DIR *dir = opendir(path);
    bool ok = true;

    if (dir == NULL) {
        fprintf(stderr, "%s: no such directory\n", path);
        return false;
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        size_t n = strlen(e->d_name);
        if (n > strlen(SUFFIX) && strcmp(e->d_name + n - strlen(SUFFIX), SUFFIX) == 0)
            ok = load_one(set, path, e->d_name) && ok; /* all that are refused are named */
    }
    (void) closedir(dir);
    return ok;
}

static const schema_t *
find(const set_t *set, const char *name, size_t n)
{
    for (size_t i = 0; i < set->count; i++)
        if (strlen(set->items[i].name) == n && memcmp(set->items[i].name, name, n) == 0)
            return set->items[i].schema;
    return NULL;
}

static bool
judge(const set_t *set, const char *line, size_t n)
{
    AUTO(json) tree = NULL;
    err_t err = { 0 };
    const char *tab = memchr(line, '\t', n);
    const schema_t *schema = tab == NULL ? NULL : find(set, line, (size_t) (tab - line));

    if (schema == NULL) {
        fprintf(stderr, "no schema for line: %.80s\n", line);
        return false;
    }
    if (json_parse(tab + 1, n - (size_t) (tab + 1 - line), &tree, &err) &&
        schema_validate(schema, json_root(tree), &err))
        puts("ok");
    else
        printf("no\t%s\t%s\n", err.pointer, err.text);
    return true;
}

int
main(int argc, char **argv)
{
    set_t *set = mem_new(set_t);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    bool ok = argc == 2 && load_all(set, argv[1]);

    while (ok && (n = getline(&line, &cap, stdin)) > 0)
        ok = judge(set, line, (size_t) n - (line[n - 1] == '\n' ? 1 : 0));
    free(line);
    for (size_t i = 0; i < set->count; i++)
        schema_destroy(&set->items[i].schema);
    mem_free(set);
    return ok ? 0 : 1;
}
