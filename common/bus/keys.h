/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_KEYS_H
#define COMMON_BUS_KEYS_H

/* CURVE certificates in CZMQ's ZPL format, and the registry of keys: a directory (var/keys/registered) that holds the
 * public certificate of every key that may connect, with its rights as metadata.  Revoking moves the file away.
 * A change is seen at the next handshake, request or publication (the directory's mtime is checked). */

#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

#define KEY_Z85_SIZE 41
#define KEY_NAME_MAX 64
typedef struct {
    char name[KEY_NAME_MAX];
    char public_z85[KEY_Z85_SIZE];
    char secret_z85[KEY_Z85_SIZE]; /* empty for a public certificate; wiped by key_done */
    /* metadata; lists are comma-separated; "" = none; "*" = all */
    char department[64], datasets[1024], regions[1024], streams[256], commands[1024], organisation[64];
    int64_t rate;    /* records per second, 0 = no limit */
    int32_t until;   /* last day of validity, DATE_OPEN = none */
} bus_key_t;

bool bus_key_generate(const char *name, bus_key_t *ret, err_t *err) NODISCARD;
void bus_key_done(bus_key_t *self);
/* Writes DIR/NAME.key (public) and DIR/NAME.key_secret, both mode 0600; refuses to overwrite. */
bool bus_key_write(const bus_key_t *self, const char *dir, err_t *err) NODISCARD;
bool bus_key_write_public(const bus_key_t *self, const char *dir, err_t *err) NODISCARD;
bool bus_key_load(const char *path, bus_key_t *ret, err_t *err) NODISCARD; /* .key or .key_secret; secret: refuses loose modes */
/* Letters a–z, A–Z, digits, '.', '_', '-'; starts with a letter or digit; shorter than KEY_NAME_MAX. */
bool bus_key_name_is_valid(const char *name);
/* Is `item` in a comma-separated list ("*" matches all; an item ending in ".*" matches by prefix)? */
bool bus_key_list_has(const char *list, const char *item);
/* Regions: true when `region` lies inside one of the key's regions ("*" or empty list = …: "*" all, "" none). */
bool bus_key_covers_region(const bus_key_t *self, const char *region);
/* The same key with the same datasets, regions, streams and organisation. */
bool bus_key_has_same_rights(const bus_key_t *a, const bus_key_t *b);
bool bus_key_may_topic(const bus_key_t *self, const char *topic); /* for fetch: stream and region of a topic */

typedef struct bus_keys bus_keys_t; /* thread-safe: the ZAP thread and the loop share it */
bool bus_keys_open(const char *registry_dir, bus_keys_t **ret, err_t *err) NODISCARD;
void bus_keys_destroy(bus_keys_t **self_p);
/* Re-reads when the directory changed; *ret_generation grows with each change. */
bool bus_keys_refresh(bus_keys_t *self, uint64_t *ret_generation, err_t *err) NODISCARD;
/* By name or by public key; false when unknown, revoked or past `until`. Copies. */
bool bus_keys_find(bus_keys_t *self, const char *name, bus_key_t *ret);
bool bus_keys_find_public(bus_keys_t *self, const char *z85, bus_key_t *ret);
/* Grows when a key went away, expired, or has other rights than before: live subscriptions no longer fit.  A new key
 * does not move it.  As of the last refresh or find. */
uint64_t bus_keys_narrowed(bus_keys_t *self);

/* For the command line: puts the public certificate into the registry at once (refuses a name that is there already);
 * moves it to the sibling directory `revoked`, where an older one of that name is replaced. */
bool bus_keys_register(const char *registry_dir, const bus_key_t *key, err_t *err) NODISCARD;
bool bus_keys_revoke(const char *registry_dir, const char *name, err_t *err) NODISCARD;
/* Calls fn for every certificate in the registry, expired ones too, ordered by name. */
typedef void (*bus_key_fn)(void *ctx, const bus_key_t *key);
bool bus_keys_each(const char *registry_dir, bus_key_fn fn, void *ctx, err_t *err) NODISCARD;

#endif
