#include "graph/rules.h"

#include "base/array.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/text_mark.h"
#include "program_file/mk_error.h"
#include "program_file/mk_file.h"
#include "program_file/mk_guess.h"
#include "program_file/mk_tokens.h"
#include "vrrl/run/lint.h"

#include <stdlib.h>
#include <string.h>

enum { RULES_MAX = 65536 };

struct rules_parser {
    struct mk_parser mk;
    struct rules *rules;
    bool built_in;
};

static const char see[] = "Fix: write `TYPE: inputs 1, 2 read-write because \"...\"`.";

/* ---- Pieces of a line ------------------------------------------------------------------------- */

static vrrl_code read_text(struct rules_parser *p, char out[RULES_TEXT_MAX])
{
    struct mk_token token;
    MK_TRY(mk_expect_word(&p->mk, "because",
                          "Fix: say why, in quotes: each rule has a reason, which reports print."));
    MK_TRY(mk_expect_kind(&p->mk, MK_TEXT, "Fix: write because \"REASON\".", &token));
    uint32_t length = token.length - 2;
    if (length == 0)
        return mk_fail(&p->mk, &token, "Fix: say why the graph's own word is not right.",
                       "an empty reason");
    if (length >= RULES_TEXT_MAX)
        return mk_limit(&p->mk, &token, "Fix: shorten it.", "a reason of more than %d bytes",
                        RULES_TEXT_MAX - 1);
    memcpy(out, p->mk.source.text + token.at + 1, length);
    out[length] = '\0';
    return mk_end_of_line(&p->mk, "Fix: write one rule a line.");
}

static vrrl_code read_name(struct rules_parser *p, char out[RULES_NAME_MAX])
{
    struct mk_token token;
    MK_TRY(mk_expect_kind(&p->mk, MK_NAME, see, &token));
    if (token.length >= RULES_NAME_MAX)
        return mk_limit(&p->mk, &token, "Fix: shorten it.", "a name of more than %d bytes",
                        RULES_NAME_MAX - 1);
    memcpy(out, p->mk.source.text + token.at, token.length);
    out[token.length] = '\0';
    return VRRL_OK;
}

/* "1, 2", or nothing: all of them. */
static vrrl_code read_operands(struct rules_parser *p, struct rule *rule)
{
    struct mk_token token;
    rule->all = mk_peek(&p->mk)->kind != MK_NUMBER;
    while (!rule->all) {
        MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, "Fix: number operands from 0.", &token));
        if (token.number >= RULES_OPERANDS_MAX)
            return mk_limit(&p->mk, &token, "Fix: number operands from 0.",
                            "operand %u; the last that a task can have is %d", token.number,
                            RULES_OPERANDS_MAX - 1);
        rule->operands |= 1u << token.number;
        if (!mk_accept(&p->mk, MK_COMMA))
            break;
    }
    return VRRL_OK;
}

static vrrl_code read_role(struct rules_parser *p, struct rule *rule)
{
    const char *fix = "Fix: say what tasks do with it.";
    if (mk_accept_word(&p->mk, "nothing")) {
        rule->gives.role = RULE_NOTHING;
    } else if (mk_accept_word(&p->mk, "write")) {
        rule->gives.role = RULE_WRITE;
    } else if (mk_accept_word(&p->mk, "accumulate")) {
        rule->gives.role = RULE_ACCUMULATE;
    } else if (mk_accept_word(&p->mk, "read")) {
        rule->gives.role = RULE_READ;
        if (mk_accept(&p->mk, MK_MINUS)) {
            MK_TRY(mk_expect_word(&p->mk, "write", "Fix: write `read-write`."));
            rule->gives.role = RULE_READ_WRITE;
        }
    } else {
        return mk_unexpected(&p->mk, "`read`, `write`, `read-write`, `accumulate` or `nothing`",
                             fix);
    }
    return VRRL_OK;
}

static vrrl_code read_keys(struct rules_parser *p, struct rule *rule)
{
    if (!mk_accept_word(&p->mk, "by"))
        return VRRL_OK;
    do {
        if (mk_accept_word(&p->mk, "request"))
            rule->gives.by |= RULE_BY_REQUEST;
        else if (mk_accept_word(&p->mk, "kv"))
            rule->gives.by |= RULE_BY_KV;
        else if (mk_accept_word(&p->mk, "expert"))
            rule->gives.by |= RULE_BY_EXPERT;
        else
            return mk_unexpected(&p->mk, "`request`, `kv` or `expert`",
                                 "Fix: say by what field of the task its part is chosen.");
    } while (mk_accept(&p->mk, MK_COMMA));
    return VRRL_OK;
}

/* The words between two tokens as a report prints them: one line, one space between words. */
static void keep_words(const struct rules_parser *p, uint32_t from, uint32_t end,
                       char out[RULES_TEXT_MAX])
{
    const struct mk_token *first = &p->mk.source.tokens[from];
    const struct mk_token *last = &p->mk.source.tokens[end - 1];
    size_t used = 0;
    for (uint32_t at = first->at; at < last->at + last->length && used + 1 < RULES_TEXT_MAX; at++) {
        char c = p->mk.source.text[at];
        bool space = c == ' ' || c == '\t';
        if (!space)
            out[used++] = c;
        else if (used > 0 && out[used - 1] != ' ')
            out[used++] = ' ';
    }
    out[used] = '\0';
}

