/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_MODEL_H
#define COMPARISON_POLICY_MODEL_H

/* What a policy is made of, shared by the stages: file → read → check → compile → evaluate → explain.
 * Everything but the registers of a block lives in the policy's arena. */

#include "base/str.h"
#include "config/yaml_doc.h"
#include "policy.h"
#include "policy_program.h"
#include "policy_unit.h"

/* ---- sources and problems ---------------------------------------------------------------------------------------- */

typedef struct {
    char *path;
    str_t text;
    yaml_doc_t *doc;
} policy_source_t;

typedef struct {
    const char *path;
    unsigned line, column; /* 0: the text says where */
    char *text;
} policy_problem_t;

/* Problems are collected, so that a policy officer sees all of them at once.  The texts live in the arena. */
typedef struct {
    arena_t *arena;
    policy_problem_t items[64];
    size_t count; /* found; only the first COUNT_OF(items) are kept */
} policy_problems_t;

size_t policy_problems_kept(const policy_problems_t *self);
void policy_problems_sort(policy_problems_t *self, const policy_t *policy); /* by file, nearest first, and place */
void policy_problem(policy_problems_t *self, const policy_source_t *source, const yaml_node_t *node, const char *fmt,
                    ...) PRINTF_LIKE(4, 5);
/* For what already says where it is, or has no place in a file. */
void policy_problem_text(policy_problems_t *self, const char *path, const char *text);
/* The place is `at` bytes into the node's text (exact for scalars over several lines, too). */
void policy_problem_at(policy_problems_t *self, const policy_source_t *source, const yaml_node_t *node, size_t at,
                       const char *fmt, ...) PRINTF_LIKE(5, 6);

static inline const char *
policy_text(const yaml_node_t *node)
{
    return node != NULL ? yaml_text(node) : NULL;
}

/* ---- a file and its parents, merged ------------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    const policy_source_t *source;
    const yaml_node_t *key;
    const yaml_node_t *value;
} policy_attr_t;

#define POLICY_ATTRS_MAX 32
typedef struct {
    const char *name;
    const policy_source_t *source; /* of the nearest definition */
    const yaml_node_t *key;
    policy_attr_t attrs[POLICY_ATTRS_MAX];
    size_t attr_count;
} policy_entry_t;

typedef enum {
    SECTION_WINDOWS,
    SECTION_PARAMETERS,
    SECTION_HEADS,
    SECTION_FACTS,
    SECTION_MEMBERS,
    SECTION_DERIVED,
    SECTION_CATEGORIES,
    SECTION_OVERLAPS,
    SECTION_COUNT
} policy_section_t;

const char *policy_section_name(policy_section_t section);
/* The names of a section's attributes in their order, NULL at the end. */
const char *const *policy_section_attrs(policy_section_t section);
const policy_attr_t *policy_attr(const policy_entry_t *entry, const char *name); /* NULL when absent */

/* ---- definitions ------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *zh, *en; /* "" when not given */
} policy_label_t;

typedef enum {
    CONFIDENCE_VERIFIED,
    CONFIDENCE_EXCERPT,
    CONFIDENCE_LOW,
    CONFIDENCE_BACKGROUND,
    CONFIDENCE_ASSUMED,
    CONFIDENCE_COUNT
} policy_confidence_t;
const char *policy_confidence_name(policy_confidence_t c);

typedef struct {
    const char *name;
    policy_label_t label;
    const char *basis;
    int32_t months; /* 0: the day alone */
    bool to_day; /* ends on the day itself; otherwise before the month of the day */
} policy_window_t;

/* What the values of a parameter go by: the area (0 rural, 1 urban), the region (its twelve digits as a number), or a
 * number of the household or member. */
#define POLICY_KEYS_MAX 2
typedef enum { BY_AREA, BY_REGION, BY_NUMBER } policy_by_t;
struct policy_def;
typedef struct {
    policy_by_t by;
    const char *name;
    const struct policy_def *def; /* BY_NUMBER */
    const policy_source_t *source;
    const yaml_node_t *node;
} policy_key_t;

