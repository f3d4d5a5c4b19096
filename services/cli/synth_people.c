/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_people.h"

#include "base/mem.h"
#include "base/str.h"
#include "domain/date.h"

enum { FIRST_YEAR = 1910, LAST_YEAR = 2029, DAYS = (LAST_YEAR - FIRST_YEAR + 1) * 366 };

struct synth_people {
    int area;
    uint16_t used[2][DAYS]; /* numbers given per birthday: women, men */
};

static const char *const surnames[] = {
    "陈", "黄", "陆", "施", "顾", "沈", "张", "王", "朱", "徐", "倪", "杨", "周", "吴", "蔡", "姜", "李", "刘",
    "陶", "季", "钱", "袁", "龚", "樊", "高", "彭", "宋", "邱", "赵", "孙", "俞", "汤", "茅", "范", "曹", "许",
    "潘", "秦", "郁", "盛", "杜", "薛", "花", "严", "丁", "何", "郭", "马", "罗", "梁",
};
static const char *const given_men[] = {
    "建", "国", "志", "明", "德", "华", "永", "平", "海", "洪", "卫", "东", "忠", "林", "锦", "松",
    "汉", "飞", "文", "斌", "晓", "峰", "春", "荣", "裕", "昌", "俊", "杰", "宇", "辰", "浩", "然",
};
static const char *const given_women[] = {
    "秀", "英", "桂", "兰", "美", "芳", "玉", "珍", "惠", "琴", "丽", "娟", "红", "霞", "菊", "萍",
    "素", "梅", "雅", "静", "燕", "云", "凤", "仙", "佩", "华", "晨", "欣", "雨", "涵", "思", "琪",
};
static const char *const employer_words[] = {
    "恒通", "东海", "江海", "华盛", "顺达", "金源", "宏业", "新联", "长江", "瑞丰", "永兴", "大众", "启明", "润泽", "天成", "海联",
    "中远", "博润", "盛泰", "同力", "兴隆", "佳禾", "安泰", "广信", "鼎力", "双城", "南方", "正大", "和润", "利民", "远航", "振兴",
};
static const char *const employer_trades[] = {
    "电动工具", "纺织", "建筑", "船舶配件", "水产", "食品", "机械", "服饰", "物流", "环保", "电子", "包装", "五金", "医药", "家具", "商贸",
};
static const struct {
    const char *zh;
    const char *en;
} places[SYNTH_PLACE_COUNT] = {
    { "向阳", "Xiangyang" }, { "民主", "Minzhu" },    { "新港", "Xingang" },   { "永和", "Yonghe" },
    { "东兴", "Dongxing" },  { "利民", "Limin" },     { "长春", "Changchun" }, { "红星", "Hongxing" },
    { "海丰", "Haifeng" },   { "大同", "Datong" },    { "中兴", "Zhongxing" }, { "新义", "Xinyi" },
    { "建群", "Jianqun" },   { "三江", "Sanjiang" },  { "富民", "Fumin" },     { "光明", "Guangming" },
    { "志良", "Zhiliang" },  { "鹤城", "Hecheng" },   { "庙港", "Miaogang" },  { "通海", "Tonghai" },
    { "双桥", "Shuangqiao" },{ "永隆", "Yonglong" },  { "秦潭", "Qintan" },    { "幸福", "Xingfu" },
    { "竖河", "Shuhe" },     { "聚阳", "Juyang" },    { "元祥", "Yuanxiang" }, { "兴旺", "Xingwang" },
    { "公和", "Gonghe" },    { "育才", "Yucai" },     { "前进", "Qianjin" },   { "五星", "Wuxing" },
    { "新安", "Xin'an" },    { "塘北", "Tangbei" },   { "合兴", "Hexing" },    { "大洪", "Dahong" },
    { "启西", "Qixi" },      { "沿江", "Yanjiang" },  { "太平", "Taiping" },   { "戤滧", "Gaiyao" },
    { "巴掌", "Bazhang" },   { "连兴", "Lianxing" },  { "茅家", "Maojia" },    { "和合", "Hehe" },
    { "惠和", "Huihe" },     { "南清", "Nanqing" },   { "北渔", "Beiyu" },     { "二滧", "Eryao" },
    { "盐场", "Yanchang" },  { "如意", "Ruyi" },      { "新洪", "Xinhong" },   { "万安", "Wan'an" },
    { "东风", "Dongfeng" },  { "胜利", "Shengli" },   { "团结", "Tuanjie" },   { "丰收", "Fengshou" },
    { "友谊", "Youyi" },     { "朝阳", "Chaoyang" },  { "星火", "Xinghuo" },   { "临江", "Linjiang" },
    { "石桥", "Shiqiao" },   { "小闸", "Xiaozha" },   { "天汾", "Tianfen" },   { "江滨", "Jiangbin" },
};

