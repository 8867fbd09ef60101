/* Blocks and loops: which statement a line is, and whether it may stand there. */
#include "program_file/mk_block.h"

#include "program_file/mk_declarations.h"
#include "program_file/mk_epoch.h"
#include "program_file/mk_error.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_guess.h"
#include "program_file/mk_memory.h"
#include "program_file/mk_names.h"
#include "program_file/mk_pack.h"
#include "program_file/mk_settings.h"
#include "program_file/mk_slot.h"
#include "program_file/mk_task.h"
#include "program_file/mk_tokens.h"

#include <string.h>

/* When a statement is walked, and where a top-level one may stand. */
enum statement_kind {
    ANYWHERE, /* in both passes */
    SETTING,  /* outside loops and before the first epoch; settled by the first pass */
    TENANT,   /* the same, in both passes */
    DATA,     /* before the first epoch, in both passes */
};

struct statement {
    const char *word;
    uint32_t places;
    enum statement_kind kind;
    bool labelled; /* makes a slot, and may have a label */
    mk_statement run;
};

static vrrl_code stray_end(struct mk_parser *p, const struct mk_token *at)
{
    return mk_fail(p, at, "Fix: remove it, or look for a block that ended too early.",
                   "`end` without a block that it could end");
}

/* `repeat` stands in every block and needs to know which: mk_block runs it itself. */
static const struct statement statements[] = {
    {"program", MK_TOP, SETTING, false, mk_program_name},
    {"workers", MK_TOP, SETTING, false, mk_workers},
    {"memory", MK_TOP, SETTING, false, mk_size},
    {"observable", MK_TOP, SETTING, false, mk_size},
    {"ring", MK_TOP, SETTING, false, mk_size},
    {"slot_words", MK_TOP, SETTING, false, mk_size},
    {"debug_log", MK_TOP, SETTING, false, mk_size},
    {"tenants", MK_TOP, SETTING, false, mk_size},
    {"tenant", MK_TOP, TENANT, false, mk_tenant},
    {"const", MK_TOP, SETTING, false, mk_const},
    {"word", MK_TOP, SETTING, false, mk_words},
    {"words", MK_TOP, SETTING, false, mk_words},
    {"init", MK_TOP, DATA, false, mk_init},
    {"observe", MK_TOP, DATA, false, mk_observe},
    {"epoch", MK_TOP, ANYWHERE, false, mk_epoch},
    {"prologue", MK_EPOCH, ANYWHERE, false, mk_prologue},
    {"queue", MK_EPOCH, ANYWHERE, false, mk_queue},
    {"pack", MK_EPOCH, ANYWHERE, true, mk_pack_slot},
    {"task", MK_EPOCH, ANYWHERE, false, mk_task_slot},
    {"expect", MK_EPOCH, ANYWHERE, false, mk_expectation},
    {"end", MK_TOP, ANYWHERE, false, stray_end},
};
enum { STATEMENTS = sizeof statements / sizeof statements[0] };

void mk_guess_statements(struct mk_guess *guess)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        mk_guess_try(guess, statements[i].word, strlen(statements[i].word));
    mk_guess_try(guess, "repeat", strlen("repeat"));
}

static const char *place_text(enum mk_place place)
{
    switch (place) {
    case MK_TOP:
        return "at the top level";
    case MK_EPOCH:
        return "in an epoch";
    case MK_PROLOGUE:
        return "in a prologue";
    case MK_PACK:
        return "in a packed slot";
    default:
        return "in a task";
    }
}

static const struct statement *find_statement(const struct mk_parser *p, const struct mk_token *at)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (mk_token_is(&p->source, at, statements[i].word))
            return &statements[i];
    return NULL;
}

static bool is_opcode(const struct mk_parser *p, const struct mk_token *at)
{
    const vrrl_opcode *row;
    for (uint32_t i = 0; (row = vrrl_opcode_at(i)); i++)
        if (mk_token_is(&p->source, at, row->name))
            return true;
    return mk_token_is(&p->source, at, "user") || mk_token_is(&p->source, at, "raw");
}

static void skip_line(struct mk_parser *p)
{
    while (mk_peek(p)->kind != MK_NEWLINE && mk_peek(p)->kind != MK_END)
        mk_next(p);
}

