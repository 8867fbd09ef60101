#include "report/timeline.h"

#include <string.h>

enum { COLUMNS = 62, LABEL_LEAST = 8 };

/* ---- Places ---------------------------------------------------------------------------------- */

static uint32_t row_of(struct timeline_picture *p, uint32_t lane)
{
    uint32_t row = 0;
    while (row < p->rows && p->lanes[row] != lane)
        row++;
    if (row == p->rows)
        p->lanes[p->rows++] = lane;
    return row;
}

static void sort_rows(struct timeline_picture *p)
{
    for (uint32_t i = 1; i < p->rows; i++)
        for (uint32_t k = i; k > 0 && p->lanes[k - 1] > p->lanes[k]; k--) {
            uint32_t lane = p->lanes[k];
            p->lanes[k] = p->lanes[k - 1];
            p->lanes[k - 1] = lane;
        }
}

static void shorten(const char *name, uint32_t most, char *out)
{
    size_t length = strlen(name);
    if (length <= most)
        snprintf(out, TIMELINE_LABEL_MAX + 1, "%s", name);
    else /* the end of a name tells tiles apart */
        snprintf(out, TIMELINE_LABEL_MAX + 1, "%.*s..%s", (int)(most - 2) / 2, name,
                 name + length - (most - 2 - (most - 2) / 2));
}

/* Two slots never have one label: where their names are alike, or are shortened to the same, their
 * positions tell them apart. */
static void tell_apart(struct timeline_picture *p, uint32_t most)
{
    bool alike[TIMELINE_SLOTS_MAX] = {false};
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(p->boxes[i].label, p->boxes[k].label) == 0)
                alike[i] = alike[k] = true;
    for (uint32_t i = 0; i < p->count; i++) {
        char tail[12], head[TIMELINE_LABEL_MAX + 1];
        if (!alike[i])
            continue;
        int length = snprintf(tail, sizeof tail, "#%u", p->boxes[i].slot->position);
        uint32_t room = most > (uint32_t)length + 2 ? most - (uint32_t)length : 2;
        shorten(p->boxes[i].slot->name, room, head);
        snprintf(p->boxes[i].label, sizeof p->boxes[i].label, "%.*s%s", (int)room, head, tail);
    }
}

static uint64_t end_of(const vrrl_timeline_slot *s)
{
    return s->to ? s->to : UINT64_MAX;
}

/* Slots come by the step at which they begin: each begins behind all boxes that were over by then. */
static void place(struct timeline_picture *p, uint32_t i)
{
    struct timeline_box *box = &p->boxes[i];
    box->first = 0;
    for (uint32_t k = 0; k < i; k++) {
        const struct timeline_box *earlier = &p->boxes[k];
        bool same_lane = earlier->row == box->row;
        bool over = end_of(earlier->slot) <= box->slot->from;
        uint32_t least = over || same_lane ? earlier->last + 1 : earlier->first + 1;
        if (least > box->first)
            box->first = least;
    }
    box->last = box->first + (uint32_t)strlen(box->label) + 1;
}

/* A slot ends no sooner than those that were over before it did. */
static void stretch(struct timeline_picture *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t k = 0; k < p->count; k++)
            if (end_of(p->boxes[k].slot) < end_of(p->boxes[i].slot) &&
                p->boxes[k].last >= p->boxes[i].last && p->boxes[k].row != p->boxes[i].row)
                p->boxes[i].last = p->boxes[k].last + 1;
}

/* The slots that are shown: all, but for the `left_out` that are farthest from the pair in time. */
static void choose_slots(const vrrl_timeline *t, uint32_t left_out, struct timeline_picture *p)
{
    uint32_t room = t->count > left_out ? t->count - left_out : 0;
    uint32_t from = 0, to = t->count;
    if (room > TIMELINE_SLOTS_MAX)
        room = TIMELINE_SLOTS_MAX;
    while (to - from > room) {
        bool first_is_pair = t->slots[from].first || t->slots[from].second;
        bool last_is_pair = t->slots[to - 1].first || t->slots[to - 1].second;
        if (first_is_pair && last_is_pair)
            break;
        if (last_is_pair)
            from++;
        else
            to--;
    }
    p->count = 0;
    for (uint32_t i = from; i < to; i++) {
        bool pair = t->slots[i].first || t->slots[i].second;
        if (p->count < TIMELINE_SLOTS_MAX - (pair ? 0 : 2))
            p->boxes[p->count++] = (struct timeline_box){.slot = &t->slots[i]};
    }
    /* Between the two of a pair that is far apart. */
    for (uint32_t i = p->count; i-- > 0 && p->count > room && p->count > 2;) {
        if (p->boxes[i].slot->first || p->boxes[i].slot->second)
            continue;
        memmove(&p->boxes[i], &p->boxes[i + 1], (p->count - i - 1) * sizeof p->boxes[i]);
        p->count--;
    }
    p->hidden = t->hidden + (t->count - p->count);
}