synth_people_t *
synth_people_new(const char *area)
{
    synth_people_t *self = mem_new(synth_people_t);

    for (int i = 0; i < 6; i++)
        self->area = self->area * 10 + (area[i] - '0');
    return self;
}

void
synth_people_destroy(synth_people_t **self_p)
{
    mem_free(*self_p);
    *self_p = NULL;
}

void
synth_people_number(synth_people_t *self, int32_t *born, bool male, char ret[RESIDENT_ID_SIZE])
{
    int32_t first = date_of(FIRST_YEAR, 1, 1);
    int32_t day = *born - first;
    int y, m, d;
    char text[64];

    REQUIRE(day >= 0 && day < DAYS);
    while (self->used[male][day] >= 499 * 8) { /* eight area codes are full: be born a day earlier */
        day--;
        REQUIRE(day >= 0);
    }
    *born = first + day;
    date_parts(*born, &y, &m, &d);
    int used = self->used[male][day]++;
    int sequence = 2 * (used % 499 + 1) - (male ? 1 : 0);
    (void) snprintf(text, sizeof text, "%06d%04d%02d%02d%03d", self->area + used / 499, y, m, d, sequence);
    text[17] = resident_id_check(text);
    text[18] = '\0';
    (void) str_copy(ret, RESIDENT_ID_SIZE, text);
}

void
synth_people_surname(synth_rng_t *rng, char ret[SYNTH_NAME_SIZE])
{
    /* The smaller of two draws: the first names of the table are the common ones. */
    int a = synth_rng_int(rng, 0, (int) COUNT_OF(surnames) - 1);
    int b = synth_rng_int(rng, 0, (int) COUNT_OF(surnames) - 1);

    (void) str_copy(ret, SYNTH_NAME_SIZE, surnames[a < b ? a : b]);
}

void
synth_people_name(synth_rng_t *rng, const char *surname, bool male, char ret[SYNTH_NAME_SIZE])
{
    const char *const *given = male ? given_men : given_women;
    const char *first = given[synth_rng_int(rng, 0, (int) COUNT_OF(given_men) - 1)];
    const char *second = given[synth_rng_int(rng, 0, (int) COUNT_OF(given_men) - 1)];

    (void) snprintf(ret, SYNTH_NAME_SIZE, "%s%s%s", surname, first, synth_rng_percent(rng, 75) ? second : "");
}

void
synth_people_employer(int i, const char *county, char *ret, size_t cap)
{
    int word = i % (int) COUNT_OF(employer_words);
    int trade = i / (int) COUNT_OF(employer_words) % (int) COUNT_OF(employer_trades);
    const char *end = i / (int) (COUNT_OF(employer_words) * COUNT_OF(employer_trades)) % 2 == 0 ? "有限公司" : "厂";

    (void) snprintf(ret, cap, "%s%s%s%s", county, employer_words[word], employer_trades[trade], end);
}

void
synth_people_place(int i, const char **ret_zh, const char **ret_en)
{
    *ret_zh = places[i % SYNTH_PLACE_COUNT].zh;
    *ret_en = places[i % SYNTH_PLACE_COUNT].en;
}
