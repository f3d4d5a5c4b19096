/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "intake_sql.h"

static const db_stmt_set_t *const statements[] = { &intake_statements, NULL };
static const char *const streams[] = { "facts", "audit", NULL };
static const svc_command_t commands[] = {
    { "plimsoll.feed.batch.v1", "plimsoll.feed.receipt.v1", NULL, SVC_QUEUED, intake_on_batch },
    { "plimsoll.intake.find.v1", NULL, "intake.find", SVC_OWN, intake_on_find },
    { "plimsoll.intake.reveal.v1", NULL, NULL, SVC_OWN, intake_on_reveal },
    { "plimsoll.intake.rejects.v1", NULL, NULL, SVC_READ, intake_on_rejects },
    { "plimsoll.intake.retract.v1", NULL, NULL, SVC_WRITE, intake_on_retract },
    { "plimsoll.intake.erase.v1", NULL, "intake.erase", SVC_WRITE, intake_on_erase },
    { "plimsoll.intake.merge.v1", NULL, "intake.merge", SVC_WRITE, intake_on_merge },
    { "plimsoll.intake.split.v1", NULL, "intake.split", SVC_WRITE, intake_on_split },
    { "plimsoll.intake.confirm.v1", NULL, "intake.confirm", SVC_OWN, intake_on_confirm },
    { .type = NULL },
};

static const svc_tick_t ticks[] = { { "feeds", 10000, intake_watch_feeds }, { "rotate", 200, intake_rotate },
                                    { "people", 1000, intake_count_people },
                                    { "lists", 1000, intake_read_lists }, { .name = NULL } };

int
main(int argc, char **argv)
{
    const svc_def_t def = {
        .name = "intake",
        .version = PLIMSOLL_VERSION,
        .config = intake_config,
        .config_size = sizeof(intake_config_t),
        .statements = statements,
        .migrations = &intake_migrations,
        .produces = streams,
        .commands = commands,
        .ticks = ticks,
        .init = intake_init,
        .on_connect = intake_on_connect,
        .on_reload = intake_on_reload,
        .status = intake_status,
        .drain = intake_drain,
        .destroy = intake_destroy,
    };
    return svc_main(&def, argc, argv);
}
