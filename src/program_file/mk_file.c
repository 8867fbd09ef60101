/* Program files as a whole: read, measure, lay out, build. */
#include "program_file/mk_file.h"

#include "base/open_file.h"
#include "base/text_mark.h"
#include "program_file/mk_block.h"
#include "program_file/mk_names.h"
#include "program_file/mk_parser.h"
#include "program_file/mk_tokens.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OBSERVABLE_WORDS_DEFAULT = 16 };

static vrrl_code too_small(struct mk_parser *p, const struct mk_token *at, const char *what,
                           uint32_t set, uint64_t needed)
{
    char fix[96];
    snprintf(fix, sizeof fix, "Fix: write `%s %llu`, or leave the line out.", what,
             (unsigned long long)needed);
    return mk_fail(p, at, fix, "`%s` is %u, and this needs %llu", what, set,
                   (unsigned long long)needed);
}

/* The size that was set, or what is needed where none was. */
static vrrl_code settle_size(struct mk_parser *p, enum mk_setting setting, const char *what,
                             const struct mk_token *at, uint64_t needed, uint64_t preset,
                             uint32_t *size)
{
    if (p->setting_lines[setting] == 0)
        *size = (uint32_t)(needed > preset ? needed : preset);
    else if (*size < needed)
        return too_small(p, at, what, *size, needed);
    return VRRL_OK;
}

/* Every size is known once the file has been measured. */
static vrrl_code settle_geometry(struct mk_parser *p)
{
    vrrl_geometry *g = &p->geometry;
    struct mk_token end = p->source.tokens[p->source.token_count - 1];
    if (p->epochs == 0)
        return mk_fail(p, &end, "Fix: write `epoch`, the slots, one a line, and `end`.",
                       "the program has no epoch");
    uint64_t records = p->debug_records > 1 << 20 ? 1 << 20 : p->debug_records;
    uint64_t user = (uint64_t)p->used[MK_USER] + p->descriptor_words;
    const struct mk_token *user_at = p->descriptor_words ? &p->largest_at : &p->used_at[MK_USER];
    MK_TRY(settle_size(p, MK_SET_MEMORY, "memory", user_at, user, 0, &g->user_words));
    MK_TRY(settle_size(p, MK_SET_OBSERVABLE, "observable", &p->used_at[MK_OBSERVABLE],
                       p->used[MK_OBSERVABLE], OBSERVABLE_WORDS_DEFAULT, &g->observable_words));
    MK_TRY(settle_size(p, MK_SET_RING, "ring", &p->largest_at, (uint64_t)p->largest_batch + 1, 2,
                       &g->ring_slots));
    MK_TRY(
        settle_size(p, MK_SET_TENANTS, "tenants", &p->tenant_at, p->named_tenants, 0, &g->tenants));
    if (p->setting_lines[MK_SET_DEBUG_LOG] == 0)
        g->debug_records = (uint32_t)records; /* a log that is full is a thing to try */
    uint64_t arena = (uint64_t)g->ring_slots * g->slot_words + g->user_words +
                     (uint64_t)g->debug_records * VRRL_DEBUG_RECORD_WORDS;
    if (arena > VRRL_FILE_ARENA_WORDS_MAX)
        return mk_limit(p, p->size_at.line ? &p->size_at : &p->largest_at,
                        "Fix: make the ring, the memory or the debug log smaller.",
                        "ring, memory and debug log take %llu words together, expected at most %d",
                        (unsigned long long)arena, VRRL_FILE_ARENA_WORDS_MAX);
    return vrrl_program_set_geometry(p->program, g, p->err);
}

static vrrl_code add_symbol(struct mk_parser *p, const char *text, uint32_t first, uint32_t words,
                            uint32_t segment_words)
{
    vrrl_symbol symbol = {.first_word = first, .words = words, .segment_words = segment_words};
    MK_TRY(vrrl_program_add_text(p->program, text, &symbol.name, p->err));
    return vrrl_program_add_symbol(p->program, &symbol, p->err);
}

