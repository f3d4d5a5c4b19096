/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_synth.h"

#include "base/mem.h"
#include "base/num.h"
#include "json/json_out.h"
#include "synth_disorder.h"
#include "synth_plots.h"
#include "synth_static.h"
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* plimsoll synth: a synthetic county from a profile. */

static const char usage[] = "usage: plimsoll synth PROFILE.yaml --out DIR [--seed N] [--scale X] [--json]\n"
                            "  Makes a county's register, its monthly department feeds and what must be found in them.\n"
                            "  --out DIR   where to write; made when missing\n"
                            "  --seed N    another county of the same numbers; the same seed gives the same bytes\n"
                            "  --scale X   multiplies the people who are not in the register (0.1 to 100000)\n"
                            "  --json      the summary as JSON\n"
                            "  Profiles are in deploy/demo; its README says how to write another.\n";

enum { EXIT_DONE = 0, EXIT_REFUSED = 2, BAR = 40 };

typedef struct {
    const char *profile;
    const char *out;
    bool has_seed;
    uint64_t seed;
    int64_t scale_bp;
    bool json;
    bool help;
} options_t;

static bool
read_scale(const char *text, int64_t *ret, err_t *err)
{
    double scale = 0;

    if (!num_real(text, strlen(text), &scale) || scale < 0.1 || scale > 100000)
        return err_set(err, ERR_REJECT, "bad_data", "--scale must be a number from 0.1 to 100000, such as 10");
    *ret = (int64_t) (scale * SYNTH_BP + 0.5);
    return true;
}

static bool
read_options(int argc, char **argv, options_t *o, err_t *err)
{
    o->scale_bp = SYNTH_BP;
    for (int i = 1; i < argc; i++) {
        bool valued = strcmp(argv[i], "--out") == 0 || strcmp(argv[i], "--seed") == 0 || strcmp(argv[i], "--scale") == 0;

        if (valued && i + 1 == argc)
            return err_set(err, ERR_REJECT, "bad_data", "%s needs a value", argv[i]);
        if (strcmp(argv[i], "--out") == 0)
            o->out = argv[++i];
        else if (strcmp(argv[i], "--seed") == 0) {
            o->has_seed = true;
            i++;
            if (!num_u64(argv[i], strlen(argv[i]), &o->seed) || o->seed > INT64_MAX)
                return err_set(err, ERR_REJECT, "bad_data", "--seed must be a whole number from 0");
        } else if (strcmp(argv[i], "--scale") == 0) {
            if (!read_scale(argv[++i], &o->scale_bp, err))
                return false;
        } else if (strcmp(argv[i], "--json") == 0)
            o->json = true;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            o->help = true;
        else if (argv[i][0] == '-' || o->profile != NULL)
            return err_set(err, ERR_REJECT, "bad_data", "%s is not understood; see plimsoll synth --help", argv[i]);
        else
            o->profile = argv[i];
    }
    if (!o->help && o->profile == NULL)
        return err_set(err, ERR_REJECT, "bad_data", "name a profile, such as deploy/demo/qidong-2024h1.yaml");
    if (!o->help && o->out == NULL)
        return err_set(err, ERR_REJECT, "bad_data", "name a directory to write to with --out");
    return true;
}

static void
show_progress(void *ctx, int64_t done, int64_t total)
{
    const bool *terminal = ctx;
    char bar[BAR + 1];

    if (!*terminal || total <= 0)
        return;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int) (done * BAR / total) ? '#' : '.';
    bar[BAR] = '\0';
    (void) fprintf(stderr, "\r[%s] %" PRId64 " of %" PRId64 " people%s", bar, done, total, done == total ? "\n" : "");
    (void) fflush(stderr);
}

/* As the reports count: dibao_single is part of dibao. */
static int64_t
reported(const int64_t *counts, int category)
{
    return counts[category] + (category == SYNTH_DIBAO ? counts[SYNTH_DIBAO_SINGLE] : 0);
}

static void
put_counts(json_out_t *j, const char *key, const int64_t *households, const int64_t *people)
{
    json_out_object(j, key);
    for (int c = 0; c < SYNTH_HARDSHIP; c++) {
        json_out_object(j, synth_category_name((synth_category_t) c));
        json_out_i64(j, "households", reported(households, c));
        json_out_i64(j, "people", reported(people, c));
        json_out_end(j);
    }
    json_out_end(j);
}

static int64_t
count_records(const synth_county_t *c)
{
    int64_t n = 0;

    for (int t = 0; t < SYNTH_REC_COUNT; t++)
        n += synth_files_count(c->files, (synth_rec_type_t) t);
    return n;
}