/* The first cell whose ranges hold the keys gives the value: the narrowest stand first. */
typedef struct {
    int64_t low[POLICY_KEYS_MAX], high[POLICY_KEYS_MAX]; /* both inclusive; 0 … 0 where there is no such key */
    int64_t value;
} policy_cell_t;

static inline bool
policy_cell_holds(const policy_cell_t *cell, int64_t key, int64_t key2)
{
    return cell->low[0] <= key && key <= cell->high[0] && cell->low[1] <= key2 && key2 <= cell->high[1];
}

typedef struct {
    int32_t from, until; /* last day, inclusive; DATE_OPEN */
    policy_cell_t *cells;
    size_t cell_count;
    const char *basis;
    policy_confidence_t confidence;
    const char *note;
} policy_value_t;

typedef struct {
    unit_t unit;
    int64_t scale; /* the number is cell / scale; money always 1 */
    policy_key_t keys[POLICY_KEYS_MAX];
    size_t key_count;
    const char **choices; /* of a word: a value is the place of one of them */
    size_t choice_count;
    bool has_least, has_most;
    int64_t least, most; /* bounds of every value as it is written: a ratio in millionths */
    bool of_findings;    /* a category with findings rests on it */
    bool local;          /* a base file leaves the number to the places: each must give it */
    bool open;           /* … and while none gives it, it is not known */
    policy_value_t *values;
    size_t value_count;
} policy_param_t;

typedef enum {
    ACCUMULATE_MONTHLY,
    ACCUMULATE_SUM,
    ACCUMULATE_LATEST,
    ACCUMULATE_EVENT,
    ACCUMULATE_LOWEST, /* of the values whose term meets the window */
    ACCUMULATE_HIGHEST
} policy_accumulate_t;

#define POLICY_EVERY_MONTHS_MAX 60 /* of a window whose every month is asked for */

/* Whose fact it is.  SUPPORTER: it lies with the member who is supported and names the supporter.  PLACE: it comes with
 * the world (policy_world_t) and is a value of every household whose region begins with the place's. */
typedef enum { HOLDER_PERSON, HOLDER_HOUSEHOLD, HOLDER_SUPPORTER, HOLDER_PLACE, HOLDER_COUNT } policy_holder_t;

typedef struct {
    term_t kind;        /* of the records; several facts may read one */
    const char *of;     /* the fact whose records it reads another way, or NULL */
    uint16_t same_kind; /* index + 1 of the next fact that reads the same records */
    policy_accumulate_t accumulate;
    policy_holder_t holder;
    unit_t unit; /* of its total: money, or a count */
    bool has_unit;
    int64_t scale;    /* of a ratio: the value is so many parts of one; else 0 */
    bool only_living; /* nobody brings it after his death */
    bool every_month; /* not known unless each month of the window has one */
    /* A date from which on it is read, and money that each single value counts at most. */
    struct policy_def *since, *cap;
    int32_t since_reg, cap_reg; /* in its own scope, or -1 */
    const policy_window_t *window;
    struct policy_def **heads; /* the sums to which it adds */
    size_t head_count;
    bool not_counted;
    int32_t not_counted_until; /* DATE_OPEN: without end */
    const char *basis;
    const char *value_name, *code_name; /* "disability.grade", "disability.type" or NULL */
    term_t *codes, *excepts, *onlys;
    size_t code_count, except_count, only_count;
    const char **sources; /* datasets */
    size_t source_count;
    size_t index; /* among facts */
} policy_fact_t;

typedef enum {
    DEF_WINDOW,
    DEF_PARAMETER,
    DEF_HEAD,
    DEF_FACT,
    DEF_FACT_VALUE, /* disability.grade */
    DEF_FACT_CODE,  /* disability.type */
    DEF_GROUP,
    DEF_DERIVED,
    DEF_CATEGORY,
    DEF_OVERLAP,
    DEF_BUILTIN
} policy_def_kind_t;

typedef enum {
    BUILTIN_AGE,
    BUILTIN_MALE,
    BUILTIN_BORN,
    BUILTIN_RELATION,
    BUILTIN_URBAN,
    BUILTIN_CLOSED,
    BUILTIN_TODAY,
    BUILTIN_REGION, /* twelve digits as a number, what parameters by region go by; no formula names it */
    BUILTIN_SAME_HOUSEHOLD, /* of a supporter: lives with the one supported */
    BUILTIN_GRACE_MONTH, /* only in the amount of a period of grace */
    BUILTIN_COUNT
} policy_builtin_t;