static void lay_rows(struct timeline_picture *p, uint32_t label)
{
    p->rows = 0;
    for (uint32_t i = 0; i < p->count; i++)
        row_of(p, p->boxes[i].slot->lane);
    sort_rows(p);
    for (uint32_t i = 0; i < p->count; i++) {
        p->boxes[i].row = row_of(p, p->boxes[i].slot->lane);
        shorten(p->boxes[i].slot->name, label, p->boxes[i].label);
    }
    tell_apart(p, label);
}

/* What stretching has pushed into others goes on behind it. */
static void push_on(struct timeline_picture *p)
{
    p->columns = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t least = 0;
        for (uint32_t k = 0; k < i; k++) {
            const struct timeline_box *earlier = &p->boxes[k];
            bool over = end_of(earlier->slot) <= p->boxes[i].slot->from;
            if ((over || earlier->row == p->boxes[i].row) && earlier->last + 1 > least)
                least = earlier->last + 1;
        }
        if (least > p->boxes[i].first) {
            p->boxes[i].last += least - p->boxes[i].first;
            p->boxes[i].first = least;
        }
        if (p->boxes[i].last + 1 > p->columns)
            p->columns = p->boxes[i].last + 1;
    }
}

static void draw(const vrrl_timeline *t, uint32_t label, uint32_t left_out,
                 struct timeline_picture *p)
{
    choose_slots(t, left_out, p);
    lay_rows(p, label);
    for (uint32_t i = 0; i < p->count; i++)
        place(p, i);
    stretch(p);
    push_on(p);
}

void timeline_draw(const vrrl_timeline *t, uint32_t columns, struct timeline_picture *out)
{
    for (uint32_t left_out = 0;; left_out++) {
        for (uint32_t label = TIMELINE_LABEL_MAX; label >= LABEL_LEAST; label--) {
            draw(t, label, left_out, out);
            if (out->columns <= columns)
                return;
        }
        if (out->count <= 2 || left_out >= t->count)
            return;
    }
}

/* ---- Text ------------------------------------------------------------------------------------ */

/* A row as cells: what each column shows. */
static void fill_row(const struct timeline_picture *p, uint32_t row, char cells[COLUMNS + 1])
{
    memset(cells, ' ', COLUMNS);
    cells[COLUMNS] = '\0';
    for (uint32_t i = 0; i < p->count; i++) {
        const struct timeline_box *box = &p->boxes[i];
        if (box->row != row)
            continue;
        for (uint32_t c = box->first; c <= box->last && c < COLUMNS; c++) {
            uint32_t at = c - box->first;
            char inner = at > 0 && at <= strlen(box->label) ? box->label[at - 1] : '\1';
            cells[c] = c == box->first ? '\2' : c == box->last ? '\3' : inner;
        }
        if (box->slot->to == 0 && box->last < COLUMNS)
            cells[box->last] = '\4'; /* it never ended */
    }
}

static void print_cell(FILE *out, char cell, bool ascii)
{
    static const char *const plain[] = {"", "-", "[", "]", ">"};
    static const char *const drawn[] = {"", "─", "├", "┤", "╌"};
    if (cell > 0 && cell <= 4)
        fputs(ascii ? plain[(int)cell] : drawn[(int)cell], out);
    else
        fputc(cell, out);
}

const char *timeline_lane(const vrrl_timeline *t)
{
    return t->places ? "place" : t->by_workers ? "worker" : "slot";
}

void timeline_print(FILE *out, const vrrl_timeline *t, const char *indent, bool ascii)
{
    struct timeline_picture p;
    timeline_draw(t, COLUMNS, &p);
    for (uint32_t row = 0; row < p.rows; row++) {
        char cells[COLUMNS + 1];
        fill_row(&p, row, cells);
        size_t used = COLUMNS;
        while (used > 0 && cells[used - 1] == ' ')
            used--;
        fprintf(out, "%s%-6s %-4u ", indent, timeline_lane(t), p.lanes[row]);
        fputs(ascii ? "|" : "│", out);
        for (size_t i = 0; i < used; i++)
            print_cell(out, cells[i], ascii);
        fputc('\n', out);
    }
    if (p.hidden > 0 && p.count > 0)
        fprintf(out, "%s(%u other slot%s left out)\n", indent, p.hidden,
                p.hidden == 1 ? " is" : "s are");
}