static vrrl_code add_symbols(struct mk_parser *p)
{
    for (uint32_t i = 0; i < p->name_count; i++) {
        const struct mk_name *name = &p->names[i];
        if (name->kind != MK_NAME_WORDS || name->line == 0)
            continue;
        char text[VRRL_FILE_NAME_BYTES_MAX + 1] = "";
        memcpy(text, name->text, name->length);
        MK_TRY(add_symbol(p, text, p->base[name->space] + name->first, name->words,
                          name->segment_words));
    }
    if (p->descriptor_words == 0)
        return VRRL_OK;
    return add_symbol(p, "task_descriptors", p->base[MK_USER] + p->used[MK_USER],
                      p->descriptor_words, 0);
}

static void begin_building(struct mk_parser *p)
{
    p->program->model = p->model;
    p->base[MK_OBSERVABLE] = VRRL_WORD_OBSERVABLE;
    p->base[MK_USER] = p->program->layout.user_base;
    p->building = true;
    p->at = 0;
    p->work = 0;
    p->next_tenant = p->epochs = p->epoch_runs = p->slots = p->prologue_slots = 0;
    p->argument_words = p->label_bytes = p->expectations = p->regions = 0;
}

static vrrl_code parse(struct mk_parser *p)
{
    MK_TRY(mk_lex(&p->source, p->err));
    MK_TRY(mk_names_begin(p));
    MK_TRY(mk_block(p, MK_TOP, NULL, NULL));
    MK_TRY(settle_geometry(p));
    begin_building(p);
    MK_TRY(add_symbols(p));
    p->descriptor_words = 0; /* handed out again, one after the other */
    return mk_block(p, MK_TOP, NULL, NULL);
}

vrrl_code vrrl_program_parse(const char *text, size_t size, const char *name,
                             vrrl_program **program, vrrl_error *err)
{
    *program = NULL;
    if (size > VRRL_FILE_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: write loops (`repeat`), or split the program.",
                         "%s: more than %d bytes of program text", name, VRRL_FILE_BYTES_MAX);
    struct mk_parser *p = calloc(1, sizeof *p);
    if (!p)
        return error_no_memory(err, sizeof *p);
    size_t mark = text_mark_size(text, size);
    p->source =
        (struct mk_source){.name = name, .text = text + mark, .size = (uint32_t)(size - mark)};
    p->err = err;
    p->geometry.slot_words = VRRL_SLOT_WORDS_MIN;
    p->queue = VRRL_NO_WORKER;
    vrrl_code code = vrrl_program_create(&p->program, err);
    if (code == VRRL_OK)
        code = parse(p);
    if (code == VRRL_OK)
        *program = p->program;
    else
        vrrl_program_free(p->program);
    mk_source_free(&p->source);
    free(p->names);
    free(p);
    return code;
}

/* All of a descriptor, up to one byte more than is allowed: what is longer need not be read. */
static vrrl_code read_all(int fd, const char *path, char *bytes, size_t *size, vrrl_error *err)
{
    *size = 0;
    while (*size <= VRRL_FILE_BYTES_MAX) {
        ssize_t got = read(fd, bytes + *size, VRRL_FILE_BYTES_MAX + (size_t)1 - *size);
        if (got < 0 && errno != EINTR)
            return error_errno(err, "read", path, NULL);
        if (got == 0)
            break;
        *size += got > 0 ? (size_t)got : 0;
    }
    return VRRL_OK;
}

vrrl_code mk_read_file(const char *path, char **bytes, size_t *size, vrrl_error *err)
{
    *size = 0;
    *bytes = malloc(VRRL_FILE_BYTES_MAX + (size_t)1);
    if (!*bytes)
        return error_no_memory(err, VRRL_FILE_BYTES_MAX + (size_t)1);
    int fd = -1;
    vrrl_code code = open_for_reading(path, &fd, err);
    if (code == VRRL_OK)
        code = read_all(fd, path, *bytes, size, err);
    if (fd >= 0)
        close(fd);
    return code;
}

vrrl_code vrrl_program_load(const char *path, vrrl_program **program, vrrl_error *err)
{
    char *bytes;
    size_t size;
    *program = NULL;
    vrrl_code code = mk_read_file(path, &bytes, &size, err);
    if (code == VRRL_OK)
        code = vrrl_program_parse(bytes, size, path, program, err);
    free(bytes);
    return code;
}
