#include "check/check_program.h"

#include "base/array.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "check/begins.h"
#include "check/epoch_graph.h"
#include "check/later_roots.h"
#include "check/scratch.h"
#include "check/slot_values.h"
#include "program/batch_view.h"
#include "program/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of all that decides what a check says of an epoch. Where two epochs are alike in how far each counter is from
 * what is waited for, and not in what it holds, the slots do the same, and words about it have other numbers. */
struct graph_hash {
    uint64_t exact, distances;
};

struct run {
    const vrrl_program *program;
    const struct slot_outcome *(*ran)(const void *context, uint32_t epoch);
    const void *context;
    vrrl_host *host;
    vrrl_program_check *out;
    uint32_t room;
    struct graph_hash last; /* of the last epoch */
    struct scratch scratch;
    struct begins begins;
    vrrl_run_options options;
    bool open;     /* some execution may have come here with other values than this run */
    bool may_lose; /* as the epoch under way has it (epoch_graph.h) */
    /* Of the epoch under way: stores to flags, and when slots ended. */
    struct flag_store *stores;
    uint32_t store_count, first_index;
    uint64_t *ended; /* by position */
};

static uint64_t mix_in(uint64_t hash, const void *items, size_t bytes)
{
    return (hash ^ checksum_xxh3(items, bytes)) * 0x9E3779B97F4A7C15u;
}

/* What a counter would hold with all signals is no word: then the distance does not tell all. */
static bool may_wrap(const vrrl_graph *g)
{
    uint64_t most = 0, signals = 0;
    for (uint32_t i = 0; i < g->counter_count; i++)
        most = g->counters[i].init > most ? g->counters[i].init : most;
    for (uint32_t i = 0; i < g->signal_count; i++)
        signals += g->signals[i].amount;
    return most + signals > UINT32_MAX;
}

/* No wait holds anything back when the epoch begins. */
static bool all_are_met(const vrrl_graph *g)
{
    bool met = true;
    for (uint32_t i = 0; i < g->wait_count && met; i++)
        met = g->waits[i].threshold <= g->counters[g->waits[i].counter].init;
    return met;
}

static uint64_t hash_counters(const vrrl_graph *g, bool distances, uint64_t hash)
{
    for (uint32_t i = 0; i < g->counter_count && !distances; i++)
        hash = mix_in(hash, &g->counters[i].init, sizeof g->counters[i].init);
    for (uint32_t i = 0; i < g->wait_count; i++) {
        const vrrl_graph_wait *w = &g->waits[i];
        uint32_t held = distances ? g->counters[w->counter].init : 0;
        const uint32_t wait[] = {w->counter, w->threshold > held ? w->threshold - held : 0,
                                 w->order};
        hash = mix_in(hash, wait, sizeof wait);
    }
    for (uint32_t i = 0; i < g->signal_count; i++) {
        const uint32_t signal[] = {g->signals[i].counter, g->signals[i].amount,
                                   g->signals[i].order};
        hash = mix_in(hash, signal, sizeof signal);
    }
    return hash;
}

static uint64_t hash_accesses(const vrrl_graph *g, uint64_t hash)
{
    for (uint32_t i = 0; i < g->range_count; i++) {
        const vrrl_graph_range *r = &g->ranges[i];
        const uint64_t range[] = {r->buffer, r->row_first, r->row_end, r->column_first,
                                  r->column_end};
        hash = mix_in(hash, range, sizeof range);
    }
    for (uint32_t i = 0; i < g->access_count; i++) {
        const uint32_t access[] = {g->accesses[i].range, (uint32_t)g->accesses[i].kind};
        hash = mix_in(hash, access, sizeof access);
    }
    return hash;
}

/* All that decides what a check says. Counters, buffers and names follow from the program. */
static uint64_t hash_of(const vrrl_graph *g, bool distances)
{
    uint64_t hash = hash_accesses(g, hash_counters(g, distances, distances));
    for (uint32_t i = 0; i < g->task_count; i++) {
        const vrrl_graph_task *t = &g->tasks[i];
        const uint32_t task[] = {t->worker, t->access_count, t->wait_count, t->signal_count};
        hash = mix_in(hash, task, sizeof task);
        hash = mix_in(hash, vrrl_graph_label(g, i), strlen(vrrl_graph_label(g, i)));
    }
    return hash;
}

