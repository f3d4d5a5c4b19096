/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* What every command of `plimsoll` stands on: where the installation is, which key to use, how to ask a service. */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "bus/bus.h"
#include "event/event.h"
#include "json/json_in.h"
#include "json/json_out.h"

/* Exit codes of the contract. */
enum { CLI_DONE = 0, CLI_FAULTS = 1, CLI_REFUSED = 2 };

typedef enum { CLI_INTAKE, CLI_COMPARISON, CLI_ALERTING, CLI_REFERRAL, CLI_SERVICE_COUNT } cli_service_t;

/* Options before or after the command's name that all commands share. */
typedef struct {
    const char *home; /* the installation's var/ */
    const char *key;  /* NULL: the command's default */
    bool json;
    bool tty; /* stderr is a terminal: progress bars */
    int64_t timeout_ms;
} cli_options_t;

/* One option of a command: --name VALUE (value set) or --name (flag set). */
typedef struct {
    const char *name;
    const char **value;
    bool *flag;
} cli_flag_t;
/* Splits argv into options and `positional` (at most max); prints what is wrong and returns false.  After -- nothing is an
 * option: what departments name (a list, a batch, a register entry) may begin with --, too. */
bool cli_parse(int argc, char **argv, const char *usage, const cli_flag_t *flags, size_t flag_count, cli_options_t *options,
               const char **positional, size_t max, size_t *ret_count);

/* A folder of the installation ("deploy/datasets"): looked for above home, this directory and the program. */
bool cli_folder(const cli_options_t *options, const char *name, str_t *ret, err_t *err) NODISCARD;

const char *cli_service_name(cli_service_t service);
/* Appends what <home>/endpoints.yaml says of a service (NULL: of the installation), when it is there and names it. */
bool cli_given_endpoint(const cli_options_t *options, const char *service, const char *what, str_t *ret, err_t *err) NODISCARD;
/* Endpoint of a service: <home>/endpoints.yaml (service: {request: …, stream: …}) or the contract's default.  Caller frees. */
bool cli_endpoint(const cli_options_t *options, cli_service_t service, bool stream, char **ret, err_t *err) NODISCARD;
/* Admin address of a service without a request socket: <home>/endpoints.yaml (service: {http: host:port}) or `otherwise`. */
bool cli_admin_address(const cli_options_t *options, const char *service, const char *otherwise, char **ret, err_t *err) NODISCARD;
bool cli_load_key(const cli_options_t *options, const char *name, bus_key_t *ret, err_t *err) NODISCARD;

/* A connection to one service. */
typedef struct cli_link cli_link_t;
bool cli_link_open(const cli_options_t *options, cli_service_t service, const char *key_name, cli_link_t **ret, err_t *err)
    NODISCARD;
void cli_link_destroy(cli_link_t **self_p);
/* Sends a request; its id is returned so that replies can be told apart. */
bool cli_link_send(cli_link_t *self, const char *type, const char *source, const char *subject, const char *id, slice_t data,
                   err_t *err) NODISCARD;
/* Next reply; plimsoll.error.v1 becomes err (code, pointer, message) with *ret set too, so that its id can be read. */
bool cli_link_recv(cli_link_t *self, int64_t timeout_ms, event_t **ret, err_t *err) NODISCARD;
/* Sends and waits for the reply to this very id; a service that died over it is asked again with the same id, which its
 * idempotency makes harmless.  `source` and the rest as for cli_link_send. */
bool cli_link_call(cli_link_t *self, const char *type, const char *source, const char *id, slice_t data, int64_t timeout_ms,
                   event_t **ret, err_t *err) NODISCARD;
/* One request, one reply. */
bool cli_ask(const cli_options_t *options, cli_service_t service, const char *type, slice_t data, event_t **ret, err_t *err)
    NODISCARD;

/* Any text without NUL as one word of a shell's command line (bash, zsh, ksh), which a terminal shows and does not obey. */
void cli_add_word(str_t *ret, const char *text);

/* A household named by its UUID or by the number of its register entry. */
void cli_household(const char *text, uuid_t *ret);

/* Progress on a terminal only; total 0 = unknown. */
void cli_progress(const cli_options_t *options, const char *what, uint64_t done, uint64_t total);
void cli_progress_end(const cli_options_t *options);

/* Prints "plimsoll: text" with what to do next, for the codes that have a known remedy; returns CLI_REFUSED. */
int cli_fail(const err_t *err);

int cmd_status(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_play(int argc, char **argv);
int cmd_rejects(int argc, char **argv);
int cmd_find(int argc, char **argv);
int cmd_persons(int argc, char **argv);
/* cmd_intake.c */
int cmd_retract(int argc, char **argv);
int cmd_confirm(int argc, char **argv);
int cmd_reveal(int argc, char **argv);
int cmd_erase(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_chain(int argc, char **argv);
int cmd_tick(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_decide(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_dataset(int argc, char **argv);
int cmd_drop(int argc, char **argv);
int cmd_policy(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_shadow(int argc, char **argv);
/* rotate_vault.c: a new key in the vault's file, or (finish) the old ones out of it.  file NULL: the installation's. */
bool cli_rotate_vault(const cli_options_t *options, const char *file, bool finish, err_t *err) NODISCARD;
int cmd_keys(int argc, char **argv);
int cmd_verify(int argc, char **argv);

#endif