/* Offset from the cursor of the `:` behind a label, or 0 where the line has none. */
static uint32_t label_end(const struct mk_parser *p, uint32_t from)
{
    uint32_t depth = 0;
    for (uint32_t i = from + 1;; i++) {
        switch (mk_peek_ahead(p, i)->kind) {
        case MK_OPEN_INDEX:
            depth++;
            break;
        case MK_CLOSE_INDEX:
            depth -= depth > 0;
            break;
        case MK_COLON:
            if (depth == 0)
                return i;
            break;
        case MK_NEWLINE:
        case MK_END:
            return 0;
        default:
            if (depth == 0)
                return 0;
        }
    }
}

/* Does the line at the cursor begin a block? For blocks that are passed over. */
static bool opens_block(const struct mk_parser *p)
{
    static const char *const openers[] = {"repeat", "epoch", "prologue", "queue", "task"};
    uint32_t label = mk_peek(p)->kind == MK_NAME ? label_end(p, 0) : 0;
    const struct mk_token *word = mk_peek_ahead(p, label ? label + 1 : 0);
    for (size_t i = 0; i < sizeof openers / sizeof openers[0]; i++)
        if (mk_token_is(&p->source, word, openers[i]))
            return true;
    const struct mk_token *behind = mk_peek_ahead(p, label ? label + 2 : 1);
    return mk_token_is(&p->source, word, "pack") &&
           (behind->kind == MK_NEWLINE || mk_token_is(&p->source, behind, "on") ||
            mk_token_is(&p->source, behind, "tenant"));
}

static vrrl_code no_end(struct mk_parser *p, const struct mk_token *opener)
{
    return mk_fail(p, opener, "Fix: write `end` on a line of its own behind the block.",
                   "the block that begins here has no `end`");
}

/* Passes over a block that runs no time at all. */
static vrrl_code skip_block(struct mk_parser *p, const struct mk_token *opener)
{
    for (uint32_t depth = 1; depth > 0;) {
        if (mk_peek(p)->kind == MK_END)
            return no_end(p, opener);
        if (mk_at_word(p, "end"))
            depth--;
        else if (opens_block(p))
            depth++;
        skip_line(p);
        mk_accept(p, MK_NEWLINE);
    }
    return mk_work(p, 0, opener);
}

static const char *const repeat_fix = "Fix: write `repeat COUNT [as NAME [from FIRST]]`.";

static vrrl_code loop_variable(struct mk_parser *p, struct mk_loop_variable *loop)
{
    MK_TRY(mk_expect_kind(p, MK_NAME, repeat_fix, &loop->name));
    MK_TRY(mk_check_new_name(p, &loop->name));
    uint32_t first = 0;
    if (mk_accept_word(p, "from"))
        MK_TRY(mk_count(p, "the first value", 0, UINT32_MAX, &first));
    loop->value = first;
    return VRRL_OK;
}

static vrrl_code repeat(struct mk_parser *p, enum mk_place place, void *context)
{
    struct mk_token at = mk_next(p);
    struct mk_loop_variable loop = {.value = 0};
    uint32_t rounds;
    MK_TRY(mk_count(p, "the number of rounds", 0, VRRL_FILE_REPEAT_MAX, &rounds));
    bool named = mk_accept_word(p, "as");
    if (named)
        MK_TRY(loop_variable(p, &loop));
    MK_TRY(mk_end_of_line(p, repeat_fix));
    if (rounds == 0)
        return skip_block(p, &at);
    uint32_t body = p->at, outer_loops = p->loop_count;
    for (uint32_t i = 0; i < rounds; i++, loop.value++) {
        p->at = body;
        /* One too many is refused by mk_block, as any block is. */
        if (named && outer_loops < VRRL_FILE_DEPTH_MAX) {
            p->loops[outer_loops] = loop;
            p->loop_count = outer_loops + 1;
        }
        MK_TRY(mk_block(p, place, &at, context));
    }
    p->loop_count = outer_loops;
    return VRRL_OK;
}

static vrrl_code misplaced(struct mk_parser *p, const struct mk_token *at,
                           const struct statement *statement, enum mk_place place)
{
    const char *there = place_text((enum mk_place)statement->places);
    return mk_fail(p, at, "Fix: move it, or look for an `end` too many or too few.",
                   "`%s` stands %s, and this is %s", statement->word, there, place_text(place));
}