vrrl_check_verdict check_worse(vrrl_check_verdict a, vrrl_check_verdict b)
{
    static const int rank[] = {
        [VRRL_CHECK_SAFE] = 0,          [VRRL_CHECK_NOT_KNOWN] = 1, [VRRL_CHECK_FAILS] = 2,
        [VRRL_CHECK_ORDER_DEPENDS] = 3, [VRRL_CHECK_RACY] = 4,      [VRRL_CHECK_UNWRITTEN] = 4,
        [VRRL_CHECK_UNFIT] = 4,         [VRRL_CHECK_DEADLOCK] = 5};
    return rank[a] > rank[b] ? a : b;
}

/* Stores that bring a flag to several levels, in no order: it may go down again. */
static bool levels_race(const struct epoch_graph *made, const vrrl_check_result *result)
{
    return made->store_count > 0 && (result->pairs > 0 || result->order_pairs > 0);
}

vrrl_epoch_check *check_item(const vrrl_program_check *check, uint32_t epoch)
{
    for (uint32_t low = 0, high = check->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        vrrl_epoch_check *item = &check->items[middle];
        if (epoch >= item->first_epoch && epoch - item->first_epoch < item->epochs)
            return item;
        if (epoch < item->first_epoch)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static vrrl_assign_options assign_of(const vrrl_program *program)
{
    const vrrl_worker_model *model = &program->model;
    return (vrrl_assign_options){.size = sizeof(vrrl_assign_options),
                                 .pipelined =
                                     model->kind == VRRL_MODEL_PIPELINED ? model->depth : 0,
                                 .resident = model->resident};
}

static vrrl_check_options options_of(const vrrl_assign_options *assign, bool as_run,
                                     uint64_t until_ns)
{
    return (vrrl_check_options){.size = sizeof(vrrl_check_options),
                                .assign = assign,
                                .no_lint = true,
                                .no_repairs = as_run,
                                .milliseconds = clock_left_ms(until_ns)};
}

/* All that executions show is known. */
static void judge_all(vrrl_check_result *result)
{
    result->may_excuse = result->may_miss = result->may_depend = false;
    result->exact = true;
    result->verdict = result->stuck_count > 0 ? VRRL_CHECK_DEADLOCK
                      : result->pairs > 0     ? VRRL_CHECK_RACY
                                              : VRRL_CHECK_SAFE;
}

/* As before, but that some pairs are known to race. */
static void judge_some(vrrl_check_result *result, const vrrl_check_result *before)
{
    result->may_depend = before->may_depend;
    check_judge(result, before->may_excuse && result->unsure_pairs > 0, before->may_miss);
    if (result->pairs > result->unsure_pairs)
        result->verdict = check_worse(result->verdict, VRRL_CHECK_RACY);
    result->verdict = check_worse(result->verdict, before->verdict);
}

vrrl_code check_epoch_again(const vrrl_program *program, const vrrl_program_check *check,
                            const struct pair_values *values, bool all, vrrl_epoch_check *item,
                            vrrl_error *err)
{
    const vrrl_assign_options assign = assign_of(program);
    const vrrl_check_options options =
        options_of(&assign, check->as_run, all ? 0 : check->until_ns);
    vrrl_check_result *result;
    vrrl_code code = check_with(item->graph, &options, values, &result, err);
    if (code != VRRL_OK)
        return code;
    if (result->out_of_time) {
        vrrl_check_result_free(result);
        return VRRL_OK;
    }
    result->excused_pairs = item->result->excused_pairs;
    if (item->begins_otherwise)
        check_drop_roots(result);
    later_roots_keep(item->result, result);
    if (all)
        judge_all(result);
    else
        judge_some(result, item->result);
    /* An order of slots that waits which are left out may not allow. */
    free(result->witness);
    result->witness = NULL;
    vrrl_check_result_free(item->result);
    item->result = result;
    return VRRL_OK;
}

vrrl_code check_cut(vrrl_program_check *check, uint32_t number, uint32_t epochs, vrrl_error *err)
{
    vrrl_check_result *result = result_create(sizeof *result, err);
    if (!result || !array_resize(&check->items, check->count + (size_t)1, sizeof *check->items)) {
        free(result);
        return error_no_memory(err, (check->count + (uint64_t)1) * sizeof *check->items);
    }
    vrrl_epoch_check *item = &check->items[number];
    memmove(item + 2, item + 1, (check->count - number - (size_t)1) * sizeof *item);
    check->count++;
    item[1] = item[0];
    item[1].first_epoch += epochs;
    item[1].epochs -= epochs;
    item[1].result = result;
    item[0].epochs = epochs;
    result->excused_pairs = item[0].result->excused_pairs;
    return VRRL_OK;
}

/* `decides`: from another memory that the epoch may begin in, it would be another check. */
static vrrl_code check_graph(struct run *r, uint32_t epoch, struct epoch_graph *made, bool decides,
                             vrrl_error *err)
{
    const vrrl_assign_options assign = assign_of(r->program);
    const vrrl_check_options options = options_of(&assign, r->out->as_run, r->out->until_ns);
    struct slot_values known = {.writers = NULL};
    const struct pair_values values = {
        .of = slot_values_of, .there = slot_values_there, .context = &known};
    vrrl_epoch_check item = {.first_epoch = epoch,
                             .epochs = 1,
                             .graph = made->graph,
                             .unclear_words = made->unclear_words,
                             .rounds = made->touches.rounds};
    vrrl_code code = array_room(r->out->items, r->out->count, r->room, 1, err);
    if (code == VRRL_OK)
        code = slot_values_create(&made->touches, vrrl_host_arena(r->host),
                                  r->program->layout.total_words, &known, err);
    if (code == VRRL_OK)
        code = check_with(made->graph, &options, &values, &item.result, err);
    slot_values_free(&known);
    if (code != VRRL_OK)
        return code;
    bool stuck = item.result->stuck_count > 0;
    item.begins_otherwise = decides || (stuck && made->may_leave);
    item.result->may_depend = made->may_depend;
    check_judge(item.result, made->may_excuse || made->may_leave || levels_race(made, item.result),
                made->may_miss || decides || levels_race(made, item.result) ||
                    (stuck && made->may_leave));
    if (stuck && item.begins_otherwise) { /* the reference's run is: the watched one shows it */
        item.result->verdict = VRRL_CHECK_NOT_KNOWN;
        check_drop_roots(item.result);
    }
    made->graph = NULL;
    r->out->items[r->out->count++] = item;
    r->out->verdict = check_worse(r->out->verdict, item.result->verdict);
    return VRRL_OK;
}

/* What slots store, and what was there: some pairs make no difference by that. */
static uint64_t hash_values(const struct epoch_touches *t, const uint32_t *arena, uint64_t hash)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        const uint32_t value[] = {a->word, a->value, arena[a->word]};
        if (a->is_value)
            hash = mix_in(hash, value, sizeof value);
    }
    return hash;
}

