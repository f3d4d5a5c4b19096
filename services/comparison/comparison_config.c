/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison.h"

const cfg_item_t comparison_config[] = {
    { "policy", CFG_PATH, offsetof(comparison_config_t, policy), "deploy/policies/qidong.yaml", 0, 0, CFG_RELOAD,
      "policy file; those that it extends are found beside it" },
    { "shadow", CFG_TEXT, offsetof(comparison_config_t, shadow), "", 0, 0, CFG_RELOAD,
      "policies to come, evaluated beside the one in force: paths, comma-separated; path@2024-07-01 takes the numbers of that day" },
    { "calendar", CFG_PATH, offsetof(comparison_config_t, calendar), "deploy/config/calendar.yaml", 0, 0, CFG_RELOAD,
      "holidays and make-up days: the term of an application is counted in working days" },
    { "require_authorisation", CFG_BOOL, offsetof(comparison_config_t, require_authorisation), "true", 0, 0, CFG_RELOAD,
      "what a dataset with `authorisation: true` says of a person is used only on days for which that person's authorisation is in "
      "force; false where the local rule has another basis than the person's signature" },
    { "clock", CFG_TEXT, offsetof(comparison_config_t, clock), "wall", 0, 0, 0,
      "business day: wall (today in China, moves by itself) or manual (plimsoll tick: demo and tests)" },
    { "schedule", CFG_TEXT, offsetof(comparison_config_t, schedule), "all days=1,16; children days=1 every=3 categories=child_in_difficulty", 0, 0, 0,
      "full comparisons: entries NAME days=1,16 [every=MONTHS] [region=CODE] [categories=A,B], separated by ';'; the first of each month "
      "is one in any case" },
    { "datasets.fixed", CFG_TEXT, offsetof(comparison_config_t, fixed),
      "civil.care_assessments,civil.children,civil.households,civil.senior_allowances,dpf.certificates,education.students,"
      "ethnic.clergy,fund.contributions,health.family_planning,hrss.contributions,hrss.employment,hrss.injury_benefits,hrss.pensions,"
      "hrss.unemployment,hrss.unemployment_benefits,hrss.wages,market.companies,medical.insured,police.deaths,"
      "police.residents,stats.cpi,tax.income,veterans.benefits", 0, 0, 0,
      "datasets whose record key contains the person or is the household's number: their records never move, so nobody is asked where they "
      "were before; needed for events that do not say it themselves (key_names), as those of intake do" },
    { "chunk.households", CFG_INT, offsetof(comparison_config_t, chunk_households), "4096", 1, 1000000, 0,
      "households that a tick or a full comparison assesses in one transaction" },
    { "homes.mib", CFG_INT, offsetof(comparison_config_t, homes_mib), "128", 0, 65536, 0,
      "memory for remembering where persons live, at most: 16 are used for a million people, 128 for ten; of who is not remembered the table is "
      "asked, which takes a tenth more processor time a record; 0: nobody is" },
    { "tick.budget_ms", CFG_INT, offsetof(comparison_config_t, tick_budget_ms), "600000", 10, 86400000, 0,
      "how long one tick command works before it replies with done false; the rest follows by itself" },
    { "job.workers", CFG_INT, offsetof(comparison_config_t, job_workers), "2", 1, 8, CFG_RELOAD,
      "long questions (simulate, list) that are worked on at a time, each in a process of its own" },
    { "job.seconds", CFG_INT, offsetof(comparison_config_t, job_seconds), "3600", 1, 86400, CFG_RELOAD,
      "how long one of them may take" },
    { .key = NULL },
};
