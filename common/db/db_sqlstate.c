/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include "base/mem.h"

#include <string.h>

/* The first row whose prefix matches decides, so longer prefixes stand before shorter ones.
 * https://www.postgresql.org/docs/15/errcodes-appendix.html */
static const struct {
    const char *prefix;
    err_class_t cls;
    bool outage;
} classes[] = {
    { "08", ERR_RETRY, true },     /* connection exceptions */
    { "0A", ERR_RETRY, false },    /* "cached plan must not change result type": a new connection prepares anew */
    { "22", ERR_REJECT, false },   /* data exceptions */
    { "23", ERR_REJECT, false },   /* constraint violations */
    { "25006", ERR_RETRY, true },  /* read-only: this is a standby, the primary is elsewhere */
    { "25P03", ERR_RETRY, true },  /* session ended for idling in a transaction */
    { "26", ERR_RETRY, false },    /* the prepared statement is gone: a new connection prepares anew */
    { "28", ERR_CONFIG, false },   /* role or password */
    { "3D", ERR_CONFIG, false },   /* no such database */
    { "3F", ERR_CONFIG, false },   /* no such schema */
    { "40003", ERR_RETRY, true },  /* completion unknown */
    { "40", ERR_RETRY, false },    /* serialization failure, deadlock */
    { "42", ERR_CONFIG, false },   /* schema does not fit the program, or a right is missing */
    { "44", ERR_REJECT, false },   /* WITH CHECK OPTION */
    { "53", ERR_RETRY, true },     /* disk, memory or connections are used up */
    { "54", ERR_REJECT, false },   /* the message is too large or too complex for a statement */
    { "55", ERR_RETRY, false },    /* lock not available, object in use */
    { "57014", ERR_RETRY, false }, /* cancelled: statement_timeout */
    { "57P04", ERR_CONFIG, false }, /* database dropped */
    { "57", ERR_RETRY, true },     /* shutdown, crash, starting up */
    { "58", ERR_RETRY, true },     /* the server's disk or file system */
    { "F0", ERR_CONFIG, false },   /* server configuration file */
    { "P0001", ERR_REJECT, false }, /* raised by a function of ours */
    { "XX000", ERR_RETRY, false }, /* internal error; seen for tuples updated concurrently */
    { "XX", ERR_CONFIG, false },   /* corruption: no retry heals it */
};

err_class_t
db_sqlstate_class(const char sqlstate[6], bool *ret_outage)
{
    if (ret_outage != NULL)
        *ret_outage = false;
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        if (strncmp(sqlstate, classes[i].prefix, strlen(classes[i].prefix)) != 0)
            continue;
        if (ret_outage != NULL)
            *ret_outage = classes[i].outage;
        return classes[i].cls;
    }
    /* 25*, 34*, 2D* and the rest: statements in an order that this program should never have sent. */
    return ERR_BUG;
}