static vrrl_code run_statement(struct mk_parser *p, const struct statement *statement)
{
    struct mk_token at = *mk_peek(p);
    bool early = statement->kind != ANYWHERE;
    if (early && p->epochs > 0)
        return mk_fail(p, &at, "Fix: move it up.", "`%s` stands before the first epoch",
                       statement->word);
    if (early && statement->kind != DATA && p->depth > 0)
        return mk_fail(p, &at, "Fix: move it out of the loop.", "`%s` stands outside loops",
                       statement->word);
    if (statement->kind == SETTING && p->building) {
        skip_line(p);
        return VRRL_OK;
    }
    mk_next(p);
    return statement->run(p, &at);
}

/* A line that is no statement by its keyword. */
static vrrl_code run_other(struct mk_parser *p, enum mk_place place, void *context)
{
    struct mk_token at = *mk_peek(p);
    switch (place) {
    case MK_EPOCH:
        return mk_slot(p);
    case MK_PROLOGUE:
        return mk_prologue_slot(p);
    case MK_PACK: {
        MK_TRY(mk_pack_operation(p, context));
        return mk_end_of_line(p,
                              "Fix: one operation a line; queue and tenant stand behind `pack`.");
    }
    case MK_TASK:
        return mk_task_clause(p, context);
    default:
        break;
    }
    struct mk_guess guess = mk_guess_for(p, &at);
    mk_guess_statements(&guess);
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    mk_token_text(&p->source, &at, found, sizeof found);
    if (is_opcode(p, &at))
        return mk_fail(p, &at, "Fix: write `epoch` above it and `end` below.",
                       "a slot (%s) stands in an epoch, and this is the top level", found);
    return mk_fail(
        p, &at,
        "Fix: write a statement of the top level: word, const, init, observe, repeat, epoch ...",
        "%s is not a statement%s", found, mk_guess_text(&guess, hint, sizeof hint));
}

/* "label[i]:" in front of a slot. */
static vrrl_code optional_label(struct mk_parser *p, enum mk_place place)
{
    p->label[0] = '\0';
    if (label_end(p, 0) == 0)
        return VRRL_OK;
    struct mk_token at = *mk_peek(p);
    if (place != MK_EPOCH && place != MK_PROLOGUE)
        return mk_fail(p, &at, "Fix: remove it.", "a label names a slot, and there are none %s",
                       place_text(place));
    MK_TRY(mk_read_label(p));
    MK_TRY(mk_expect_kind(p, MK_COLON, "Fix: write `LABEL: OPCODE ...`.", NULL));
    const struct statement *statement = find_statement(p, mk_peek(p));
    if ((statement && !statement->labelled) || mk_at_word(p, "repeat"))
        return mk_fail(p, &at, "Fix: remove it; a `task` has its name behind the keyword.",
                       "a label names a slot, and this is not one");
    return VRRL_OK;
}

static vrrl_code line(struct mk_parser *p, enum mk_place place, void *context)
{
    MK_TRY(mk_work(p, 0, mk_peek(p)));
    if (mk_peek(p)->kind != MK_NAME)
        return mk_unexpected(p, "a statement",
                             "Fix: begin the line with a statement or an opcode.");
    MK_TRY(optional_label(p, place));
    if (mk_at_word(p, "repeat"))
        return repeat(p, place, context);
    struct mk_token at = *mk_peek(p);
    const struct statement *statement = find_statement(p, &at);
    if (statement && !(statement->places & place))
        return misplaced(p, &at, statement, place);
    return statement ? run_statement(p, statement) : run_other(p, place, context);
}

vrrl_code mk_block(struct mk_parser *p, enum mk_place place, const struct mk_token *opener,
                   void *context)
{
    if (opener && p->depth >= VRRL_FILE_DEPTH_MAX)
        return mk_limit(p, opener, "Fix: use fewer blocks inside one another.",
                        "blocks nested more than %d deep", VRRL_FILE_DEPTH_MAX);
    p->depth += opener != NULL;
    for (;;) {
        if (mk_accept(p, MK_NEWLINE))
            continue;
        if (mk_peek(p)->kind == MK_END) {
            if (opener)
                return no_end(p, opener);
            return VRRL_OK;
        }
        if (opener && mk_accept_word(p, "end")) {
            p->depth--;
            MK_TRY(mk_work(p, 0, opener));
            return mk_end_of_line(p, "Fix: write `end` alone on its line.");
        }
        MK_TRY(line(p, place, context));
    }
}
