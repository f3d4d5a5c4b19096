/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_block.h"
#include <string.h>

/* Supporters beside the households of a block: their homes stand behind the households, with no verdict of their own,
 * and what is read of a supporter is gathered from there. */

static void
grow(policy_supporters_t *s, size_t supporters)
{
    if (supporters <= s->cap)
        return;
    s->cap = supporters + supporters / 2;
    mem_free(s->member);
    mem_free(s->place);
    mem_free(s->home);
    mem_free(s->links);
    mem_free(s->link_homes);
    s->member = mem_new_array(uint32_t, s->cap);
    s->place = mem_new_array(uint32_t, s->cap);
    s->home = mem_new_array(uint32_t, s->cap);
    s->link_homes = mem_new_array(uint32_t, s->cap);
    s->links = mem_alloc(s->cap, sizeof(const supporter_t *));
}

/* The lane of the home: a household with two supporters in it is listed once for each household that they support. */
static uint32_t
home_lane(policy_block_t *self, size_t household, size_t i, uint32_t base)
{
    policy_supporters_t *s = &self->supporters;
    const dossier_t *d = s->dossiers[household];
    const dossier_t *home = d->supporters[i].home;

    if (home == NULL || home->incomplete)
        return POLICY_NO_LANE;
    if (home == d)
        return (uint32_t) household;
    for (size_t k = 0; k < i; k++)
        if (d->supporters[k].home == home)
            return s->link_homes[base + k];
    s->dossiers[self->households] = home;
    return (uint32_t) self->households++;
}

void
policy_block_add_homes(policy_block_t *self)
{
    policy_supporters_t *s = &self->supporters;
    size_t n = self->assessed;
    uint32_t at = 0;

    s->count = 0;
    for (size_t h = 0; h < n; h++)
        s->count += self->dossiers[h]->supporter_count;
    grow(s, s->count + 1);
    if (n + s->count > s->dossier_cap) {
        s->dossier_cap = n + s->count + s->count / 2;
        mem_free(s->dossiers);
        s->dossiers = mem_alloc(s->dossier_cap + 1, sizeof(const dossier_t *));
    }
    if (n > 0)
        memcpy(s->dossiers, self->dossiers, n * sizeof(const dossier_t *));
    self->dossiers = s->dossiers;
    for (size_t h = 0; h < n; h++) {
        const dossier_t *d = s->dossiers[h];

        for (size_t i = 0; i < d->supporter_count; i++)
            s->link_homes[at + i] = home_lane(self, h, i, at);
        at += (uint32_t) d->supporter_count;
    }
}

static void
place_one(policy_block_t *self, const supporter_t *link, uint32_t home, uint32_t member)
{
    policy_supporters_t *s = &self->supporters;

    s->links[s->count] = link;
    s->member[s->count] = member;
    s->home[s->count] = home;
    s->place[s->count] = POLICY_NO_LANE;
    if (home != POLICY_NO_LANE) {
        REQUIRE(link->place < link->home->member_count);
        s->place[s->count] = self->first[home] + (uint32_t) link->place;
    }
    s->count++;
}

void
policy_block_place_supporters(policy_block_t *self)
{
    policy_supporters_t *s = &self->supporters;
    size_t at = 0;

    if (self->members + 1 > s->member_cap) {
        s->member_cap = self->members + self->members / 2 + 1;
        mem_free(s->first);
        s->first = mem_new_array(uint32_t, s->member_cap);
    }
    s->count = 0;
    for (size_t h = 0; h < self->assessed; h++) {
        const dossier_t *d = self->dossiers[h];

        for (size_t m = 0; m < d->member_count; m++) {
            s->first[self->first[h] + m] = (uint32_t) s->count;
            for (size_t i = 0; i < d->supporter_count; i++)
                if (d->supporters[i].member == m)
                    place_one(self, &d->supporters[i], s->link_homes[at + i], (uint32_t) (self->first[h] + m));
        }
        at += d->supporter_count;
    }
    REQUIRE(s->count == at); /* each supports a member of his household */
    for (size_t m = self->first[self->assessed]; m <= self->members; m++)
        s->first[m] = (uint32_t) s->count;
}

void
policy_block_done_supporters(policy_block_t *self)
{
    policy_supporters_t *s = &self->supporters;

    mem_free(s->first);
    mem_free(s->member);
    mem_free(s->place);
    mem_free(s->home);
    mem_free(s->links);
    mem_free(s->link_homes);
    mem_free(s->dossiers);
    *s = (policy_supporters_t){ 0 };
}

/* OP_GATHER: a value of the supporter's own person or household.  OP_SPREAD: one of him who is supported. */
void
policy_block_gather(const policy_block_t *self, const policy_lanes_t *l)
{
    const policy_supporters_t *s = &self->supporters;
    bool own = l->instr->op == OP_GATHER, of_member = l->instr->imm == SCOPE_MEMBER;

    for (size_t i = 0; i < l->n; i++) {
        uint32_t lane =
            own ? (of_member ? s->place[i] : s->home[i]) : (of_member ? s->member[i] : self->home[s->member[i]]);

        l->u[i] = lane == POLICY_NO_LANE ? 1 : l->au[lane];
        l->v[i] = l->u[i] ? 0 : l->av[lane];
    }
}

bool
policy_block_is_about(const fact_t *fact, const supporter_t *supporter)
{
    for (size_t i = 0; i < fact->person_count; i++)
        if (uuid_eq(&fact->persons[i], &supporter->person))
            return true;
    return false;
}

void
policy_block_grace_month(const policy_block_t *self, const policy_lanes_t *l)
{
    const int32_t *months =
        self->grace_months != NULL ? self->grace_months + (size_t) l->instr->imm * self->grace_stride : NULL;

    for (size_t i = 0; i < l->n; i++) {
        l->v[i] = months != NULL ? months[i] : 0;
        l->u[i] = l->v[i] == 0;
    }
}
