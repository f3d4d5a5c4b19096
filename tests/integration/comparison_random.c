/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_random.h"

void
random_dibao(fixture_t *fx, const char *key, int household, const char *from, const char *to, long long fen, int person, int other)
{
    char home[UUID_TEXT_SIZE], p[UUID_TEXT_SIZE], q[UUID_TEXT_SIZE], end[32] = "";
    uuid_t u = fixture_household(household), v = fixture_person(person), w = fixture_person(other);

    uuid_format(&u, home);
    uuid_format(&v, p);
    uuid_format(&w, q);
    if (to != NULL)
        (void) snprintf(end, sizeof end, "\"to\":\"%s\",", to);
    fixture_record(fx, key, "\"facts\":[{\"holder\":{\"household\":\"%s\"},\"kind\":\"enrolment.dibao\",\"from\":\"%s\",%s\"value\":%lld,"
                             "\"persons\":[\"%s\",\"%s\"]}]", home, from, end, fen, p, q);
}

uint64_t random_state;

unsigned
random_draw(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned) (random_state >> 33) % n;
}

unsigned
random_draw_apart(uint64_t *sequence, unsigned n)
{
    *sequence = *sequence * 6364136223846793005u + 1442695040888963407u;
    return (unsigned) (*sequence >> 33) % n;
}

const char *const random_datasets[RANDOM_DATASETS] = { "civil.households", "civil.enrolments", "hrss.wages", "police.vehicles", "police.deaths",
                                        "medical.settlements", "dpf.certificates", "civil.payments" };

void
random_household(fixture_t *fx)
{
    int members[4];
    size_t n = random_draw(4);
    int home = 1 + (int) random_draw(RANDOM_HOMES);
    char effective[16];

    for (size_t i = 0; i < n; i++) { /* distinct, mostly of the household's own */
        members[i] = 1 + (int) (random_draw(8) == 0 ? random_draw(RANDOM_PEOPLE) : ((unsigned) home * 2 + (unsigned) i) % RANDOM_PEOPLE);
        for (size_t k = 0; k < i; k++)
            if (members[k] == members[i]) {
                n = i;
                break;
            }
    }
    (void) snprintf(effective, sizeof effective, "2023-0%u-01", 1 + random_draw(9));
    fixture_members(fx, home, effective, members, n, random_draw(15) == 0);
}

/* Of which datasets the key names the person. */
static bool
name_key(size_t dataset, int person, char *key, size_t cap)
{
    static const char *const words[RANDOM_DATASETS] = { [2] = "wage", [4] = "death", [6] = "certificate" };

    if (words[dataset] != NULL)
        (void) snprintf(key, cap, "%s of %d", words[dataset], person);
    return words[dataset] != NULL;
}

const char *
random_key_names(size_t dataset, unsigned n)
{
    char key[32];
    const char *names = dataset == 0 ? "household:household_no" : name_key(dataset, 1, key, sizeof key) ? "person:resident_id" : NULL;

    return n % 12 == 0 || names == NULL ? NULL : n % 18 == 1 ? "person:other" : names;
}

void
random_record(fixture_t *fx, size_t dataset)
{
    bool named;
    char key[64], from[16], to[16];
    int person = 1 + (int) random_draw(RANDOM_PEOPLE);
    int home = 1 + (int) random_draw(RANDOM_HOMES);

    (void) snprintf(key, sizeof key, "%s %u", random_datasets[dataset], random_draw(40));
    named = name_key(dataset, person, key, sizeof key);
    (void) snprintf(from, sizeof from, "202%u-%02u-01", 3 + random_draw(2), 1 + random_draw(6));
    (void) snprintf(to, sizeof to, "2024-%02u-%02u", 7 + random_draw(6), 1 + random_draw(28));
    if (dataset == 2 && named) /* one in eight months */
        (void) snprintf(key, sizeof key, "wage of %d in %s", person, from);
    if (dataset > 0 && random_draw(8) == 0) {
        if (named && random_draw(3) > 0)
            fixture_retract_of(fx, key, person);
        else
            fixture_retract(fx, key);
        return;
    }
    if (named && random_draw(16) == 0) {
        if (random_draw(4) == 0) /* without saying whose it was */
            fixture_record(fx, key, "\"facts\":[]");
        else
            fixture_nothing(fx, key, person);
        return;
    }
    if (dataset > 1 && random_draw(10) == 0) { /* cannot be applied */
        fixture_fact(fx, key, person, "", from, NULL, 1, NULL);
        return;
    }
    switch (dataset) {
    case 0:
        random_household(fx);
        return;
    case 1:
        if (random_draw(2) == 0)
            random_dibao(fx, key, home, from, random_draw(2) == 0 ? to : NULL, 10000 * (1 + random_draw(20)), person, 1 + (int) random_draw(RANDOM_PEOPLE));
        else
            fixture_fact(fx, key, person, random_draw(2) == 0 ? "enrolment.disability_nursing" : "enrolment.tekun", from,
                         random_draw(2) == 0 ? to : NULL, 17000, NULL);
        return;
    case 2: /* a fixed dataset: the key names the person */
        fixture_fact(fx, key, person, "income.wage", from, to, 10000 * (1 + random_draw(30)), NULL);
        return;
    case 3:
        fixture_fact(fx, key, person, "asset.vehicle", from, random_draw(2) == 0 ? to : NULL, 1, random_draw(3) == 0 ? "disability_scooter" : "car");
        return;
    case 4:
        fixture_fact(fx, key, person, "event.death", "2024-04-01", NULL, 0, NULL);
        return;
    case 5:
        fixture_fact(fx, key, person, "expense.medical.self_paid", from, NULL, 300000 * (1 + random_draw(5)), NULL);
        return;
    case 6:
        fixture_fact(fx, key, person, "disability.certificate", from, to, 1 + random_draw(4), random_draw(2) == 0 ? "mental" : "physical");
        return;
    default:
        fixture_fact(fx, key, person, "payment.disability_nursing", from, to, 17000, NULL);
        return;
    }
}

void
random_event(fixture_t *fx, size_t dataset, unsigned most)
{
    unsigned n = 1 + random_draw(most);

    while (n-- > 0)
        random_record(fx, dataset);
    fx->key_names = random_key_names(dataset, random_draw(36));
}
