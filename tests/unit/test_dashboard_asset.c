/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the page, their tags, and names of regions. */

#include "unit.h"

#include "asset.h"
#include "base/mem.h"
#include "region_names.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char dir[64];
} world_t;

static void
put(const world_t *w, const char *name, const char *text)
{
    AUTO_STR path = STR_INIT;
    err_t err = { 0 };

    str_printf(&path, "%s/%s", w->dir, name);
    assert_true(str_write_file(path.ptr, text, strlen(text), 0644, &err));
}

static int
setup(void **state)
{
    world_t *w = mem_new(world_t);

    assert_true(str_copy(w->dir, sizeof(w->dir), "/tmp/plimsoll-asset-XXXXXX"));
    assert_non_null(mkdtemp(w->dir));
    *state = w;
    return 0;
}

static void
drop(const world_t *w, const char *name)
{
    AUTO_STR path = STR_INIT;

    str_printf(&path, "%s/%s", w->dir, name);
    if (unlink(path.ptr) != 0)
        (void) rmdir(path.ptr);
}

static int
teardown(void **state)
{
    static const char *const made[] = { "assets/a-1.js", "assets/link.js", "assets", "index.html", ".hidden", "x.svg", "regions.json" };
    world_t *w = *state;

    for (size_t i = 0; i < COUNT_OF(made); i++)
        drop(w, made[i]);
    (void) rmdir(w->dir);
    mem_free(w);
    return 0;
}

static void
test_only_what_was_read_is_found(void **state)
{
    const world_t *w = *state;
    AUTO(assets) assets = NULL;
    AUTO_STR sub = STR_INIT;
    AUTO_STR link = STR_INIT;
    err_t err = { 0 };

    assert_false(assets_load(w->dir, &assets, &err)); /* no index.html */
    assert_int_equal(err.cls, ERR_CONFIG);
    str_printf(&sub, "%s/assets", w->dir);
    str_printf(&link, "%s/assets/link.js", w->dir);
    assert_int_equal(mkdir(sub.ptr, 0755), 0);
    put(w, "index.html", "<!doctype html>");
    put(w, "assets/a-1.js", "export {}");
    put(w, ".hidden", "no");
    assert_int_equal(symlink("/etc/passwd", link.ptr), 0);
    assert_true(assets_load(w->dir, &assets, &err));
    assert_int_equal(assets_count(assets), 2);
    assert_string_equal(assets_find(assets, "/")->type, "text/html; charset=utf-8");
    assert_false(assets_find(assets, "/index.html")->immutable);
    assert_true(assets_find(assets, "/assets/a-1.js")->immutable);
    assert_null(assets_find(assets, "/assets/link.js"));
    assert_null(assets_find(assets, "/.hidden"));
    assert_null(assets_find(assets, "/assets/../index.html"));
    assert_null(assets_find(assets, "/../../../etc/passwd"));
    assert_null(assets_find(NULL, "/"));
}

static void
test_tags(void **state)
{
    const world_t *w = *state;
    AUTO(assets) assets = NULL;
    AUTO_STR header = STR_INIT;
    err_t err = { 0 };

    put(w, "index.html", "<!doctype html>");
    assert_true(assets_load(w->dir, &assets, &err));
    const asset_t *asset = assets_find(assets, "/");
    assert_true(asset_is_match(asset, asset->etag));
    assert_true(asset_is_match(asset, "*"));
    str_printf(&header, "\"other\", W/%s", asset->etag);
    assert_true(asset_is_match(asset, header.ptr));
    assert_false(asset_is_match(asset, NULL));
    assert_false(asset_is_match(asset, ""));
    assert_false(asset_is_match(asset, "\"other\""));
    assert_false(asset_is_match(asset, " ,, W/ "));
}

static void
written(const region_names_t *names, const char *region, const char *expected)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    region_names_write(names, region, &out);
    json_out_end(&out);
    assert_string_equal(text.ptr, expected);
}

static void
test_names_come_and_stay(void **state)
{
    const world_t *w = *state;
    AUTO_STR path = STR_INIT;
    err_t err = { 0 };

    str_printf(&path, "%s/regions.json", w->dir);
    AUTO(region_names) names = region_names_new(path.ptr);
    assert_true(region_names_refresh(names, &err)); /* no file yet */
    written(names, "320681", "{\"name\":null}");
    assert_null(region_names_county(names, ""));
    put(w, "regions.json", "{\"320681\":{\"zh\":\"启东\",\"en\":\"Qidong\"},\"320681100\":{\"zh\":\"汇龙镇\",\"en\":\"Huilong\"}}");
    assert_true(region_names_refresh(names, &err));
    written(names, "320681", "{\"name\":{\"zh\":\"启东\",\"en\":\"Qidong\"}}");
    written(names, "320682", "{\"name\":null}");
    assert_string_equal(region_names_county(names, "320681100"), "320681");
    put(w, "regions.json", "{\"320681\":{\"zh\":\"启东\"}}");
    assert_false(region_names_refresh(names, &err));
    assert_true(region_names_refresh(names, &err)); /* told once, not at every look */
    written(names, "320681100", "{\"name\":{\"zh\":\"汇龙镇\",\"en\":\"Huilong\"}}");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_only_what_was_read_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_come_and_stay, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