/* ---- Lines ------------------------------------------------------------------------------------ */

static vrrl_code add_rule(struct rules_parser *p, const struct rule *rule,
                          const struct mk_token *at)
{
    struct rules *r = p->rules;
    if (r->item_count >= RULES_MAX)
        return mk_limit(&p->mk, at, "Fix: leave out what the graph has no task of.",
                        "more than %d rules", RULES_MAX);
    MK_TRY(array_room(r->items, r->item_count, r->item_room, 1, p->mk.err));
    r->items[r->item_count++] = *rule;
    return VRRL_OK;
}

/* Behind the names and the colon; the rule goes to each name. */
static vrrl_code read_rule(struct rules_parser *p, uint32_t first, const struct mk_token *at)
{
    struct rule rule = {.built_in = p->built_in, .line = at->line};
    uint32_t from = p->mk.at;
    if (mk_accept_word(&p->mk, "other")) {
        MK_TRY(mk_expect_word(&p->mk, "GPUs", "Fix: write `TYPE: other GPUs because \"...\"`."));
        rule.other_gpus = true;
    } else {
        rule.outputs = mk_accept_word(&p->mk, "outputs");
        if (!rule.outputs && !mk_accept_word(&p->mk, "inputs"))
            return mk_unexpected(&p->mk, "`inputs`, `outputs` or `other GPUs`", see);
        MK_TRY(read_operands(p, &rule));
        MK_TRY(read_role(p, &rule));
        MK_TRY(read_keys(p, &rule));
    }
    keep_words(p, from, p->mk.at, rule.what);
    MK_TRY(read_text(p, rule.reason));
    for (uint32_t i = first; i < p->rules->item_count; i++) {
        memcpy(rule.type, p->rules->items[i].type, sizeof rule.type);
        p->rules->items[i] = rule;
    }
    return VRRL_OK;
}

static vrrl_code read_names(struct rules_parser *p, const struct mk_token *at)
{
    uint32_t first = p->rules->item_count;
    do {
        struct rule named = {.line = 0};
        MK_TRY(read_name(p, named.type));
        MK_TRY(add_rule(p, &named, at));
    } while (mk_accept(&p->mk, MK_COMMA));
    MK_TRY(mk_expect_kind(&p->mk, MK_COLON, see, NULL));
    return read_rule(p, first, at);
}

/* A number that has a name already gets another one. */
static vrrl_code read_type(struct rules_parser *p)
{
    struct rules *r = p->rules;
    struct rule_type type;
    struct mk_token number;
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, "Fix: write `type NUMBER NAME`.", &number));
    MK_TRY(read_name(p, type.name));
    type.number = number.number;
    uint32_t at = hash_table_item(&r->by_number, type.number, r->type_count);
    if (at == HASH_TABLE_NONE)
        return error_no_memory(p->mk.err, hash_table_bytes(&r->by_number));
    if (at == r->type_count) {
        MK_TRY(array_room(r->types, r->type_count, r->type_room, 1, p->mk.err));
        r->type_count++;
    }
    r->types[at] = type;
    return mk_end_of_line(&p->mk, "Fix: write one type a line.");
}

static vrrl_code read_line(struct rules_parser *p)
{
    const struct mk_token at = *mk_peek(&p->mk);
    bool colon =
        mk_peek_ahead(&p->mk, 1)->kind == MK_COLON || mk_peek_ahead(&p->mk, 1)->kind == MK_COMMA;
    if (!colon && mk_accept_word(&p->mk, "type"))
        return read_type(p);
    if (!colon && mk_accept_word(&p->mk, "thresholds")) {
        MK_TRY(mk_expect_word(&p->mk, "fixed", "Fix: write `thresholds fixed because \"...\"`."));
        return read_text(p, p->rules->fixed);
    }
    if (at.kind != MK_NAME)
        return mk_unexpected(&p->mk, "the name of a task type", see);
    return read_names(p, &at);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which rules name no type. */
static vrrl_code find_families(struct rules *rules, vrrl_error *err)
{
    size_t bytes = (rules->type_count + (size_t)1) * sizeof(char *);
    const char **names = malloc(bytes);
    if (!names)
        return error_no_memory(err, bytes);
    for (uint32_t i = 0; i < rules->type_count; i++)
        names[i] = rules->types[i].name;
    qsort(names, rules->type_count, sizeof *names, by_name);
    for (uint32_t i = 0; i < rules->item_count; i++) {
        const char *type = rules->items[i].type;
        rules->items[i].family = !bsearch(&type, names, rules->type_count, sizeof *names, by_name);
    }
    free(names);
    return VRRL_OK;
}

vrrl_code rules_parse(struct rules *rules, const char *text, size_t size, const char *name,
                      bool built_in, vrrl_error *err)
{
    size_t mark = text_mark_size(text, size);
    if (size > VRRL_FILE_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: is it a file of rules?",
                         "%s: more than %d bytes", name, VRRL_FILE_BYTES_MAX);
    struct rules_parser *p = calloc(1, sizeof *p);
    if (!p)
        return error_no_memory(err, sizeof *p);
    p->mk.source =
        (struct mk_source){.name = name, .text = text + mark, .size = (uint32_t)(size - mark)};
    p->mk.err = err;
    p->rules = rules;
    p->built_in = built_in;
    vrrl_code code = mk_lex(&p->mk.source, err);
    while (code == VRRL_OK) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        if (mk_peek(&p->mk)->kind == MK_END)
            break;
        code = read_line(p);
    }
    if (code == VRRL_OK)
        code = find_families(rules, err);
    mk_source_free(&p->mk.source);
    free(p);
    return code;
}

