/* Program files, written: settings, names, memory, regions. */
#include "program_file/mk_write.h"

#include "base/error.h"
#include "base/printable.h"
#include "program/comparison.h"
#include "program_file/mk_write_epoch.h"
#include "program_file/mk_write_names.h"
#include "program_file/mk_write_task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Settings ------------------------------------------------------------------------------- */

static uint32_t prints_of(const vrrl_program *p, const vrrl_batch *batch)
{
    uint32_t prints = 0;
    for (uint32_t i = 0; i < batch->count; i++)
        prints += p->slots[batch->first + i].opcode == VRRL_OPCODE_PRINTF;
    return prints;
}

/* What the parser would settle on by itself. */
static vrrl_geometry default_geometry(const struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    vrrl_geometry g = {.slot_words = VRRL_SLOT_WORDS_MIN, .ring_slots = 2, .observable_words = 16};
    uint64_t prints = 0;
    for (uint32_t e = 0; e < p->epoch_rows; e++) {
        const vrrl_batch *batch = &p->batches[p->epochs[e].batch];
        if (batch->count + 1 > g.ring_slots)
            g.ring_slots = batch->count + 1;
        prints += (uint64_t)p->epochs[e].times * prints_of(p, batch);
    }
    g.debug_records = prints > 1 << 20 ? 1 << 20 : (uint32_t)prints;
    g.user_words = w->user_end + w->descriptor_words;
    if (w->observable_end > g.observable_words)
        g.observable_words = w->observable_end;
    for (uint32_t i = 0; i < p->tenant_name_count; i++)
        if (p->tenant_names[i].tenant >= g.tenants)
            g.tenants = p->tenant_names[i].tenant + 1;
    return g;
}

static void write_size(const struct mk_writer *w, const char *setting, uint32_t size,
                       uint32_t preset)
{
    if (size != preset)
        fprintf(w->out, "%s %u\n", setting, size);
}

static void write_workers(const struct mk_writer *w)
{
    const vrrl_worker_model *m = &w->program->model;
    if (m->kind == VRRL_MODEL_POOL)
        return;
    fprintf(w->out, "workers %s %u", m->kind == VRRL_MODEL_SERIAL ? "serial" : "pipelined",
            m->queues);
    if (m->kind == VRRL_MODEL_PIPELINED)
        fprintf(w->out, " depth %u", m->depth);
    if (m->resident)
        fprintf(w->out, " resident %u", m->resident);
    fprintf(w->out, "\n");
}

static void write_program_name(const struct mk_writer *w)
{
    char name[128];
    snprintf(name, sizeof name, "%s", vrrl_program_text(w->program, w->program->name));
    make_printable(name, strlen(name), false);
    for (char *c = name; *c; c++)
        if (*c == '"')
            *c = '_';
    if (name[0])
        fprintf(w->out, "program \"%s\"\n", name);
}

static void write_settings(const struct mk_writer *w)
{
    const vrrl_geometry *g = &w->program->geometry, preset = default_geometry(w);
    write_program_name(w);
    write_size(w, "memory", g->user_words, preset.user_words);
    write_size(w, "observable", g->observable_words, preset.observable_words);
    write_size(w, "ring", g->ring_slots, preset.ring_slots);
    write_size(w, "slot_words", g->slot_words, preset.slot_words);
    write_size(w, "debug_log", g->debug_records, preset.debug_records);
    write_size(w, "tenants", g->tenants, preset.tenants);
    write_workers(w);
}

/* The mask and the quota stand at the last name that a tenant has. */
static bool is_last_name(const vrrl_program *p, uint32_t row)
{
    for (uint32_t i = row + 1; i < p->tenant_name_count; i++)
        if (p->tenant_names[i].tenant == p->tenant_names[row].tenant)
            return false;
    return true;
}

static void write_tenants(const struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    for (uint32_t i = 0; i < p->tenant_name_count; i++) {
        uint32_t tenant = p->tenant_names[i].tenant;
        bool limits = is_last_name(p, i);
        fprintf(w->out, "tenant %s = %u", w->tenant_names[i], tenant);
        if (limits && p->tenant_masks[tenant] != UINT32_MAX)
            fprintf(w->out, " mask 0x%X", p->tenant_masks[tenant]);
        if (limits && p->quotas[tenant % 32])
            fprintf(w->out, " quota %u", p->quotas[tenant % 32]);
        fprintf(w->out, "\n");
    }
}

/* ---- Names ---------------------------------------------------------------------------------- */