/* Whether the last epoch ends in one way whatever its order. */
static bool ends_one_way(const vrrl_program_check *out)
{
    const vrrl_check_result *last = out->items[out->count - 1].result;
    return last->exact && last->verdict == VRRL_CHECK_SAFE;
}

static uint64_t hash_epoch(const struct run *r, const struct epoch_graph *made, bool distances,
                           const bool *unseen, size_t bytes)
{
    uint64_t hash =
        mix_in(hash_of(made->graph, distances && !may_wrap(made->graph)), unseen, bytes);
    return hash_values(&made->touches, vrrl_host_arena(r->host), hash);
}

/* Whether the check of the last epoch is that of this one, too: numbers are of the first that it stands for. */
static bool says_the_same(struct run *r, const struct graph_hash *hash, const vrrl_graph *g)
{
    if (r->out->count == 0 || hash->distances != r->last.distances)
        return false;
    vrrl_epoch_check *item = &r->out->items[r->out->count - 1];
    bool same = hash->exact == r->last.exact, safe = ends_one_way(r->out);
    if (!same && !safe && !all_are_met(g))
        return false;
    item->counters_differ |= !same && !safe;
    return true;
}

static vrrl_code check_epoch(struct run *r, uint32_t epoch, uint32_t first_index, vrrl_error *err)
{
    const struct slot_outcome *ran = r->ran ? r->ran(r->context, epoch) : NULL;
    struct epoch_graph made;
    r->store_count = 0;
    bool left = vrrl_host_arena(r->host)[VRRL_WORD_SHUTDOWN] != 0; /* no slot ever begins */
    if (left || (r->ran && !ran))
        return VRRL_OK;
    vrrl_code code = epoch_graph_create(r->program, epoch, first_index, vrrl_host_arena(r->host),
                                        ran, &made, err);
    if (code != VRRL_OK)
        return code;
    code = scratch_epoch(&r->scratch, r->program, epoch, &made.touches, r->out, err);
    begins_prologue(&r->begins, r->program, epoch);
    begins_tell_left(&r->begins, vrrl_host_arena(r->host), epoch, made.graph);
    bool decides = begins_decides(&r->begins, &made.touches);
    const bool unseen[] = {made.may_excuse, made.may_miss, made.may_depend, made.may_leave,
                           decides};
    const struct graph_hash hash = {hash_epoch(r, &made, false, unseen, sizeof unseen),
                                    hash_epoch(r, &made, true, unseen, sizeof unseen)};
    if (code == VRRL_OK && says_the_same(r, &hash, made.graph))
        r->out->items[r->out->count - 1].epochs++;
    else if (code == VRRL_OK && made.graph->task_count > 0)
        code = check_graph(r, epoch, &made, decides, err);
    if (code == VRRL_OK && r->out->count > 0)
        begins_after(&r->begins, &made.touches, epoch, ends_one_way(r->out));
    r->last = hash;
    r->first_index = first_index;
    free(r->stores);
    r->stores = made.stores;
    r->store_count = made.store_count;
    r->may_lose = made.may_lose;
    r->out->epochs++;
    vrrl_graph_free(made.graph);
    epoch_touches_free(&made.touches);
    return code;
}

