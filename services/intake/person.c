/* SPDX-License-Identifier: Apache-2.0 */
#include "person.h"

#include "intake_store.h"
#include "json/json_in.h"
#include "json/json_out.h"

#include <string.h>

static const char *const vault_fields[] = { "document", "identity", "known_as", "name", "phone", "address" };

/* Indices of the batch's persons that a step is about. */
typedef struct {
    batch_t *batch;
    uint32_t *index;
    size_t count;
} pick_t;

static void
pick_init(pick_t *p, batch_t *batch)
{
    *p = (pick_t){ .batch = batch, .index = arena_new_array(batch->arena, uint32_t, batch->person_count + 1) };
}

static batch_person_t *
picked(const pick_t *p, size_t i)
{
    return &p->batch->persons[p->index[i]];
}

static slice_t *
hashes_of(const pick_t *p)
{
    slice_t *hashes = arena_new_array(p->batch->arena, slice_t, p->count + 1);

    for (size_t i = 0; i < p->count; i++)
        hashes[i] = (slice_t){ (const char *) picked(p, i)->hash.b, sizeof(uuid_t) };
    return hashes;
}

static uuid_t *
pseudonyms_of(const pick_t *p)
{
    uuid_t *ids = arena_new_array(p->batch->arena, uuid_t, p->count + 1);

    for (size_t i = 0; i < p->count; i++)
        ids[i] = picked(p, i)->pseudonym;
    return ids;
}

static bool
find_hashed(db_tx_t *tx, const pick_t *unknown, const slice_t *hashes, err_t *err)
{
    uuid_t *found;

    if (unknown->count == 0)
        return true;
    found = arena_new_array(unknown->batch->arena, uuid_t, unknown->count);
    if (!store_find_persons(tx, hashes, unknown->count, found, err))
        return false;
    for (size_t i = 0; i < unknown->count; i++)
        picked(unknown, i)->pseudonym = found[i];
    return true;
}

/* While the vault goes over to a new key, a person may still stand under an older one: whoever is not found under the
 * current key is looked for under each older key of the file.  Else the same person would get a second pseudonym. */
static bool
find_older(db_tx_t *tx, const pick_t *unknown, size_t key, err_t *err)
{
    const vault_t *vault = unknown->batch->vault;
    arena_t *arena = unknown->batch->arena;
    uuid_t *values;
    slice_t *hashes;
    pick_t rest;

    pick_init(&rest, unknown->batch);
    for (size_t i = 0; i < unknown->count; i++)
        if (uuid_is_nil(&picked(unknown, i)->pseudonym))
            rest.index[rest.count++] = unknown->index[i];
    values = arena_new_array(arena, uuid_t, rest.count + 1);
    hashes = arena_new_array(arena, slice_t, rest.count + 1);
    for (size_t i = 0; i < rest.count; i++) {
        vault_person_hash_at(vault, key, batch_identity(picked(&rest, i)), &values[i]);
        hashes[i] = (slice_t){ (const char *) values[i].b, sizeof(values[i].b) };
    }
    return find_hashed(tx, &rest, hashes, err);
}

/* One statement finds all that the cache does not know. */
static bool
find_known(db_tx_t *tx, const pick_t *unknown, err_t *err)
{
    bool ok = find_hashed(tx, unknown, hashes_of(unknown), err);

    for (size_t key = vault_key_count(unknown->batch->vault) - 1; ok && key-- > 0;)
        ok = find_older(tx, unknown, key, err);
    return ok;
}

bool
person_find(db_tx_t *tx, const vault_t *vault, const char *identity, uuid_t *ret, err_t *err)
{
    *ret = (uuid_t){ { 0 } };
    for (size_t key = vault_key_count(vault); key-- > 0 && uuid_is_nil(ret);) {
        uuid_t hash;
        vault_person_hash_at(vault, key, identity, &hash);
        const slice_t one = { (const char *) hash.b, sizeof(hash.b) };
        if (!store_find_persons(tx, &one, 1, ret, err))
            return false;
    }
    return true;
}

/* Those of the fresh who have no resident ID, with the kind of what tells who they are. */
static bool
add_provisional(db_tx_t *tx, const pick_t *fresh, err_t *err)
{
    arena_t *arena = fresh->batch->arena;
    const char **kinds = (const char **) arena_alloc(arena, (fresh->count + 1) * sizeof(char *));

    for (size_t i = 0; i < fresh->count; i++) {
        char kind[32];

        document_kind_text(picked(fresh, i)->identity, kind);
        kinds[i] = arena_strndup(arena, kind, strlen(kind));
    }
    return fresh->count == 0 || store_insert_provisional(tx, hashes_of(fresh), pseudonyms_of(fresh), kinds, fresh->count,
                                                         vault_version(fresh->batch->vault), err);
}

