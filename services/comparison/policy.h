/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_H
#define COMPARISON_POLICY_H

/* Policy is dated data: a YAML file, parsed, checked, compiled to a flat program over int64 columns, evaluated over
 * blocks of households, explained condition by condition.  No number of policy and no rule stands in C. */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "dossier.h"
#include "json/json_out.h"

typedef struct policy policy_t;
/* Reads the file and those it extends.  ERR_CONFIG "path:line:col: what and what to do". Interns the words it names. */
bool policy_load(const char *path, terms_t *terms, policy_t **ret, err_t *err) NODISCARD;
/* The files of a policy: the place's own first, then what it extends, each by its name without folder. */
#define POLICY_FILES_MAX 12
typedef struct {
    const char *name;
    slice_t text;
} policy_text_t;
/* The same from memory: files[0] is the policy, the others are found by name.  Copies what it keeps. */
bool policy_load_texts(const policy_text_t *files, size_t n, terms_t *terms, policy_t **ret, err_t *err) NODISCARD;
void policy_destroy(policy_t **self_p);
/* As they were read; the texts live in the policy. */
size_t policy_texts(const policy_t *self, policy_text_t ret[POLICY_FILES_MAX]);
/* BLAKE2b-256 over names and texts of all files, in hex: another text is another policy, whatever its version says. */
#define POLICY_DIGEST_SIZE 65
const char *policy_digest(const policy_t *self);
/* Checks a file and those it extends.  Appends one line per problem, "path:line:col: what and what to do"; true when
 * there is none.  Looks deeper than policy_load: at what the rules mean, too.  `notes` gets what is no fault, but worth a
 * look: lines that begin with "note: ". */
bool policy_check(const char *path, str_t *report, str_t *notes) NODISCARD;
/* The deeper look alone, at a policy that is loaded. */
bool policy_check_loaded(const policy_t *self, str_t *report, str_t *notes) NODISCARD;
/* The policy with all that it extends as one YAML file in canonical form: parsed it is the same policy. */
void policy_write(const policy_t *self, str_t *out);
void policy_dump(const policy_t *self, str_t *out); /* the program, one line per instruction */
const char *policy_name(const policy_t *self);
/* "qidong@2023-07-01": name and the latest effective date ≤ day among the parameters that findings rest on. */
void policy_version(const policy_t *self, int32_t day, char ret[64]);

/* A number that the rules of findings read by its name (policy_number.c lists them): whole months, days, fen or a count, the
 * same for all places of the policy.  False: the policy does not have it, or not on that day. */
bool policy_number(const policy_t *self, const char *name, int32_t day, int64_t *ret) NODISCARD;
/* Of one that is a table by age. */
bool policy_number_of_age(const policy_t *self, const char *name, int32_t day, int32_t age, int64_t *ret) NODISCARD;

/* Categories in order of evaluation; names as on the wire. */
typedef enum { POLICY_UNIT_HOUSEHOLD, POLICY_UNIT_PERSON } policy_unit_t;
typedef enum { POLICY_ROLE_AID, POLICY_ROLE_ENTITLEMENT, POLICY_ROLE_INDICATOR, POLICY_ROLE_LIST, POLICY_ROLE_WATCH, POLICY_ROLE_COUNT } policy_role_t;
const char *policy_role_name(policy_role_t role);
/* AID: categories of the household, or of the person, that exclude each other in order (dibao, marginal; tekun,
 * dibao_single): newly_qualifies, category_change …; ENTITLEMENT: drawn or not drawn (allowances); INDICATOR:
 * hardship_warning; LIST: who gets a payment or a service; WATCH: a list that another department keeps, compared both ways. */
