/* Waits: the second slot of the pair waits for the first, by a counter that there is or by a new flag. */
#include "explain/explain_waits.h"

#include "explain/explain_siblings.h"
#include "explain/try_repairs.h"
#include "ops/role.h"
#include "program/batch_view.h"
#include "program/made.h"

/* Counters that a slot adds to, and what all of the batch add. */
struct counters {
    uint32_t words[8];
    uint64_t sums[8];
    uint32_t count;
    bool collecting;
};

static void collect_signals(void *context, const struct declared_event *access)
{
    struct counters *c = context;
    uint32_t i = 0;
    if (!access->signals)
        return;
    while (i < c->count && c->words[i] != access->word)
        i++;
    if (i == c->count) {
        if (!c->collecting || c->count == 8)
            return;
        c->words[c->count] = access->word;
        c->sums[c->count++] = 0;
    }
    if (!c->collecting)
        c->sums[i] += access->value;
}

static struct counters counters_of(const vrrl_program *p, const vrrl_batch *batch, uint32_t slot)
{
    struct counters c = {.collecting = true};
    slot_footprint(p, &p->slots[batch->first + slot], collect_signals, &c);
    c.collecting = false;
    for (uint32_t i = 0; i < batch->count; i++)
        slot_footprint(p, &p->slots[batch->first + i], collect_signals, &c);
    return c;
}

/* What a counter holds as the epoch begins: what the first who looked at it in the run that is shown
 * saw; where nobody did, what it begins as. */
static uint64_t initial_value(const struct explainer *x, uint32_t word)
{
    const vrrl_program *p = x->whole.program;
    const struct trace *t = &x->failing.trace;
    uint32_t base = p->layout.user_base;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct event *e = &t->list[i].event;
        if (t->list[i].event.epoch == x->result->outcome.epoch && e->word == word &&
            e->what == EVENT_OPERATES && e->kind != OPERATION_STORE)
            return e->read;
    }
    return word >= base && word - base < p->geometry.user_words ? p->initial[word - base] : 0;
}

static bool wait_in_all(struct repair *r, const struct twins *in, uint32_t word, uint32_t value)
{
    bool can = !in->cut;
    for (uint32_t i = 0; can && i < in->count; i++)
        can = repair_add_wait(r, in->slots[i], word, value);
    return can;
}

static bool signal_in_all(struct repair *r, const struct twins *in, uint32_t word)
{
    bool can = !in->cut;
    for (uint32_t i = 0; can && i < in->count; i++)
        can = repair_add_signal(r, in->slots[i], word, 1);
    return can;
}

/* A new order between two slots is the cause's repair where one is missing. Where the failure shows under strong
 * memory, that is where neither goes by what it finds: else either order was to be right. Of a failure of weak
 * memory alone it is where they race, and no order is there that would only have to be stronger. */
vrrl_code repairs_order_hides(const struct explainer *x, bool *hides, vrrl_error *err)
{
    const vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t epoch = r->outcome.epoch;
    if (r->setup.model == VRRL_MEMORY_SC) {
        *hides = made_chooses(p, epoch, r->first) || made_chooses(p, epoch, r->second);
        return VRRL_OK;
    }
    enum made_order order;
    vrrl_code code = made_order_is_missing(p, epoch, r->first, r->second, &order, err);
    *hides = order != ORDER_LACKS;
    return code;
}

static void note_wait(void *context, const struct declared_event *access)
{
    struct counters *c = context;
    if (access->waits && access->word == c->words[0])
        c->sums[0]++;
}

/* What slots wait for anyway is there to order them. */
static bool is_awaited(const struct explainer *x, uint32_t word)
{
    const vrrl_program *p = x->whole.program;
    struct counters c = {.words = {word}};
    for (uint32_t i = 0; i < p->slot_count; i++)
        slot_footprint(p, &p->slots[i], note_wait, &c);
    return c.sums[0] > 0;
}

struct new_wait {
    uint32_t word, value;
};

static bool add_wait(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct new_wait *w = p->what;
    const struct twins second = repairs_twins(p->x, p->x->result->second);
    (void)err;
    return wait_in_all(r, &second, repair_word(r, w->word), w->value);
}

static vrrl_code try_wait(struct explainer *x, uint32_t word, uint64_t value, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    const struct new_wait what = {.word = word, .value = (uint32_t)value};
    if (value == 0 || value > UINT32_MAX)
        return VRRL_OK;
    bool hides;
    vrrl_code code = repairs_order_hides(x, &hides, err);
    if (code != VRRL_OK)
        return code;
    struct proposal p = {.make = add_wait,
                         .what = &what,
                         .kind = VRRL_REPAIR_WAIT,
                         .parts = {repairs_part(x, VRRL_REPAIR_FORM_WAIT, res->second, res->first)},
                         .hides = !is_awaited(x, word) && hides};
    p.parts[0].value = value;
    vrrl_program_word_name(x->whole.program, word, p.parts[0].word, sizeof p.parts[0].word);
    return repairs_try(x, &p, err);
}

/* What a counter came to by the signal of the first, in the run that does not fail; 0: it is not known. */
static uint32_t after_signal(const struct explainer *x, uint32_t word)
{
    const struct trace *t = &x->passing.trace;
    uint32_t value = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct event *s = &t->list[i].event;
        if (s->epoch == x->result->outcome.epoch && s->slot == x->result->first &&
            s->word == word && s->writes)
            value = s->stored;
    }
    return value;
}

bool repairs_handshake(const struct explainer *x, struct repair *r, uint32_t first, uint32_t second,
                       uint32_t flag)
{
    const struct twins signals = repairs_twins(x, first), waits = repairs_twins(x, second);
    return signal_in_all(r, &signals, flag) && wait_in_all(r, &waits, flag, 1);
}

static bool add_flag(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const vrrl_explain_result *res = p->x->result;
    uint32_t flag = repair_flag(r, "a new flag", err);
    return flag != VRRL_NO_INDEX && repairs_handshake(p->x, r, res->first, res->second, flag);
}

static vrrl_code try_flag(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    bool hides;
    vrrl_code code = repairs_order_hides(x, &hides, err);
    if (code != VRRL_OK)
        return code;
    struct proposal p = {.make = add_flag,
                         .kind = VRRL_REPAIR_WAIT,
                         .parts = {repairs_part(x, VRRL_REPAIR_FORM_FLAG, res->first, res->second)},
                         .hides = hides};
    return repairs_try(x, &p, err);
}

/* For all of a counter's signals, and, where that is another number, for as many as there were. */
vrrl_code repair_by_waits(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = epoch_batch(p, res->outcome.epoch);
    struct counters c = counters_of(p, batch, res->first);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < c.count; i++) {
        uint64_t all = c.sums[i] + initial_value(x, c.words[i]);
        uint32_t then = after_signal(x, c.words[i]);
        code = try_wait(x, c.words[i], all, err);
        if (code == VRRL_OK && then != all && !repairs_found(x))
            code = try_wait(x, c.words[i], then, err);
    }
    if (code == VRRL_OK && !repairs_found(x))
        code = repair_by_sibling_waits(x, err);
    if (code == VRRL_OK && !repairs_found(x))
        code = try_flag(x, err);
    if (code == VRRL_OK && !repairs_found(x))
        code = repair_by_line_counter(x, err);
    return code;
}