static void
print_json(const synth_county_t *c, const options_t *o)
{
    AUTO_STR out = STR_INIT;
    json_out_t j;

    json_out_init(&j, &out);
    json_out_object(&j, NULL);
    json_out_text(&j, "profile", c->profile->name);
    json_out_text(&j, "out", o->out);
    json_out_i64(&j, "seed", (int64_t) c->profile->seed);
    json_out_i64(&j, "people", c->persons);
    json_out_i64(&j, "households", (int64_t) c->index);
    json_out_i64(&j, "records", count_records(c));
    json_out_object(&j, "datasets");
    for (int t = 0; t < SYNTH_REC_COUNT; t++)
        json_out_i64(&j, synth_files_dataset((synth_rec_type_t) t), synth_files_count(c->files, (synth_rec_type_t) t));
    json_out_end(&j);
    json_out_object(&j, "planted");
    json_out_i64(&j, "households", c->tally.cases);
    json_out_i64(&j, "decoys", c->tally.decoys);
    json_out_i64(&j, "with_a_line", c->tally.money_cases);
    json_out_i64(&j, "near_inside", c->tally.near_inside);
    json_out_i64(&j, "near_outside", c->tally.near_outside);
    json_out_i64(&j, "findings", c->tally.findings);
    for (int k = 0; k < SYNTH_KIND_COUNT; k++)
        json_out_i64(&j, synth_kind_name((synth_kind_t) k), c->tally.by_kind[k]);
    json_out_end(&j);
    put_counts(&j, "register_at_start", c->households_at_start, c->people_at_start);
    put_counts(&j, "register_at_end", c->households_at_end, c->people_at_end);
    json_out_end(&j);
    (void) printf("%s\n", str_c(&out));
}

static void
print_text(const synth_county_t *c, const options_t *o)
{
    const synth_tally_t *t = &c->tally;
    int64_t near = t->near_inside + t->near_outside;

    (void) printf("%s (%s), seed %" PRIu64 ": %" PRId64 " people, %" PRIu64 " households, %" PRId64 " records in %s\n\n",
                  c->profile->title_zh, c->profile->title_en, c->profile->seed, c->persons, c->index, count_records(c), o->out);
    for (int k = 0; k < SYNTH_REC_COUNT; k++)
        (void) printf("  %-22s %10" PRId64 "\n", synth_files_dataset((synth_rec_type_t) k),
                      synth_files_count(c->files, (synth_rec_type_t) k));
    (void) printf("\n  register (households / people)      first day          last day\n");
    for (int k = 0; k < SYNTH_HARDSHIP; k++)
        (void) printf("  %-28s %8" PRId64 " /%8" PRId64 " %8" PRId64 " /%8" PRId64 "\n",
                      synth_category_name((synth_category_t) k), reported(c->households_at_start, k),
                      reported(c->people_at_start, k), reported(c->households_at_end, k), reported(c->people_at_end, k));
    (void) printf("\nplanted in %" PRId64 " households, %" PRId64 " of them decoys; %" PRId64 " findings to be made:\n",
                  t->cases, t->decoys, t->findings);
    for (int k = 0; k < SYNTH_KIND_COUNT; k++)
        (void) printf("  %-28s %8" PRId64 "\n", synth_kind_name((synth_kind_t) k), t->by_kind[k]);
    (void) printf("within 5 %% of a line: %" PRId64 " (%" PRId64 " just outside), %.1f %% of the %" PRId64
                  " cases with a line, %.1f %% of all\n",
                  near, t->near_outside, t->money_cases ? 100.0 * (double) near / (double) t->money_cases : 0.0,
                  t->money_cases, t->cases ? 100.0 * (double) near / (double) t->cases : 0.0);
}

static bool
make(const options_t *o, err_t *err)
{
    AUTO(synth_profile) profile = NULL;
    AUTO(synth_files) files = NULL;
    synth_county_t county;
    bool terminal = isatty(STDERR_FILENO) == 1;

    if (!synth_profile_load(o->profile, &profile, err))
        return false;
    if (o->has_seed)
        profile->seed = o->seed;
    synth_disorder_plan(profile);
    if (!synth_files_new(o->out, profile, &files, err))
        return false;
    synth_county_init(&county, profile, files);
    bool ok = synth_plots_run(&county, err) && synth_static_run(&county, o->scale_bp, show_progress, &terminal, err);
    if (ok)
        synth_county_write_prices(&county); /* before the counts are written */
    ok = ok && synth_county_write_json(&county, err) && synth_county_write_regions(&county, err) &&
         synth_county_write_policy(&county, err) && synth_files_close(files, err);
    if (ok && o->json)
        print_json(&county, o);
    else if (ok)
        print_text(&county, o);
    synth_county_done(&county);
    return ok;
}

int
cmd_synth(int argc, char **argv)
{
    options_t options = { 0 };
    err_t err = { 0 };

    if (!read_options(argc, argv, &options, &err)) {
        (void) fprintf(stderr, "plimsoll synth: %s\n", err.text);
        return EXIT_REFUSED;
    }
    if (options.help) {
        (void) fputs(usage, stdout);
        return EXIT_DONE;
    }
    if (!make(&options, &err)) {
        (void) fprintf(stderr, "plimsoll synth: %s\n", err.text);
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}