/* ---- Memory when epochs begin ---------------------------------------------------------------- */

static vrrl_code keep_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct run *)context)->host = host;
    return VRRL_OK;
}

/* Before the first slot of an epoch is published: its prologue has run. */
static vrrl_code before_publish(void *context, uint32_t epoch, uint32_t index, uint32_t queue,
                                const uint32_t *words, vrrl_error *err)
{
    struct run *r = context;
    (void)queue;
    (void)words;
    if (clock_is_past(r->out->until_ns))
        return error_set(err, VRRL_TOO_LARGE, "Fix: give it more --time.",
                         "the time was over before all epochs were looked at");
    return epoch + 1 > r->out->epochs + r->out->epochs_left ? check_epoch(r, epoch, index, err)
                                                            : VRRL_OK;
}

/* ---- Flags that go down ---------------------------------------------------------------------- */

static vrrl_code note_end(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                          const vrrl_ticket *ticket, vrrl_error *err)
{
    struct run *r = context;
    (void)epoch;
    (void)words;
    (void)err;
    r->ended[epoch_position(r->program, r->first_index, index)] = ticket->completion_order;
    return VRRL_OK;
}

static uint64_t end_of(const struct run *r, const struct flag_store *store)
{
    return r->ended[store->slot];
}

/* Stores of a slot stay in their order: a mere insertion would do, but for those who store a lot. */
static void sort_by_end(const struct run *r, struct flag_store *list, struct flag_store *other,
                        uint32_t count)
{
    uint32_t half = count / 2, a = 0, b = half;
    if (count < 2)
        return;
    sort_by_end(r, list, other, half);
    sort_by_end(r, list + half, other, count - half);
    for (uint32_t i = 0; i < count; i++) {
        bool first = b == count || (a < half && (list[a].word < list[b].word ||
                                                 (list[a].word == list[b].word &&
                                                  end_of(r, &list[a]) <= end_of(r, &list[b]))));
        other[i] = first ? list[a++] : list[b++];
    }
    memcpy(list, other, count * sizeof *list);
}