vrrl_code rules_load(struct rules *rules, const char *path, vrrl_error *err)
{
    char *text;
    size_t size;
    vrrl_code code = mk_read_file(path, &text, &size, err);
    if (code == VRRL_OK)
        code = rules_parse(rules, text, size, path, false, err);
    free(text);
    return code;
}

void rules_free(struct rules *rules)
{
    hash_table_free(&rules->by_number);
    free(rules->items);
    free(rules->types);
    *rules = (struct rules){.items = NULL};
}

/* ---- Asking ----------------------------------------------------------------------------------- */

const char *rules_type_name(const struct rules *rules, uint32_t number)
{
    uint32_t at = hash_table_find(&rules->by_number, number);
    return at == HASH_TABLE_NONE ? NULL : rules->types[at].name;
}

/* A rule names a type, or, where no type is called so, all whose names go on behind it: LINEAR is LINEAR alone, and
 * PAGED_ATTENTION is PAGED_ATTENTION_HOPPER, PAGED_ATTENTION_1 and so on. */
static bool is_about(const struct rule *rule, const char *type)
{
    size_t length = strlen(rule->type);
    return strncmp(rule->type, type, length) == 0 &&
           (type[length] == '\0' || (rule->family && type[length] == '_'));
}

struct type_rules rules_of(const struct rules *rules, const char *type)
{
    struct type_rules out = {.any = false};
    for (uint32_t i = 0; i < rules->item_count; i++) {
        const struct rule *rule = &rules->items[i];
        struct operand_rule *operands = rule->outputs ? out.outputs : out.inputs;
        if (!is_about(rule, type))
            continue;
        out.any = true;
        out.other_gpus |= rule->other_gpus;
        for (uint32_t k = 0; k < RULES_OPERANDS_MAX && !rule->other_gpus; k++)
            if (rule->all || (rule->operands >> k & 1))
                operands[k] = rule->gives;
    }
    return out;
}

vrrl_code rules_count(struct rules *rules, const char *file, const char *type, uint32_t inputs,
                      uint32_t outputs, uint32_t tasks, vrrl_error *err)
{
    for (uint32_t i = 0; i < rules->item_count; i++) {
        struct rule *rule = &rules->items[i];
        uint32_t there = rule->outputs ? outputs : inputs;
        if (!is_about(rule, type))
            continue;
        rule->tasks += tasks;
        if (!rule->built_in && there < RULES_OPERANDS_MAX && (rule->operands >> there) != 0)
            return error_set(err, VRRL_PARSE, "Fix: number operands from 0.",
                             "%s:%u: %s names %s %d, and a task of this type has %u", file,
                             rule->line, type, rule->outputs ? "output" : "input",
                             31 - __builtin_clz(rule->operands), there);
    }
    return VRRL_OK;
}

/* ---- What was applied ------------------------------------------------------------------------- */

static vrrl_code remark_unused(const struct rule *rule, const char *file, vrrl_graph *graph,
                               vrrl_error *err)
{
    char text[VRRL_LINT_TEXT_MAX];
    if (rule->built_in)
        return VRRL_OK;
    snprintf(text, sizeof text, "%.200s:%u: no task is a %s", file, rule->line, rule->type);
    return vrrl_graph_add_remark(graph, text, err);
}

vrrl_code rules_add_corrections(const struct rules *rules, const char *file, vrrl_graph *graph,
                                vrrl_graph_import *import, vrrl_error *err)
{
    import->corrections = calloc(rules->item_count + (size_t)1, sizeof *import->corrections);
    if (!import->corrections)
        return error_no_memory(err, rules->item_count * sizeof *import->corrections);
    for (uint32_t i = 0; i < rules->item_count; i++) {
        const struct rule *rule = &rules->items[i];
        vrrl_graph_correction *row = &import->corrections[import->correction_count];
        if (rule->tasks == 0) {
            MK_TRY(remark_unused(rule, file, graph, err));
            continue;
        }
        *row = (vrrl_graph_correction){.tasks = rule->tasks, .built_in = rule->built_in};
        MK_TRY(vrrl_graph_add_text(graph, rule->type, &row->type, err));
        MK_TRY(vrrl_graph_add_text(graph, rule->what, &row->what, err));
        MK_TRY(vrrl_graph_add_text(graph, rule->reason, &row->reason, err));
        import->correction_count++;
    }
    return VRRL_OK;
}
