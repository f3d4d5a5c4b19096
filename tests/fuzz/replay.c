/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/mem.h"
#include "base/str.h"
#include <dirent.h>
#include <string.h>

/* Runs a target over every file of the folders named, without a fuzzer: the seeds are regression tests with any compiler. */

#define LIMIT_BYTES (4u * 1024u * 1024u)

static bool
replay_file(const char *path)
{
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };

    if (!str_read_file(&text, path, LIMIT_BYTES, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    /* a copy without the NUL behind it, so that a sanitizer sees one byte too many */
    uint8_t *copy = mem_alloc(1, text.len + 1);
    uint8_t *tight = copy + 1;
    memcpy(tight, str_c(&text), text.len);
    (void) LLVMFuzzerTestOneInput(tight, text.len);
    mem_free(copy);
    return true;
}

static bool
replay_folder(const char *folder, size_t *count)
{
    DIR *dir = opendir(folder);
    bool ok = true;

    if (dir == NULL) {
        fprintf(stderr, "%s: no such folder\n", folder);
        return false;
    }
    for (const struct dirent *entry = readdir(dir); ok && entry != NULL; entry = readdir(dir)) {
        AUTO_STR path = STR_INIT;

        if (entry->d_name[0] == '.')
            continue;
        str_printf(&path, "%s/%s", folder, entry->d_name);
        ok = replay_file(str_c(&path));
        (*count)++;
    }
    (void) closedir(dir);
    return ok;
}

int
main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        if (!replay_folder(argv[i], &count))
            return 1;
    printf("%zu inputs\n", count);
    if (fuzz_replayed != NULL && !fuzz_replayed())
        return 1;
    return count > 0 ? 0 : 1; /* a folder that has moved is not a pass */
}
