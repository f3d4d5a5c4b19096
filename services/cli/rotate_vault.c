/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "vault.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* intake's word, from the database: everything stands under the file's current key. */
static bool
check_done(const cli_options_t *options, int version, err_t *err)
{
    AUTO(event) reply = NULL;
    json_in_t in;

    if (!cli_ask(options, CLI_INTAKE, "plimsoll.intake.status.v1", SLICE_LIT("{}"), &reply, err))
        return false;
    json_in_init(&in, reply->data, "", err);
    const json_node_t *vault = json_in_object(&in, "vault");
    if (!json_in_ok(&in))
        return false;
    json_in_t at;
    json_in_init(&at, vault, "/vault", err);
    int64_t used = json_in_i64(&at, "version", 1, 32767);
    const json_node_t *rotation = json_in_object(&at, "rotation");
    if (!json_in_ok(&at))
        return false;
    json_in_init(&at, rotation, "/vault/rotation", err);
    const char *state = json_in_text(&at, "state");
    long long persons = (long long) json_in_i64(&at, "persons", 0, INT64_MAX), of = (long long) json_in_i64(&at, "of_persons", 0, INT64_MAX);
    if (!json_in_ok(&at))
        return false;
    if (used != version)
        return err_set(err, ERR_REJECT, "conflict", "intake still uses key %lld: let it read the file again (HUP)", (long long) used);
    if (strcmp(state, "done") != 0)
        return err_set(err, ERR_REJECT, "conflict", "something still needs an older key (%s, %lld of %lld people done): nothing is removed", state,
                       persons, of);
    return true;
}

static bool
finish_rotation(const cli_options_t *options, const char *path, err_t *err)
{
    AUTO(vault) vault = NULL;
    size_t dropped = 0;

    if (!vault_load(path, &vault, err))
        return false;
    int version = vault_version(vault);
    if (vault_key_count(vault) > 1 && (!check_done(options, version, err) || !vault_drop_old_keys(path, version, &dropped, err)))
        return false;
    if (options->json)
        printf("{\"version\":%d,\"dropped\":%zu}\n", version, dropped);
    else
        printf("%s: key %d is current, %zu older removed. Backups of the database from before need the file of then\n", path, version,
               dropped);
    return true;
}

bool
cli_rotate_vault(const cli_options_t *options, const char *file, bool finish, err_t *err)
{
    char path[PATH_MAX];
    int version;

    (void) snprintf(path, sizeof(path), "%s/secrets/vault.key", options->home);
    if (file == NULL)
        file = path;
    if (finish)
        return finish_rotation(options, file, err);
    if (!vault_add_key(file, &version, err))
        return false;
    if (options->json)
        printf("{\"version\":%d}\n", version);
    else
        printf("%s: key %d is new and current. Back the file up, then let intake read it (HUP); `plimsoll status` shows how far it is\n", file,
               version);
    return true;
}
