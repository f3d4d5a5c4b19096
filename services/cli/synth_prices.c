/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "json/json_out.h"
#include "synth_county.h"

/* Consumer prices of the county: a year before the play, then each month's figure in the middle of the next.  Invented, and
 * not drawn: no other record of the county depends on them. */

enum { MONTHS_BEFORE = 12, PUBLISHED_DAY = 11 };

/* Change against the year before in 1/100 %, by month of the year: all goods, food.  Food is dear in the month of Spring
 * Festival and before harvest. */
static const int yearly[12][2] = { { 210, 180 }, { 360, 640 }, { 240, 310 }, { 190, 220 }, { 170, 150 }, { 200, 240 },
                                   { 230, 330 }, { 280, 520 }, { 260, 410 }, { 220, 280 }, { 190, 160 }, { 180, 120 } };

static void
put_percent(json_out_t *j, const char *key, int hundredths)
{
    char text[16];

    (void) snprintf(text, sizeof text, "%d.%02d", hundredths / 100, hundredths % 100);
    json_out_text(j, key, text);
}

static void
put_month(synth_county_t *self, int32_t month, int slot)
{
    const int *change = yearly[month % 12];
    char text[16];
    json_out_t j;

    (void) snprintf(text, sizeof text, "%04d-%02d", month / 12, month % 12 + 1);
    str_clear(&self->line);
    json_out_init(&j, &self->line);
    json_out_object(&j, NULL);
    json_out_text(&j, "region", self->profile->county);
    json_out_text(&j, "month", text);
    put_percent(&j, "cpi_yoy", change[0]);
    put_percent(&j, "food_yoy", change[1]);
    json_out_date(&j, "published_on", date_month_start(month + 1) + PUBLISHED_DAY - 1);
    json_out_end(&j);
    synth_files_line(self->files, SYNTH_REC_PRICES, slot, &self->line);
}

void
synth_county_write_prices(synth_county_t *self)
{
    const synth_profile_t *p = self->profile;

    for (int32_t m = p->month0 - MONTHS_BEFORE - 1; m < p->month0 - 1; m++)
        put_month(self, m, SYNTH_INITIAL);
    for (int m = 0; m < p->months; m++) {
        int slot = m * SYNTH_FEEDS + 1;

        /* a feed before the day of publication is too early for last month's figure */
        if (p->feed_day[1] < PUBLISHED_DAY)
            slot++;
        put_month(self, p->month0 + m - 1, slot);
    }
}