/* One statement adds all that nobody knows.  This process is the only writer, so none can appear in between.  Their pseudonyms begin
 * alike: whoever came new in one batch stands on the same pages of every index by pseudonym, here and behind the door, where mostly
 * the same people are told of together again. */
static bool
add_new(db_tx_t *tx, const pick_t *unknown, err_t *err)
{
    pick_t fresh, other;
    uuid_t near;

    uuid_random(&near);
    pick_init(&fresh, unknown->batch);
    pick_init(&other, unknown->batch);
    for (size_t i = 0; i < unknown->count; i++) {
        batch_person_t *p = picked(unknown, i);
        pick_t *to = p->identity == NULL ? &fresh : &other;

        if (!uuid_is_nil(&p->pseudonym) || !p->needed)
            continue;
        uuid_random_near(&near, &p->pseudonym);
        p->fresh = true;
        to->index[to->count++] = unknown->index[i];
    }
    if (fresh.count > 0 && !store_insert_persons(tx, hashes_of(&fresh), pseudonyms_of(&fresh), fresh.count,
                                                 vault_version(fresh.batch->vault), err))
        return false;
    return add_provisional(tx, &other, err);
}

static slice_t
bound_to(const uuid_t *pseudonym)
{
    return (slice_t){ (const char *) pseudonym->b, sizeof(pseudonym->b) };
}

bool
person_unseal(const vault_t *vault, const uuid_t *pseudonym, int version, slice_t sealed, str_t *ret, err_t *err)
{
    return vault_unseal(vault, version, bound_to(pseudonym), sealed, ret, err);
}

const char *
person_identity(const json_node_t *sealed)
{
    const char *identity = json_text(json_get(sealed, "identity"));

    return identity != NULL ? identity : json_text(json_get(sealed, "document"));
}

/* What is sealed for a person: the new value of a field where there is one, else the old. */
static void
write_personal(const batch_person_t *p, const json_node_t *old, str_t *ret)
{
    const char *values[COUNT_OF(vault_fields)] = { p->identity ? document_number(p->identity) : p->document, p->routed ? NULL : p->identity, NULL, p->name,
                                                   p->phone, p->address };
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    for (size_t i = 0; i < COUNT_OF(vault_fields); i++) {
        const char *value = values[i] ? values[i] : json_text(json_get(old, vault_fields[i]));

        if (value != NULL)
            json_out_text(&out, vault_fields[i], value);
    }
    json_out_end(&out);
}

/* Collects sealed values; all of them lie in one buffer, told apart by their offsets. */
typedef struct {
    pick_t write;
    size_t fresh; /* the first so many are of people who are new */
    str_t sealed;
    size_t *ends;
} sealing_t;

static void
seal_person(sealing_t *s, uint32_t index, const json_node_t *old, const str_t *old_text)
{
    batch_t *batch = s->write.batch;
    const batch_person_t *p = &batch->persons[index];
    str_t plain = STR_INIT;

    write_personal(p, old, &plain);
    if (old_text == NULL || !slice_eq(str_slice(&plain), str_slice(old_text))) {
        vault_seal(batch->vault, bound_to(&p->pseudonym), str_slice(&plain), &s->sealed);
        s->ends[s->write.count] = s->sealed.len;
        s->write.index[s->write.count++] = index;
    }
    mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
}

typedef struct {
    sealing_t *sealing;
    const pick_t *known;
    bool *seen;
} compare_t;

/* One person whose vault row was found: merge, and write only what differs. */
static bool
on_vault_row(void *ctx, size_t ordinal, slice_t sealed, int version, err_t *err)
{
    compare_t *c = ctx;
    uint32_t index = c->known->index[ordinal];
    const batch_t *batch = c->known->batch;
    AUTO(json) tree = NULL;
    str_t plain = STR_INIT;
    bool ok;

    c->seen[ordinal] = true;
    ok = person_unseal(batch->vault, &batch->persons[index].pseudonym, version, sealed, &plain, err) &&
         json_parse(plain.ptr, plain.len, &tree, err);
    if (ok)
        seal_person(c->sealing, index, json_root(tree), version == vault_version(batch->vault) ? &plain : NULL);
    if (plain.ptr != NULL)
        mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
    return ok;
}

static bool
compare_known(db_tx_t *tx, sealing_t *s, const pick_t *known, err_t *err)
{
    compare_t c = { .sealing = s, .known = known };

    if (known->count == 0)
        return true;
    c.seen = arena_new_array(known->batch->arena, bool, known->count);
    if (!store_find_vault(tx, pseudonyms_of(known), known->count, on_vault_row, &c, err))
        return false;
    for (size_t i = 0; i < known->count; i++)
        if (!c.seen[i])
            seal_person(s, known->index[i], NULL, NULL);
    return true;
}