/* ---- Expectations ---------------------------------------------------------------------------- */

/* Where nothing races and no order shows, memory is the same at the end of each execution; but for sums that
 * round, which only some regions leave room for. */
static void look_at_expectations(struct run *r, const vrrl_epoch_result *result)
{
    vrrl_program_check *out = r->out;
    vrrl_expectation_failure failure;
    bool ended =
        result->verdict == VRRL_VERDICT_COMPLETE || result->verdict == VRRL_VERDICT_SHUTDOWN;
    if (out->count > 0)
        r->open |= !ends_one_way(out) || out->items[out->count - 1].rounds;
    if (r->ran || !ended || out->breaks.found ||
        !expectations_check(r->program, result->epoch, vrrl_host_arena(r->host), &failure))
        return;
    const vrrl_expectation *e = &r->program->expectations[failure.expectation];
    out->breaks_always = !r->open;
    out->breaks = (vrrl_shown_end){.found = true,
                                   .kind = VRRL_END_EXPECT,
                                   .epoch = result->epoch,
                                   .slot = VRRL_GRAPH_NONE,
                                   .word = e->word,
                                   .seen = failure.found};
    vrrl_program_word_name(r->program, e->word, out->breaks.word_name,
                           sizeof out->breaks.word_name);
    snprintf(out->breaks.source, sizeof out->breaks.source, "%s",
             vrrl_program_text(r->program, e->source));
}

/* The order in which slots that must be ordered ended is that of every run: then a flag that went down in
 * it does so in all, and a wait for it may come too late. */