/* Behind all others by itself, at a free place, or as another name for what is there. */
static void write_place(const struct mk_writer *w, const vrrl_symbol *s, bool observable,
                        uint32_t end)
{
    uint32_t base = observable ? VRRL_WORD_OBSERVABLE : w->program->layout.user_base;
    uint32_t offset = s->first_word - base;
    if (offset > end)
        fprintf(w->out, " at %u", offset);
    else if (offset < end)
        fprintf(w->out, " at %s + %u", observable ? "observable" : "user", offset);
}

static void write_control_place(const struct mk_writer *w, uint32_t word)
{
    /* EPOCH is the last of the named ones, and any of them begins an address. */
    fprintf(w->out, " at SHUTDOWN + %u", word);
}

static void write_symbol(struct mk_writer *w, const vrrl_symbol *s, const char *name)
{
    const vrrl_program *p = w->program;
    bool user = s->first_word >= p->layout.user_base;
    bool observable = !user && s->first_word >= VRRL_WORD_OBSERVABLE;
    uint32_t element = s->segment_words > 1 ? s->segment_words : 1, count = s->words / element;
    fprintf(w->out, s->words == 1 ? "word %s" : "words %s", name);
    if (count > 1)
        fprintf(w->out, "[%u]", count);
    if (element > 1)
        fprintf(w->out, " of %u", element);
    uint32_t *end = observable ? &w->observable_end : &w->user_end;
    if (observable)
        fprintf(w->out, " in observable");
    if (user || observable) {
        write_place(w, s, observable, *end);
        uint32_t base = observable ? VRRL_WORD_OBSERVABLE : p->layout.user_base;
        if (s->first_word - base + s->words > *end)
            *end = s->first_word - base + s->words;
    } else {
        write_control_place(w, s->first_word);
    }
    fprintf(w->out, "\n");
}

static void write_symbols(struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    for (uint32_t i = 0; i < p->symbol_count; i++)
        if (w->names[i] && !(w->tasks && i == w->declaring))
            write_symbol(w, &p->symbols[i], w->names[i]);
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* Words from `first` on that are written by one name and are not zero. */
static uint32_t run_of(const struct mk_writer *w, uint32_t first, uint32_t end)
{
    const vrrl_program *p = w->program;
    const vrrl_symbol *owner = mk_write_owner(w, p->layout.user_base + first);
    uint32_t at = first + 1;
    while (at < end && p->initial[at] && mk_write_owner(w, p->layout.user_base + at) == owner)
        at++;
    return at - first;
}

static uint32_t equal_words(const uint32_t *words, uint32_t count)
{
    uint32_t equal = 1;
    while (equal < count && words[equal] == words[0])
        equal++;
    return equal;
}

/* One line: a fill, or up to eight values. Returns the words that it sets. */
static uint32_t write_init(const struct mk_writer *w, uint32_t first, uint32_t count)
{
    enum { ON_ONE_LINE = 8 };
    const vrrl_program *p = w->program;
    const uint32_t *words = p->initial + first;
    uint32_t address = p->layout.user_base + first, equal = equal_words(words, count);
    fprintf(w->out, "init ");
    if (equal > ON_ONE_LINE) {
        mk_write_range(w, address, equal);
        fprintf(w->out, " fill ");
        mk_write_value(w, words[0]);
        fprintf(w->out, "\n");
        return equal;
    }
    if (count > ON_ONE_LINE)
        count = ON_ONE_LINE;
    mk_write_address(w, address);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(w->out, i ? ", " : " = ");
        mk_write_value(w, words[i]);
    }
    fprintf(w->out, "\n");
    return count;
}

static void write_memory(const struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    uint32_t skip = w->tasks ? w->descriptors - p->layout.user_base : p->geometry.user_words;
    uint32_t skip_end = skip + w->descriptor_words;
    for (uint32_t at = 0; at < p->geometry.user_words;) {
        if (at >= skip && at < skip_end) {
            at = skip_end;
        } else if (p->initial[at] == 0) {
            at++;
        } else {
            uint32_t end = at < skip ? skip : p->geometry.user_words;
            for (uint32_t left = run_of(w, at, end), done; left > 0; left -= done, at += done)
                done = write_init(w, at, left);
        }
    }
}

static void write_comparison(const struct mk_writer *w, const vrrl_region *region)
{
    const struct comparison_rule *rule = &comparison_rules[region->compare];
    char tolerance[40];
    if (region->compare != VRRL_COMPARE_EXACT)
        fprintf(w->out, " %s", rule->name);
    if (rule->most == 0)
        return;
    snprintf(tolerance, sizeof tolerance, "%.17g", region->tolerance);
    char *comma = strchr(tolerance, ',');
    if (comma)
        *comma = '.';
    fprintf(w->out, " %s", tolerance);
}

