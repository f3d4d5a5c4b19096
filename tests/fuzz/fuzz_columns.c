/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/mem.h"
#include "send_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Any bytes as a department's table: header, rows, records.  The first byte chooses one of two small datasets (tests/fuzz/columns: the shipped
 * ones take longer to load than all the rest).  Each record is JSON, what is refused says why, and what was wrong by itself is wrong still
 * in the file of rejects. */

static const char *const datasets[] = { "list", "flat" };
static const char datasets_dir[] = SOURCE_DIR "/tests/fuzz/columns";

static char folder[64], in_path[96], out_path[96];

static void
clean(void)
{
    (void) unlink(in_path);
    (void) unlink(out_path);
    (void) rmdir(folder);
}

static void
open_once(void)
{
    if (folder[0] != '\0')
        return;
    (void) snprintf(folder, sizeof(folder), "%s/plimsoll-fuzz-columns-%ld", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long) getpid());
    REQUIRE(mkdir(folder, 0700) == 0);
    (void) snprintf(in_path, sizeof(in_path), "%s/in.csv", folder);
    (void) snprintf(out_path, sizeof(out_path), "%s/out.csv", folder);
    REQUIRE(atexit(clean) == 0);
}

/* Reads the file to its end; false: it cannot be read on. */
static bool
read_records(const source_options_t *from, source_reason_t **ret, size_t *ret_count, bool *ret_wrong, err_t *err)
{
    AUTO(source) source = NULL;
    source_record_t record;
    source_step_t step;
    size_t cap = 0;
    uint64_t row = 0;
    err_t why = { 0 };

    if (!source_open(from, &source, err))
        return false;
    for (;;) {
        if (!source_next(source, &record, &step, &why, err))
            return false;
        if (step == SOURCE_END)
            return true;
        REQUIRE(record.from > row && record.to >= record.from);
        row = record.to;
        if (step == SOURCE_RECORD) {
            REQUIRE(json_check(record.json.ptr, record.json.len, &why));
            continue;
        }
        REQUIRE(why.text[0] != '\0');
        *ret_wrong = *ret_wrong || strcmp(why.code, "columns.apart") != 0;
        *ret = mem_grow(*ret, &cap, *ret_count + 1, sizeof(**ret));
        (*ret)[(*ret_count)++] = (source_reason_t){ record.from, record.to, "=reason" };
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    source_options_t from = { .path = in_path, .datasets = datasets_dir, .schemas = datasets_dir };
    AUTO_FREE source_reason_t *reasons = NULL;
    AUTO_FREE source_reason_t *again = NULL;
    size_t count = 0, again_count = 0;
    bool wrong = false;
    err_t err = { 0 };

    if (size == 0)
        return 0;
    open_once();
    from.dataset = datasets[data[0] % COUNT_OF(datasets)];
    REQUIRE(str_write_file(in_path, (const char *) data + 1, size - 1, 0600, &err));
    if (!read_records(&from, &reasons, &count, &wrong, &err)) {
        REQUIRE(err.text[0] != '\0');
        return 0;
    }
    if (count == 0)
        return 0;
    REQUIRE(source_write_rejects(&from, reasons, count, out_path, &err));
    from.path = out_path;
    bool still = false;
    REQUIRE(read_records(&from, &again, &again_count, &still, &err));
    REQUIRE(!wrong || again_count > 0); /* what was wrong by itself is wrong still */
    return 0;
}
