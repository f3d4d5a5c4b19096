/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_ERR_H
#define COMMON_BASE_ERR_H

/* An error answers one question of the loop that receives it: what now?
 * Every fallible function returns bool, is NODISCARD, and fills err_t on failure only. */

#include <stdbool.h>
#include <stddef.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

typedef enum {
    ERR_NONE = 0,
    ERR_RETRY,  /* could succeed later: an outage waits without bound, a conflict a bounded number of times */
    ERR_REJECT, /* this message never will: bad data, forbidden, not found, conflict of versions */
    ERR_CONFIG, /* an operator must act: exit 78 */
    ERR_BUG,    /* an invariant of ours broke: abort, the supervisor restarts */
    ERR_CLASS_COUNT
} err_class_t;

#define ERR_CODE_MAX 48
#define ERR_TEXT_MAX 512 /* a path, what is wrong with a row of a file, and what to do about it */

typedef struct {
    err_class_t cls;
    char code[ERR_CODE_MAX];  /* stable: "bad_data", "intake.dob_future"; in replies the contract's codes */
    char sqlstate[6];         /* empty when PostgreSQL had no part in it */
    char pointer[128];        /* JSON Pointer to the culprit, or empty */
    const char *file;         /* where it was set */
    int line;
    bool outage;              /* ERR_RETRY only: the peer is down, so wait without counting */
    char text[ERR_TEXT_MAX];  /* "store: begin: connection refused" */
} err_t;

/* Sets the error and returns false, so that `return err_set(…)` reads as one step.  err may be NULL. */
#define err_set(err, cls, code, ...) err_set_at((err), (cls), (code), __FILE__, __LINE__, __VA_ARGS__)
bool err_set_at(err_t *err, err_class_t cls, const char *code, const char *file, int line, const char *fmt, ...)
    PRINTF_LIKE(6, 7);

/* ERR_REJECT bad_data: "pointer: what", with the JSON Pointer to the culprit. */
#define err_bad_data(err, pointer, what) err_bad_data_at((err), (pointer), (what), __FILE__, __LINE__)
bool err_bad_data_at(err_t *err, const char *pointer, const char *what, const char *file, int line);

/* Prepends "context: " to the text and returns false. */
bool err_add(err_t *err, const char *context);

void err_clear(err_t *err);
const char *err_class_name(err_class_t cls);

/* For errors of programming only (never for input, I/O or the database); stays in release builds. */
#define REQUIRE(x) ((x) ? (void) 0 : err_require_failed(#x, __FILE__, __LINE__))
_Noreturn void err_require_failed(const char *what, const char *file, int line);

#endif