struct expr;
/* One written formula: where it stands, its tree, and the registers after compilation. */
typedef struct {
    const policy_source_t *source;
    const yaml_node_t *node;
    const char *text;
    struct expr *tree; /* NULL when it could not be parsed */
} policy_formula_t;

typedef struct {
    policy_formula_t that;
    policy_formula_t hysteresis; /* text NULL when none */
    policy_label_t label;
    const char *basis;
    bool decides;
    struct expr *decider; /* its comparison, when it is one */
    operand_t yes, keeps; /* registers */
    operand_t keeps_line; /* the line moved outwards, when there is a hysteresis */
} policy_condition_t;

/* A term of who is enrolled: a period of grace, how long an enrolment is valid, when its review is due. */
typedef struct {
    policy_formula_t months; /* text NULL: the category has no such term */
    policy_formula_t when;   /* grace: as long as this holds */
    policy_formula_t amount; /* grace: text NULL: what is drawn goes on */
    policy_label_t label;
    const char *basis;
    int32_t months_reg, when_reg, amount_reg;
} policy_term_t;

typedef struct {
    policy_unit_t unit;
    policy_role_t role;
    const char *wire;
    bool no_findings;
    bool tells_payments; /* the policy has the fact payment.<name> */
    const char *enrolment; /* kind of fact that says who is enrolled */
    term_t enrolment_kind, review_kind;
    policy_term_t grace, validity, review;
    policy_formula_t *needs; /* unless all hold, nothing can be told */
    operand_t *need_regs;
    size_t need_count;
    policy_condition_t *when;
    size_t when_count;
    struct policy_def **after;
    size_t after_count;
    struct policy_def *instead_of;                /* a category of the household, or NULL */
    struct policy_def *again_after, *leave_after; /* parameters in months, or NULL */
    policy_formula_t amount;     /* text NULL when none */
    policy_condition_t *decider; /* or NULL */
    policy_formula_t points;     /* of an indicator: text NULL when it warns by itself */
    const char *group;           /* of whose indicators the one with most points counts */
    size_t group_index;
    struct policy_def **rests_on; /* facts in force, such as a certificate, without which the enrolment ends */
    size_t rests_on_count;
    /* registers of the answers */
    int32_t qualifies, keeps, amount_reg, line_reg, value_reg, points_reg;
} policy_category_t;

/* Benefits that exclude one another: who draws one of the first and one of the second, has to give up the second. */
typedef struct {
    term_t kind;               /* of the records that say who draws it */
    const policy_fact_t *fact; /* how the policy reads them; NULL: what is in force on the day */
    const struct policy_def *category; /* NULL in `draws`: a fact that stands for itself */
} policy_drawn_t;
typedef struct {
    bool no_findings;
    bool twice;        /* nothing gives way to another: two enrolments in one of `draws` */
    bool of_household; /* both are drawn by the household; else by one person, or by the household naming him */
    policy_drawn_t *draws, *gives_way;
    size_t draws_count, gives_way_count;
} policy_overlap_def_t;

typedef struct policy_def {
    policy_def_kind_t kind;
    const char *name;
    policy_label_t label;
    const char *basis, *note;
    policy_confidence_t confidence;
    const policy_entry_t *entry; /* NULL for built-ins */
    size_t index;                /* place in its section */
    size_t number;               /* place among all definitions; set when the policy is complete */
    union {
        policy_window_t window;
        policy_param_t param;
        policy_fact_t fact;
        struct policy_def *fact_def; /* of a fact's value or code */
        policy_builtin_t builtin;
        policy_category_t category;
        policy_overlap_def_t overlap;
        struct {
            policy_formula_t formula;
            policy_formula_t needs; /* text NULL when none */
            bool has_unit;
            unit_t declared;
        } derived; /* also groups: a flag of a member, or of a supporter */
    };
    /* checker */
    unit_t unit;
    scope_t scope;
    uint8_t visit; /* 0 new, 1 being checked, 2 done */
    bool broken;
    bool reads_supporters; /* by itself or by a name in it */
    size_t reads_category; /* number of the last category that it asks for, from 1; 0: of none */
    /* compiler */
    bool compiled;
    operand_t value;
} policy_def_t;

