#include "ptx/rows.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 0x7FFF };

/* From the first instruction to the last at which a register is live; both belong to it, so that the target of an
 * instruction never shares a row with a source that ends there. */
struct span {
    uint32_t first, last;
};

static void extend(struct span *span, uint32_t at)
{
    if (span->first == PTX_NONE || at < span->first)
        span->first = at;
    if (span->last == PTX_NONE || at > span->last)
        span->last = at;
}

static void spans_of(struct span *spans, const struct draft *d, const struct ptx_flow *flow,
                     const struct ptx_live *live)
{
    memset(spans, 0xFF, d->register_count * sizeof *spans);
    for (uint32_t b = 0; b < flow->block_count; b++) {
        const uint32_t *bits = live->begin + (size_t)b * live->words;
        for (uint32_t w = 0; w < live->words; w++) {
            for (uint32_t left = bits[w]; left; left &= left - 1) {
                uint32_t reg = live->register_of[w * 32 + (uint32_t)__builtin_ctz(left)];
                extend(&spans[reg], flow->blocks[b].first);
                for (uint32_t k = flow->before_at[b]; k < flow->before_at[b + 1]; k++) {
                    const struct ptx_block *before = &flow->blocks[flow->before[k]];
                    extend(&spans[reg], before->first + before->count - 1);
                }
            }
        }
    }
    struct draft_touches touches;
    for (uint32_t i = 0; i < d->instruction_count; i++) {
        draft_touches_of(d, &d->instructions[i], &touches);
        for (uint32_t k = 0; k < touches.use_count; k++)
            extend(&spans[touches.uses[k]], i);
        for (uint32_t k = 0; k < touches.set_count; k++)
            extend(&spans[touches.sets[k]], i);
    }
}

/* Registers by where their spans begin, or end: a list an instruction. */
struct lists {
    uint32_t *at, *items;
};

static bool lists_make(struct lists *lists, const struct span *spans, const struct draft *d,
                       bool by_end)
{
    lists->at = calloc((size_t)d->instruction_count + 2, sizeof *lists->at);
    lists->items = malloc(((size_t)d->register_count + 1) * sizeof *lists->items);
    if (!lists->at || !lists->items)
        return false;
    uint32_t *at = lists->at + 1;
    for (uint32_t r = 0; r < d->register_count; r++)
        if (spans[r].first != PTX_NONE)
            at[by_end ? spans[r].last : spans[r].first]++;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < d->instruction_count; i++) {
        uint32_t count = at[i];
        at[i] = sum;
        sum += count;
    }
    for (uint32_t r = 0; r < d->register_count; r++)
        if (spans[r].first != PTX_NONE)
            lists->items[at[by_end ? spans[r].last : spans[r].first]++] = r;
    return true; /* at[i - 1] is where list i begins now, and at[-1] is 0 */
}

struct giver {
    struct ptx_rows *rows;
    const struct draft *d;
    uint16_t *free[PTX_WIDTHS]; /* rows that nobody has now */
    uint32_t free_count[PTX_WIDTHS];
    uint32_t bytes;
};

static uint32_t bytes_of(const struct draft_register *reg)
{
    return reg->width == PTX_64 ? 8 : reg->width == PTX_32 ? 4 : 0;
}

static bool give(struct giver *g, uint32_t reg)
{
    unsigned width = g->d->registers[reg].width;
    if (g->free_count[width] == 0 && g->rows->count[width] == ROWS_MAX)
        return false;
    g->rows->of[reg] = g->free_count[width] ? g->free[width][--g->free_count[width]]
                                            : (uint16_t)g->rows->count[width]++;
    g->bytes += bytes_of(&g->d->registers[reg]);
    if (g->bytes > g->rows->bytes)
        g->rows->bytes = g->bytes;
    return true;
}

static void take_back(struct giver *g, uint32_t reg)
{
    unsigned width = g->d->registers[reg].width;
    g->free[width][g->free_count[width]++] = g->rows->of[reg];
    g->bytes -= bytes_of(&g->d->registers[reg]);
}

static bool give_all(struct giver *g, const struct lists *begins, const struct lists *ends)
{
    for (uint32_t i = 0; i < g->d->instruction_count; i++) {
        for (uint32_t k = begins->at[i]; k < begins->at[i + 1]; k++)
            if (!give(g, begins->items[k]))
                return false;
        for (uint32_t k = ends->at[i]; k < ends->at[i + 1]; k++)
            take_back(g, ends->items[k]);
    }
    return true;
}

vrrl_code ptx_rows_give(struct ptx_rows *rows, const struct draft *d, const struct ptx_flow *flow,
                        const struct ptx_live *live, vrrl_error *err)
{
    size_t registers = (size_t)d->register_count + 1;
    struct span *spans = malloc(registers * sizeof *spans);
    struct lists begins = {NULL, NULL}, ends = {NULL, NULL};
    struct giver g = {.rows = rows, .d = d};
    *rows = (struct ptx_rows){.of = malloc(registers * sizeof *rows->of)};
    bool room = spans && rows->of;
    for (unsigned w = 0; w < PTX_WIDTHS; w++)
        room = (g.free[w] = malloc((ROWS_MAX + 1) * sizeof *g.free[w])) && room;
    if (room) {
        memset(rows->of, 0xFF, registers * sizeof *rows->of);
        spans_of(spans, d, flow, live);
        room = lists_make(&begins, spans, d, false) && lists_make(&ends, spans, d, true);
    }
    vrrl_code code = VRRL_OK;
    if (!room)
        code = error_no_memory(err, registers * sizeof *spans);
    else if (!give_all(&g, &begins, &ends))
        code = error_set(err, VRRL_TOO_LARGE, "Fix: divide the function.",
                         "a function in which more than %d registers are live at once", ROWS_MAX);
    free(spans);
    free(begins.at);
    free(begins.items);
    free(ends.at);
    free(ends.items);
    for (unsigned w = 0; w < PTX_WIDTHS; w++)
        free(g.free[w]);
    return code;
}

void ptx_rows_free(struct ptx_rows *rows)
{
    free(rows->of);
}
