/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLIMSOLL_H
#define PLIMSOLL_H

/* Publishing to Plimsoll as a department, from C.  Needs libzmq with CURVE; records go in and receipts come out as JSON text, so
 * that any JSON library will do.  One object belongs to one thread.
 *
 *   plimsoll_t *hrss = plimsoll_open("tcp://intake.example:7100", "intake.key", "hrss.key_secret");
 *   char *receipt = NULL;
 *   plimsoll_result_t r = plimsoll_publish(hrss, "hrss.wages", "wages-2024-03/1", records, strlen(records), 60000, &receipt);
 *
 * A batch is sent until there is a receipt: what got no answer is sent again under the same id, which counts nothing twice. */

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLIMSOLL_API __attribute__((visibility("default")))

typedef struct plimsoll plimsoll_t;

typedef enum {
    PLIMSOLL_OK,        /* *ret is the data of the receipt */
    PLIMSOLL_REFUSED,   /* *ret is the data of the error: {"code","message","pointer"} */
    PLIMSOLL_NO_ANSWER, /* nothing within the time, or only "come again"; publish again with the same id.  *ret may be NULL */
    PLIMSOLL_MISUSE     /* the arguments: see plimsoll_error */
} plimsoll_result_t;

/* `server_key` is intake.key of the installation, `own_key` your .key_secret.  NULL when a file cannot be read or memory is out;
 * plimsoll_open_error says why. */
PLIMSOLL_API plimsoll_t *plimsoll_open(const char *endpoint, const char *server_key, const char *own_key);
PLIMSOLL_API const char *plimsoll_open_error(void); /* of the last plimsoll_open of this thread */
PLIMSOLL_API void plimsoll_close(plimsoll_t *self); /* NULL-safe */

/* Sends one batch.  `id` names it for ever: choose one that your own system can find again.  `records` is a JSON array of at most
 * 10,000 objects, `n` bytes of UTF-8.  *ret is the caller's, to be freed with free(). */
PLIMSOLL_API plimsoll_result_t plimsoll_publish(plimsoll_t *self, const char *dataset, const char *id, const char *records, size_t n, long timeout_ms,
                                   char **ret);
/* The same with further members of the batch's data, as JSON text without braces: "\"declared\":{\"count\":3}", or a snapshot. */
PLIMSOLL_API plimsoll_result_t plimsoll_publish_with(plimsoll_t *self, const char *dataset, const char *id, const char *records, size_t n,
                                        const char *members, long timeout_ms, char **ret);
PLIMSOLL_API const char *plimsoll_error(const plimsoll_t *self); /* what to do about the last result that was not OK */

#ifdef __cplusplus
}
#endif
#endif