static void write_regions(const struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    for (uint32_t i = 0; i < p->region_count; i++) {
        const vrrl_region *region = &p->regions[i];
        const char *name = vrrl_program_text(p, region->name);
        const vrrl_symbol *owner = mk_write_owner(w, region->first_word);
        char quoted[VRRL_FILE_NAME_BYTES_MAX + 3];
        fprintf(w->out, "observe ");
        mk_write_range(w, region->first_word, region->words);
        write_comparison(w, region);
        bool own = owner && owner->first_word == region->first_word &&
                   owner->words == region->words &&
                   strcmp(vrrl_program_text(p, owner->name), name) == 0;
        if (!own && name[0])
            fprintf(w->out, " as %s", mk_write_quoted(name, quoted, sizeof quoted));
        fprintf(w->out, "\n");
    }
}

/* ---- What cannot be written ----------------------------------------------------------------- */

static bool observed_memory(const vrrl_program *p, uint32_t first, uint32_t words)
{
    uint32_t user = first - p->layout.user_base, observable = first - VRRL_WORD_OBSERVABLE;
    bool in_user = first >= p->layout.user_base && user < p->geometry.user_words &&
                   words <= p->geometry.user_words - user;
    bool in_observable = first >= VRRL_WORD_OBSERVABLE &&
                         observable < p->geometry.observable_words &&
                         words <= p->geometry.observable_words - observable;
    return words > 0 && (in_user || in_observable);
}

static bool tenants_have_names(const vrrl_program *p)
{
    bool quota[32] = {false};
    for (uint32_t i = 0; i < p->tenant_name_count; i++) {
        if (p->tenant_names[i].tenant >= p->geometry.tenants)
            return false;
        quota[p->tenant_names[i].tenant % 32] = true;
    }
    for (uint32_t i = 0; i < 32; i++)
        if (p->quotas[i] && !quota[i])
            return false;
    for (uint32_t t = 0; t < p->geometry.tenants; t++) {
        bool named = p->tenant_masks[t] == UINT32_MAX;
        for (uint32_t i = 0; !named && i < p->tenant_name_count; i++)
            named = p->tenant_names[i].tenant == t;
        if (!named)
            return false;
    }
    return true;
}

static vrrl_code check(const vrrl_program *p, vrrl_error *err)
{
    const char *fix = "Fix: name it in the program; a program file can say it only by a name.";
    if (p->epoch_count == 0)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: begin an epoch.",
                         "a program file has at least one epoch, found none");
    if (!tenants_have_names(p))
        return error_set(err, VRRL_UNSUPPORTED, fix,
                         "a tenant without a name has a mask or a quota");
    for (uint32_t i = 0; i < p->region_count; i++)
        if (!observed_memory(p, p->regions[i].first_word, p->regions[i].words))
            return error_set(err, VRRL_UNSUPPORTED, fix,
                             "region %u lies outside user memory and the observable words", i);
    return VRRL_OK;
}

/* ---- All of it ------------------------------------------------------------------------------ */

/* Names are written into a text of their own first: how far they reach decides the settings. */
static vrrl_code names_text(struct mk_writer *w, char **text, vrrl_error *err)
{
    size_t size = 0;
    FILE *out = w->out;
    w->out = open_memstream(text, &size);
    if (!w->out)
        return error_no_memory(err, 0);
    write_symbols(w);
    bool failed = fclose(w->out) != 0;
    w->out = out;
    return failed ? error_no_memory(err, size) : VRRL_OK;
}

static vrrl_code write_all(struct mk_writer *w, vrrl_error *err)
{
    char *names = NULL;
    vrrl_code code = mk_write_names(w, err);
    if (code != VRRL_OK)
        return code;
    mk_write_plan_tasks(w);
    code = names_text(w, &names, err);
    if (code == VRRL_OK) {
        write_settings(w);
        write_tenants(w);
        fprintf(w->out, "%s%s", names[0] ? "\n" : "", names);
        write_memory(w);
        write_regions(w);
        mk_write_epochs(w);
    }
    free(names);
    return code;
}

vrrl_code vrrl_program_write(const vrrl_program *program, FILE *out, vrrl_error *err)
{
    struct mk_writer w = {.program = program, .out = out};
    vrrl_code code = check(program, err);
    if (code == VRRL_OK)
        code = write_all(&w, err);
    mk_write_names_free(&w);
    if (code == VRRL_OK && (fflush(out) != 0 || ferror(out)))
        code = error_errno(err, "write", "program file", NULL);
    return code;
}
