/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_files.h"

#include "base/mem.h"
#include "domain/date.h"
#include "json/json_out.h"
#include "synth_disorder.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS_MAX = SYNTH_MONTHS_MAX * SYNTH_FEEDS, BUFFER = 1 << 15 };

static const struct {
    const char *dataset;
    const char *department;
} datasets[SYNTH_REC_COUNT] = {
    [SYNTH_REC_HOUSEHOLD] = { "civil.households", "civil" },
    [SYNTH_REC_AUTHORISATION] = { "civil.authorisations", "civil" },
    [SYNTH_REC_ENROLMENT] = { "civil.enrolments", "civil" },
    [SYNTH_REC_CHILD] = { "civil.children", "civil" },
    [SYNTH_REC_DECLARATION] = { "civil.declarations", "civil" },
    [SYNTH_REC_CERTIFICATE] = { "dpf.certificates", "dpf" },
    [SYNTH_REC_WAGE] = { "hrss.wages", "hrss" },
    [SYNTH_REC_PENSION] = { "hrss.pensions", "hrss" },
    [SYNTH_REC_SETTLEMENT] = { "medical.settlements", "medical" },
    [SYNTH_REC_VEHICLE] = { "police.vehicles", "police" },
    [SYNTH_REC_DEATH] = { "police.deaths", "police" },
    [SYNTH_REC_CREMATION] = { "civil.cremations", "civil" },
    [SYNTH_REC_PAYMENT] = { "civil.payments", "civil" },
    [SYNTH_REC_REVIEW] = { "civil.reviews", "civil" },
    [SYNTH_REC_HEALTH_DEATH] = { "health.deaths", "health" },
    [SYNTH_REC_STUDENT] = { "education.students", "education" },
    [SYNTH_REC_VICTIM] = { "emergency.victims", "emergency" },
    [SYNTH_REC_ILLNESS] = { "health.illness", "health" },
    [SYNTH_REC_UNEMPLOYED] = { "hrss.unemployment", "hrss" },
    [SYNTH_REC_CUSTODY] = { "justice.custody", "justice" },
    [SYNTH_REC_SUPPORT] = { "civil.supporters", "civil" },
    [SYNTH_REC_CARE] = { "civil.care_assessments", "civil" },
    [SYNTH_REC_JOB] = { "hrss.employment", "hrss" },
    [SYNTH_REC_POVERTY] = { "rural.poverty_return", "rural" },
    [SYNTH_REC_PRICES] = { "stats.cpi", "stats" },
};

struct synth_files {
    const synth_profile_t *profile;
    char *dir;
    FILE *open[SYNTH_REC_COUNT][SLOTS_MAX + 1];
    FILE *truth;
    FILE *decoys;
    int64_t lines[SYNTH_REC_COUNT];
    err_t failed; /* the first failure to write */
};

const char *
synth_files_dataset(synth_rec_type_t type)
{
    return datasets[type].dataset;
}

static bool
make_dir(const char *path, err_t *err)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return err_set(err, ERR_REJECT, "synth.dir", "cannot make the directory %s: %s", path, strerror(errno));
    return true;
}

/* With its parents. */
static bool
make_path(const char *path, err_t *err)
{
    AUTO_STR part = STR_INIT;

    for (const char *p = path; *p != '\0'; p++) {
        if (*p == '/' && part.len > 0 && !make_dir(str_c(&part), err))
            return false;
        str_add_char(&part, *p);
    }
    return make_dir(path, err);
}

static FILE *
open_file(const char *path, err_t *err)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL) {
        (void) err_set(err, ERR_REJECT, "synth.file", "cannot write %s: %s", path, strerror(errno));
        return NULL;
    }
    (void) setvbuf(f, NULL, _IOFBF, BUFFER);
    return f;
}

static FILE *
open_in(const synth_files_t *self, const char *name, err_t *err)
{
    AUTO_STR path = STR_INIT;

    str_printf(&path, "%s/%s", self->dir, name);
    return open_file(str_c(&path), err);
}

bool
synth_files_new(const char *dir, const synth_profile_t *profile, synth_files_t **ret, err_t *err)
{
    AUTO(synth_files) self = mem_new(synth_files_t);

    self->profile = profile;
    self->dir = mem_strdup(dir);
    if (!make_path(dir, err))
        return false;
    /* Until this county is complete the directory must not look as if it were. */
    AUTO_STR manifest = STR_INIT;
    str_printf(&manifest, "%s/manifest.ndjson", dir);
    if (unlink(str_c(&manifest)) != 0 && errno != ENOENT)
        return err_set(err, ERR_REJECT, "synth.file", "cannot replace %s: %s", str_c(&manifest), strerror(errno));
    self->truth = open_in(self, "truth.ndjson", err);
    if (self->truth == NULL)
        return false;
    self->decoys = open_in(self, "decoys.ndjson", err);
    if (self->decoys == NULL)
        return false;
    *ret = TAKE(self);
    return true;
}

void
synth_files_destroy(synth_files_t **self_p)
{
    synth_files_t *self = *self_p;

    if (self == NULL)
        return;
    for (int t = 0; t < SYNTH_REC_COUNT; t++)
        for (int s = 0; s <= SLOTS_MAX; s++)
            if (self->open[t][s] != NULL)
                (void) fclose(self->open[t][s]);
    if (self->truth != NULL)
        (void) fclose(self->truth);
    if (self->decoys != NULL)
        (void) fclose(self->decoys);
    mem_free(self->dir);
    mem_free(self);
    *self_p = NULL;
}