static vrrl_code look_at_flags(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct run *r = context;
    bool down = false;
    (void)result;
    r->options.timeout_ms = clock_left_ms(r->out->until_ns);
    struct flag_store *room = malloc((r->store_count + (size_t)1) * sizeof *room);
    if (!room)
        return error_no_memory(err, r->store_count * sizeof *room);
    sort_by_end(r, r->stores, room, r->store_count);
    free(room);
    for (uint32_t i = 1; i < r->store_count; i++)
        down |= r->stores[i].word == r->stores[i - 1].word &&
                r->stores[i].level < r->stores[i - 1].level;
    if (down && r->out->count > 0) {
        vrrl_check_result *last = r->out->items[r->out->count - 1].result;
        check_judge(last, last->may_excuse, true);
        r->out->verdict = check_worse(r->out->verdict, last->verdict);
    }
    look_at_expectations(r, result);
    vrrl_epoch_check *item = check_item(r->out, result->epoch);
    return item && r->may_lose && !r->ran && result->verdict == VRRL_VERDICT_DEADLOCK
               ? later_roots_add(r->program, result, vrrl_host_arena(r->host), item, err)
               : VRRL_OK;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code run_reference(struct run *r, vrrl_verdict *verdict, vrrl_error *err)
{
    const vrrl_sink sink = {
        .context = r, .publish = before_publish, .complete = note_end, .observe = look_at_flags};
    uint64_t until_ns = r->out->until_ns;
    r->options = (vrrl_run_options){
        .size = sizeof(vrrl_run_options), .workers = 1, .timeout_ms = clock_left_ms(until_ns)};
    *verdict = VRRL_VERDICT_HANG;
    vrrl_code code = vrrl_driver_find("reference", &r->options.driver, err);
    if (code == VRRL_OK)
        code = vrrl_program_run(r->program, &r->options, &sink, keep_host, verdict, err);
    r->out->out_of_time = clock_is_past(until_ns) &&
                          (code == VRRL_TOO_LARGE || (!code && *verdict == VRRL_VERDICT_HANG));
    return r->out->out_of_time ? VRRL_OK : code;
}

static void tell_broken(vrrl_program_check *out)
{
    vrrl_epoch_check *item = check_item(out, out->breaks.epoch);
    if (item)
        item->result->verdict = check_worse(item->result->verdict, VRRL_CHECK_FAILS);
    out->verdict = check_worse(out->verdict, VRRL_CHECK_FAILS);
}

vrrl_code check_program(const vrrl_program *program,
                        const struct slot_outcome *(*ran)(const void *context, uint32_t epoch),
                        const void *context, uint32_t milliseconds, vrrl_program_check **check,
                        vrrl_error *err)
{
    struct run r = {.program = program, .ran = ran, .context = context};
    vrrl_verdict verdict;
    vrrl_code code = program_is_whole(program, err);
    if (code != VRRL_OK)
        return code;
    size_t most = program_largest_batch(program) + (size_t)1;
    r.out = result_create(sizeof *r.out, err);
    r.ended = calloc(most, sizeof *r.ended);
    if (!r.out || !r.ended) {
        free(r.out);
        free(r.ended);
        return error_no_memory(err, most * sizeof *r.ended);
    }
    r.out->until_ns = clock_until(milliseconds);
    r.out->as_run = ran != NULL;
    code = begins_create(program->layout.total_words, &r.begins, err);
    if (code == VRRL_OK)
        code = scratch_create(program, &r.scratch, err);
    if (code == VRRL_OK)
        code = run_reference(&r, &verdict, err);
    scratch_free(&r.scratch);
    free(r.ended);
    free(r.stores);
    begins_free(&r.begins);
    if (code != VRRL_OK) {
        vrrl_program_check_free(r.out);
        return code;
    }
    r.out->unfinished = program->unfinished;
    r.out->bare_log = program->bare_log;
    r.out->expectations = expectations_in_all(program);
    r.out->epochs_left = program->epoch_count - r.out->epochs;
    r.out->ended =
        !r.out->out_of_time && verdict == VRRL_VERDICT_COMPLETE && r.out->epochs_left == 0;
    r.out->one_end = r.out->ended && !r.open && !ran;
    if (!r.out->ended && r.out->verdict == VRRL_CHECK_SAFE)
        r.out->verdict = VRRL_CHECK_NOT_KNOWN;
    if (r.out->breaks.found)
        tell_broken(r.out);
    if (r.out->unwritten_total > 0)
        r.out->verdict = check_worse(VRRL_CHECK_UNWRITTEN, r.out->verdict);
    *check = r.out;
    return VRRL_OK;
}

vrrl_code vrrl_check_program(const vrrl_program *program, const vrrl_program_check_options *options,
                             vrrl_program_check **check, vrrl_error *err)
{
    vrrl_program_check_options own;
    *check = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_program_check_options, &own, options, err);
    if (code == VRRL_OK && own.as_run)
        code = error_set(err, VRRL_INVALID, "Fix: leave it out, or check a recording.",
                         "`as_run` is for recorded runs, this is a program");
    return code == VRRL_OK ? check_program(program, NULL, NULL, own.milliseconds, check, err)
                           : code;
}

static void free_all(vrrl_all_check *all)
{
    vrrl_shown_end *const ends[] = {&all->deadlock, &all->differs, &all->breaks};
    for (size_t i = 0; i < 3; i++) {
        free(ends[i]->schedule);
        free(ends[i]->replay);
    }
    for (uint32_t i = 0; i < all->race_count; i++) {
        free(all->races[i].schedule);
        free(all->races[i].replay);
    }
    free(all->races);
    free(all->agrees);
    free(all->agrees_replay);
    free(all);
}

void vrrl_program_check_free(vrrl_program_check *check)
{
    if (!check)
        return;
    for (uint32_t i = 0; i < check->count; i++) {
        vrrl_check_result_free(check->items[i].result);
        if (i + 1 == check->count || check->items[i + 1].graph != check->items[i].graph)
            vrrl_graph_free(check->items[i].graph);
    }
    if (check->run) {
        free(check->run->races);
        free(check->run->schedule);
        free(check->run->replay);
    }
    if (check->all)
        free_all(check->all);
    free(check->breaks.schedule);
    free(check->breaks.replay);
    free(check->run);
    free(check->unwritten);
    free(check->items);
    free(check);
}
