/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_grant.h"

#include "base/time.h"
#include "domain/date.h"
#include "domain/resident_id.h"
#include "grant.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <errno.h>

#define US_PER_DAY (INT64_C(86400) * 1000000)

static void
paths(const cli_options_t *options, char secret[PATH_MAX], char public_key[PATH_MAX])
{
    (void) snprintf(secret, PATH_MAX, "%s/secrets/grant.key", options->home);
    (void) snprintf(public_key, PATH_MAX, "%s/keys/grant.pub", options->home);
}

bool
cli_grant_key(const cli_options_t *options, err_t *err)
{
    char secret[PATH_MAX], public_key[PATH_MAX], dir[PATH_MAX];

    paths(options, secret, public_key);
    (void) snprintf(dir, sizeof(dir), "%s/secrets", options->home);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "io", "cannot make %s: %s", dir, strerror(errno));
    if (!grant_make_keys(secret, public_key, err))
        return false;
    printf("%s signs grants (keep it secret, it need not lie where intake runs), %s verifies them: let intake read it (HUP)\n", secret,
           public_key);
    return true;
}

static bool
refuse(err_t *err, const char *what)
{
    return err_set(err, ERR_REJECT, "bad_data", "%s", what);
}

static bool
take_persons(const char *list, grant_t *grant, err_t *err)
{
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        if (grant->person_count == GRANT_PERSONS_MAX || !uuid_parse(list, n, &grant->persons[grant->person_count]))
            return refuse(err, "--person takes pseudonyms (`plimsoll find`), at most 64, separated by commas");
        grant->person_count++;
        list += n + (list[n] == ',' ? 1U : 0U);
    }
    return true;
}

static bool
take_fields(const char *list, grant_t *grant, err_t *err)
{
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        int i = grant_field(list, n);
        if (i < 0)
            return refuse(err, "--fields takes name, document, phone, address, separated by commas");
        grant->fields[i] = true;
        list += n + (list[n] == ',' ? 1U : 0U);
    }
    return true;
}

static bool
fill(const cli_grant_t *asked, grant_t *grant, err_t *err)
{
    if (asked->to == NULL || asked->person == NULL || asked->fields == NULL || asked->reason == NULL || asked->until == NULL)
        return refuse(err, "a grant needs --to KEY, --person, --fields, --reason and --until");
    if (!str_copy(grant->key, sizeof(grant->key), asked->to) || strchr(asked->to, '\n') != NULL || asked->to[0] == '\0')
        return refuse(err, "--to takes the name of a key");
    if (strlen(asked->reason) < 4 || !str_copy(grant->reason, sizeof(grant->reason), asked->reason) || strchr(asked->reason, '\n') != NULL ||
        resident_id_within(asked->reason))
        return refuse(err, "--reason says why, in 4 to 400 bytes on one line, without a document number");
    if (!date_parse(asked->until, strlen(asked->until), &grant->until) || grant->until < (int32_t) (time_now_us() / US_PER_DAY))
        return refuse(err, "--until takes a date, YYYY-MM-DD, that is not over");
    if (!take_persons(asked->person, grant, err) || !take_fields(asked->fields, grant, err))
        return false;
    return grant->person_count > 0 || refuse(err, "--person is empty");
}

bool
cli_grant(const cli_options_t *options, const cli_grant_t *asked, err_t *err)
{
    char secret_path[PATH_MAX], public_path[PATH_MAX];
    uint8_t secret[GRANT_SECRET_SIZE];
    grant_t grant = { .person_count = 0 };
    AUTO_STR text = STR_INIT;
    json_out_t out;

    paths(options, secret_path, public_path);
    if (!fill(asked, &grant, err) || !grant_load_secret(secret_path, secret, err))
        return false;
    uuid_random(&grant.id);
    grant_sign(&grant, secret);
    mem_wipe(secret, sizeof(secret));
    json_out_init(&out, &text);
    grant_write(&grant, &out);
    printf("%s\n", str_c(&text));
    return true;
}