static bool
write_vault(db_tx_t *tx, const sealing_t *s, err_t *err)
{
    const pick_t *w = &s->write;
    slice_t *values;
    size_t at = 0;

    if (w->count == 0)
        return true;
    values = arena_new_array(w->batch->arena, slice_t, w->count);
    for (size_t i = 0; i < w->count; i++) {
        values[i] = (slice_t){ s->sealed.ptr + at, s->ends[i] - at };
        at = s->ends[i];
    }
    const uuid_t *ids = pseudonyms_of(w);
    int version = vault_version(w->batch->vault);
    return (s->fresh == 0 || store_insert_vault(tx, ids, values, s->fresh, version, err)) &&
           (s->fresh == w->count || store_write_vault(tx, ids + s->fresh, values + s->fresh, w->count - s->fresh, version, err));
}

static bool
update_vault(db_tx_t *tx, batch_t *batch, err_t *err)
{
    sealing_t s = { .sealed = STR_INIT };
    pick_t known;
    bool ok;

    pick_init(&s.write, batch);
    pick_init(&known, batch);
    s.ends = arena_new_array(batch->arena, size_t, batch->person_count + 1);
    for (uint32_t i = 0; i < batch->person_count; i++) {
        const batch_person_t *p = &batch->persons[i];

        if (p->fresh)
            seal_person(&s, i, NULL, NULL);
        else if (p->needed && (p->name != NULL || p->phone != NULL || p->address != NULL))
            known.index[known.count++] = i;
    }
    s.fresh = s.write.count;
    ok = compare_known(tx, &s, &known, err) && write_vault(tx, &s, err);
    str_done(&s.sealed);
    return ok;
}

static bool
seal_made(db_tx_t *tx, const vault_t *vault, const char *identity, const char *known_as, const uuid_t *pseudonym, err_t *err)
{
    str_t plain = STR_INIT;
    AUTO_STR sealed = STR_INIT;
    json_out_t out;
    slice_t value;

    json_out_init(&out, &plain);
    json_out_object(&out, NULL);
    json_out_text(&out, "document", document_number(known_as ? known_as : identity));
    if (document_is_provisional(identity))
        json_out_text(&out, "identity", identity);
    if (known_as != NULL)
        json_out_text(&out, "known_as", known_as);
    json_out_end(&out);
    vault_seal(vault, bound_to(pseudonym), str_slice(&plain), &sealed);
    mem_wipe(plain.ptr, plain.len);
    str_done(&plain);
    value = str_slice(&sealed);
    return store_write_vault(tx, pseudonym, &value, 1, vault_version(vault), err);
}

bool
person_make(db_tx_t *tx, const vault_t *vault, const char *identity, const char *known_as, uuid_t *ret, err_t *err)
{
    int version = vault_version(vault);
    const char *kinds[1];
    char kind[32];
    uuid_t hash;
    bool ok;

    vault_person_hash(vault, identity, &hash);
    const slice_t one = { (const char *) hash.b, sizeof(hash.b) };
    if (uuid_is_nil(ret))
        uuid_random(ret);
    document_kind_text(identity, kind);
    kinds[0] = kind;
    ok = document_is_provisional(identity) ? store_insert_provisional(tx, &one, ret, kinds, 1, version, err)
                                           : store_insert_persons(tx, &one, ret, 1, version, err);
    return ok && seal_made(tx, vault, identity, known_as, ret, err);
}

bool
person_resolve(db_tx_t *tx, person_cache_t *cache, const routes_t *routes, batch_t *batch, err_t *err)
{
    pick_t unknown;

    pick_init(&unknown, batch);
    for (uint32_t i = 0; i < batch->person_count; i++) {
        batch_person_t *p = &batch->persons[i];

        if ((!p->needed && !p->sought) || !uuid_is_nil(&p->pseudonym))
            continue;
        p->cached = person_cache_get(cache, &p->hash, &p->pseudonym);
        if (!p->cached)
            unknown.index[unknown.count++] = i;
    }
    if (!find_known(tx, &unknown, err) || !add_new(tx, &unknown, err) || !routes_apply(routes, tx, batch, err))
        return err_add(err, "persons");
    if (!update_vault(tx, batch, err))
        return err_add(err, "vault");
    return true;
}

void
person_remember(person_cache_t *cache, const batch_t *batch)
{
    for (size_t i = 0; i < batch->person_count; i++) {
        const batch_person_t *p = &batch->persons[i];

        if (!p->cached && !uuid_is_nil(&p->pseudonym) && !p->routed)
            person_cache_put(cache, &p->hash, &p->pseudonym);
    }
}