size_t policy_category_count(const policy_t *self);
const char *policy_category_name(const policy_t *self, size_t category);
policy_unit_t policy_category_unit(const policy_t *self, size_t category);
policy_role_t policy_category_role(const policy_t *self, size_t category);
/* The finding's category on the wire: the name, or for an indicator what its `finding_category` says. */
const char *policy_category_wire(const policy_t *self, size_t category);
/* Whether a department tells each payment of it: the policy declares the fact payment.<name>. */
bool policy_category_tells_payments(const policy_t *self, size_t category);
/* In Chinese and English; "" when the policy says nothing. */
typedef struct {
    const char *zh, *en;
} policy_words_t;
policy_words_t policy_title(const policy_t *self);
policy_words_t policy_category_label(const policy_t *self, size_t category);
/* Whether comparison raises findings from it: not from a list, nor where the policy says "findings: none". */
bool policy_category_has_findings(const policy_t *self, size_t category);
/* Whether it is paid: the policy gives it an amount, which may be not known of some household. */
bool policy_category_has_amount(const policy_t *self, size_t category);
/* The household's category for which this one of the person stands in: nobody newly finds the one where the other is drawn
 * or due.  SIZE_MAX: none. */
size_t policy_category_instead_of(const policy_t *self, size_t category);
/* Months after the beginning of an enrolment: until they are over it is not found again; not before they are over it is
 * found to have ended.  0: none. */
int policy_category_again_after(const policy_t *self, size_t category, int32_t day);
int policy_category_leave_after(const policy_t *self, size_t category, int32_t day);
/* Does the deciding comparison hold for this value and line?  Mostly value < line, for a cost value ≥ line. */
bool policy_category_line_holds(const policy_t *self, size_t category, int64_t value, int64_t line);
/* The kind of fact that says who is enrolled: "enrolment.<name>" unless the policy names another. */
const char *policy_category_enrolment(const policy_t *self, size_t category);
/* Which of two facts in force is the newer one: it began later or, on the same day, was said later (docs/findings.md §1).  A total
 * order, so that the order in which they lie does not matter. */
bool policy_fact_is_newer(const fact_t *a, const fact_t *b);
/* The enrolment in force on the day, the newest when there are several; NULL: not enrolled.  A person is enrolled by a
 * fact of their own, or by one of the household that names them (or nobody). */
const fact_t *policy_enrolment(const policy_t *self, const dossier_t *dossier, int32_t day, size_t category,
                               size_t member /* or SIZE_MAX */);

/* The day of the last review of who is enrolled so, or else the first day of the enrolment. */
int32_t policy_reviewed_on(const policy_t *self, const dossier_t *dossier, int32_t day, size_t category, size_t member /* or SIZE_MAX */,
                           const fact_t *enrolment);
/* Papers on which an enrolment rests: the one in force on the day that runs out first, NULL: none that runs out. */
const fact_t *policy_rests_on(const policy_t *self, const dossier_t *dossier, int32_t day, size_t category, size_t member);
/* Says of a time from `after` on what nobody brings who is dead.  What began before and has no months of its own (a job that
 * was signed off late) does not. */
bool policy_only_living(const policy_t *self, const fact_t *fact, int32_t after);
/* Whether an indicator's points count towards the line of warning; of a group the one with most does. */
bool policy_category_scores(const policy_t *self, size_t category);
/* Of two categories that score: whether they tell of one and the same. */
bool policy_category_same_group(const policy_t *self, size_t a, size_t b);

typedef enum { POLICY_NO, POLICY_YES, POLICY_UNKNOWN } policy_answer_t;
typedef struct {
    uint8_t qualifies; /* policy_answer_t: on its own line, exclusions and order applied */
    uint8_t keeps;     /* for one who is enrolled: with hysteresis; exclusions by earlier categories not applied */
    bool has_amount;   /* the amount is known; also where a condition fails, ≤ 0 from the line on */
    int32_t points;    /* of an indicator that holds */
    int64_t amount;    /* fen per month, when has_amount */
    int64_t line, value; /* of the deciding comparison: value < line; both 0 when it has none */
    /* Of who is enrolled; days, 0 when there is none. */
    int32_t valid_until; /* last day of the enrolment's validity; after it `keeps` is no */
    int32_t review_on;   /* when the next review is due; may be past */
    int32_t grace_until; /* last day of the period of grace; `keeps` is yes by it alone */
    int32_t grace_month; /* which month of it the day lies in, from 1; 0 when in none */
} policy_verdict_t;