/* The group of all supporters: the language defines it, no file does. */
static inline bool
policy_is_built_in_group(const policy_def_t *def)
{
    return def->kind == DEF_GROUP && def->entry == NULL;
}

#define POLICY_LINE "hardship.line"
#define POLICY_GROUPS_MAX 32

struct policy {
    arena_t *arena;
    const terms_t *terms;
    char *name;
    char digest[POLICY_DIGEST_SIZE];
    const policy_text_t *given; /* while it is built from memory; else NULL, and files are read */
    size_t given_count;
    policy_label_t title;
    policy_source_t *sources[POLICY_FILES_MAX];
    size_t source_count;
    policy_entry_t *entries[SECTION_COUNT];
    size_t entry_count[SECTION_COUNT];
    bool abstract;
    policy_def_t **defs; /* all, in order of sections and files */
    size_t def_count, def_cap;
    policy_def_t **categories;
    size_t category_count;
    policy_def_t **overlaps;
    size_t overlap_count;
    bool *drawn_kinds; /* by kind of fact: some overlap, or the enrolment in a category, looks at it */
    size_t drawn_kind_count;
    size_t group_count; /* of indicators with points */
    policy_def_t *line; /* hardship.line: the points from which on a household is warned of; or NULL */
    int32_t line_reg;
    policy_def_t **facts;
    size_t fact_count;
    policy_def_t *counted;  /* the group counted_members */
    policy_def_t **numbers; /* by place in policy_number.c; NULL: not of this policy */
    uint16_t *fact_of_term; /* index + 1 of the first fact of a kind */
    size_t fact_of_term_count;
    program_t program;
};

policy_def_t *policy_find(const policy_t *self, const char *name, size_t len);
/* The name that was perhaps meant, or NULL. */
const char *policy_nearest_name(const policy_t *self, const char *name);
/* The first fact that reads the records of a kind, and the next one; NULL when there is none. */
static inline const policy_fact_t *
policy_fact_of(const policy_t *self, term_t kind)
{
    if (kind >= self->fact_of_term_count || self->fact_of_term[kind] == 0)
        return NULL;
    return &self->facts[self->fact_of_term[kind] - 1]->fact;
}
static inline const policy_fact_t *
policy_fact_next(const policy_t *self, const policy_fact_t *fact)
{
    return fact->same_kind > 0 ? &self->facts[fact->same_kind - 1]->fact : NULL;
}
static inline bool
policy_fact_adds_to(const policy_fact_t *fact, const policy_def_t *head)
{
    for (size_t i = 0; i < fact->head_count; i++)
        if (fact->heads[i] == head)
            return true;
    return false;
}
/* The digits of a region as a number of twelve digits: "320681" is 320681000000. */
int64_t policy_region_number(const char region[13]);
const char *policy_relation_word(relation_t relation);
/* The values in force on the day, or NULL. */
const policy_value_t *policy_value_on(const policy_param_t *param, int32_t day);

/* Which parameters categories with findings rest on; of a compiled policy. */
void policy_mark_findings(policy_t *self);

/* Whether the points of a category count towards the line. */
static inline bool
policy_adds_points(const policy_category_t *category)
{
    return category->points.text != NULL && !category->no_findings;
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

bool policy_source_read(policy_t *self, policy_source_t *source, err_t *err) NODISCARD; /* from disk or memory */
void policy_source_digest(policy_t *self);
bool policy_file_load(policy_t *self, const char *path, policy_problems_t *problems); /* reads and merges */
void policy_read(policy_t *self, terms_t *terms, policy_problems_t *problems);        /* entries → definitions */
void policy_resolve(policy_t *self, policy_problems_t *problems);                     /* names, units, scopes */
void policy_compile(policy_t *self, policy_problems_t *problems);                     /* definitions → program */

#endif