static void
folder_of(const synth_files_t *self, int slot, char *ret, size_t cap)
{
    char day[DATE_TEXT_SIZE];

    date_format(synth_profile_slot_day(self->profile, slot), day);
    (void) str_copy(ret, cap, slot < 0 ? "00-register" : day);
}

static FILE *
file_of(synth_files_t *self, synth_rec_type_t type, int slot)
{
    AUTO_STR path = STR_INIT;
    char folder[16];
    FILE **f = &self->open[type][slot + 1];

    if (*f != NULL || self->failed.cls != ERR_NONE)
        return *f;
    folder_of(self, slot, folder, sizeof folder);
    str_printf(&path, "%s/%s", self->dir, folder);
    if (!make_dir(str_c(&path), &self->failed))
        return NULL;
    str_printf(&path, "/%s.ndjson", datasets[type].dataset);
    *f = open_file(str_c(&path), &self->failed);
    return *f;
}

static void
write_line(synth_files_t *self, FILE *f, const str_t *line)
{
    if (f == NULL || self->failed.cls != ERR_NONE)
        return;
    if (fwrite(str_c(line), 1, line->len, f) != line->len || fputc('\n', f) == EOF)
        (void) err_set(&self->failed, ERR_REJECT, "synth.file", "cannot write below %s: %s", self->dir, strerror(errno));
}

void
synth_files_line(synth_files_t *self, synth_rec_type_t type, int slot, const str_t *line)
{
    REQUIRE(slot >= -1 && slot < SLOTS_MAX);
    write_line(self, file_of(self, type, slot), line);
    self->lines[type]++;
}

void
synth_files_truth(synth_files_t *self, const str_t *line)
{
    write_line(self, self->truth, line);
}

void
synth_files_decoy(synth_files_t *self, const str_t *line)
{
    write_line(self, self->decoys, line);
}

int64_t
synth_files_count(const synth_files_t *self, synth_rec_type_t type)
{
    return self->lines[type];
}

static void
put_tick(str_t *out, int32_t day)
{
    json_out_t j;

    json_out_init(&j, out);
    json_out_object(&j, NULL);
    json_out_text(&j, "step", "tick");
    json_out_date(&j, "to", day);
    json_out_end(&j);
    str_add_char(out, '\n');
}

static void
put_send(const synth_files_t *self, str_t *out, synth_rec_type_t type, int slot)
{
    AUTO_STR file = STR_INIT;
    char folder[16];
    json_out_t j;

    folder_of(self, slot, folder, sizeof folder);
    str_printf(&file, "%s/%s.ndjson", folder, datasets[type].dataset);
    json_out_init(&j, out);
    json_out_object(&j, NULL);
    json_out_text(&j, "step", "send");
    json_out_text(&j, "dataset", datasets[type].dataset);
    json_out_text(&j, "department", datasets[type].department);
    json_out_text(&j, "file", str_c(&file));
    json_out_bool(&j, "snapshot", type == SYNTH_REC_CHILD);
    if (type == SYNTH_REC_CHILD)
        json_out_date(&j, "as_of", synth_profile_slot_day(self->profile, slot));
    json_out_end(&j);
    str_add_char(out, '\n');
}

/* The files of one kind that arrive on that feed day, the older ones first. */
static void
put_sends(const synth_files_t *self, str_t *out, synth_rec_type_t type, int slot)
{
    for (int made = -1; made <= slot; made++)
        if (self->open[type][made + 1] != NULL && synth_disorder_slot(self->profile, type, made) == slot)
            put_send(self, out, type, made);
}

static void
put_manifest(const synth_files_t *self, str_t *out)
{
    for (int slot = -1; slot < synth_profile_slots(self->profile); slot++) {
        bool swapped = synth_disorder_is_swapped(self->profile, slot);

        if (slot == 0)
            put_tick(out, self->profile->start);
        if (slot >= 0)
            put_tick(out, synth_profile_slot_day(self->profile, slot));
        for (int t = 0; t < SYNTH_REC_COUNT; t++)
            put_sends(self, out, (synth_rec_type_t) (swapped ? SYNTH_REC_COUNT - 1 - t : t), slot);
    }
    if (self->profile->end > synth_profile_slot_day(self->profile, synth_profile_slots(self->profile) - 1))
        put_tick(out, self->profile->end);
}

bool
synth_files_put(const synth_files_t *self, const char *name, const str_t *content, err_t *err)
{
    FILE *f = open_in(self, name, err);

    if (f == NULL)
        return false;
    bool ok = fwrite(str_c(content), 1, content->len, f) == content->len;
    if (fclose(f) != 0 || !ok)
        return err_set(err, ERR_REJECT, "synth.file", "cannot write %s/%s: %s", self->dir, name, strerror(errno));
    return true;
}

static void
close_one(synth_files_t *self, FILE **f)
{
    if (*f != NULL && fclose(*f) != 0 && self->failed.cls == ERR_NONE)
        (void) err_set(&self->failed, ERR_REJECT, "synth.file", "cannot write below %s: %s", self->dir, strerror(errno));
    *f = NULL;
}

bool
synth_files_close(synth_files_t *self, err_t *err)
{
    AUTO_STR manifest = STR_INIT;

    put_manifest(self, &manifest);
    for (int t = 0; t < SYNTH_REC_COUNT; t++)
        for (int s = 0; s <= SLOTS_MAX; s++)
            close_one(self, &self->open[t][s]);
    close_one(self, &self->truth);
    close_one(self, &self->decoys);
    if (self->failed.cls != ERR_NONE) {
        *err = self->failed;
        return false;
    }
    return synth_files_put(self, "manifest.ndjson", &manifest, err);
}