/* Verdicts of one household: [category] for household categories, [category][member] for person categories. */
typedef struct {
    size_t counted;              /* members counted */
    policy_verdict_t *household; /* category_count entries */
    policy_verdict_t *person;    /* category_count × member_count, row per category */
    int32_t score, score_line;   /* points of the indicators that hold, and from how many on it is a warning; line 0: none, or not known */
    int32_t next_day;            /* the first later day on which time alone may change a verdict */
} policy_result_t;

/* What does not belong to one household.  Everywhere below NULL stands for an empty one. */
typedef struct {
    const place_fact_t *place_facts; /* in any order */
    size_t place_fact_count;
} policy_world_t;

/* Assesses n households on `day`; results are allocated in `arena`.  Deterministic. */
bool policy_assess(const policy_t *self, const policy_world_t *world, const dossier_t *const *dossiers, size_t n,
                   int32_t day, arena_t *arena, policy_result_t *ret, err_t *err) NODISCARD;

/* The same for one lot of households after the other on one day: what does not depend on them is made once.  Borrows the policy. */
typedef struct policy_assessor policy_assessor_t;
policy_assessor_t *policy_assessor_new(const policy_t *policy, int32_t day);
void policy_assessor_destroy(policy_assessor_t **self_p);
/* Less may be asked for.  calm: by household, whether only a verdict can bring a finding of it; of these the verdicts are left
 * out (household and person NULL) where no category with findings says yes.  NULL: of none. */
typedef struct {
    const bool *calm;
    bool verdicts_alone; /* next_day is not reckoned */
} policy_asked_t;
bool policy_assessor_run(policy_assessor_t *self, const policy_world_t *world, const policy_asked_t *asked /* NULL: all */,
                         const dossier_t *const *dossiers, size_t n, arena_t *arena, policy_result_t *ret, err_t *err) NODISCARD;

/* Writes the members "policy", "categories": […] of an explanation into an open object: each category, each condition with
 * value, threshold, margin, clause and basis, terms that sum up (with the facts: dataset, record key, seq, index, dates, value),
 * what was not counted and why, what is missing, labels in zh and en. */
bool policy_explain(const policy_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                    json_out_t *out, err_t *err) NODISCARD;

/* Datasets from which the policy's facts come, each once, in the order of their names; at most `max`. */
size_t policy_datasets(const policy_t *self, const char **ret, size_t max);
/* Whether the policy reads facts of this kind, or who is enrolled by them. */
bool policy_reads(const policy_t *self, term_t kind);
/* Members of an open object: what a fact says and where it stands, as in an explanation, with "label". */
void policy_write_fact(const policy_t *self, const fact_t *fact, json_out_t *out);

/* One assessment of a household. */
typedef struct {
    const policy_world_t *world; /* may be NULL */
    const dossier_t *dossier;
    int32_t day;
} policy_assessed_t;
/* Writes the members "since", "members", "answers", "values", "terms", "records" into an open object: what is different
 * between an earlier assessment of a household and a later one, under one policy. */
void policy_explain_change(const policy_t *self, const policy_assessed_t *before, const policy_assessed_t *now, json_out_t *out);

/* The facts that decided a category (for the finding's evidence): pointers into the dossier and into the homes of its
 * supporters, at most `max`. */
size_t policy_evidence(const policy_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                       size_t category, size_t member /* or SIZE_MAX */, const fact_t **ret, size_t max);
/* The same for some households at once, and all of their categories.  Those of `use` count until the next one. */
typedef struct policy_evidence policy_evidence_t;
policy_evidence_t *policy_evidence_new(const policy_t *policy); /* borrows it */
void policy_evidence_destroy(policy_evidence_t **self_p);
void policy_evidence_use(policy_evidence_t *self, const policy_world_t *world, const dossier_t *const *dossiers, size_t n, int32_t day);
size_t policy_evidence_facts(policy_evidence_t *self, size_t household /* of those */, size_t category,
                             size_t member /* or SIZE_MAX */, const fact_t **ret, size_t max);
/* Whether it is the line of the category that decides: all of its other conditions hold for sure, on whichever side of it they are. */
bool policy_evidence_line_decides(const policy_evidence_t *self, size_t household /* of those */, size_t category,
                                  size_t member /* or SIZE_MAX */);

#endif
