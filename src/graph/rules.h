/* Rules: what tasks of a type do with their operands, where the graph's own declarations do not say it. A text, one
 * rule a line, each with its reason: docs/task-graphs.md. */
#ifndef VRRL_GRAPH_RULES_H
#define VRRL_GRAPH_RULES_H

#include "base/hash_table.h"
#include "vrrl/run/graph.h"

enum { RULES_OPERANDS_MAX = 32, RULES_NAME_MAX = 64, RULES_TEXT_MAX = 200 };

enum rule_role {
    RULE_AS_DECLARED,
    RULE_NOTHING,
    RULE_READ,
    RULE_WRITE,
    RULE_READ_WRITE,
    RULE_ACCUMULATE,
};

/* By what the parts of an operand differ that tasks of one type touch; bits. */
enum rule_key {
    RULE_BY_REQUEST = 1,
    RULE_BY_KV = 2,
    RULE_BY_EXPERT = 4,
};

struct operand_rule {
    uint8_t role; /* enum rule_role */
    uint8_t by;   /* of enum rule_key */
};

/* One line that corrects something. */
struct rule {
    char type[RULES_NAME_MAX];
    char what[RULES_TEXT_MAX];   /* "inputs 1, 2 read-write by request" */
    char reason[RULES_TEXT_MAX]; /* why */
    bool built_in;
    bool family;     /* no type is called so */
    bool other_gpus; /* its tasks work with other GPUs */
    bool outputs;    /* else inputs */
    bool all;        /* of them; else those of `operands` */
    uint32_t operands;
    struct operand_rule gives;
    uint32_t line;
    uint32_t tasks; /* that it was applied to: counted by whoever applies it */
};

struct rule_type {
    uint32_t number;
    char name[RULES_NAME_MAX];
};

struct rules {
    struct rule *items;
    struct rule_type *types;
    uint32_t item_count, item_room, type_count, type_room;
    struct hash_table by_number; /* types */
    char fixed
        [RULES_TEXT_MAX]; /* why thresholds stay as they are from iteration to iteration; "": they grow */
};

/* Begins as zeros. Rules that are read later come before earlier ones. */
vrrl_code rules_parse(struct rules *rules, const char *text, size_t size, const char *name,
                      bool built_in, vrrl_error *err);
vrrl_code rules_load(struct rules *rules, const char *path, vrrl_error *err);
void rules_free(struct rules *rules);

/* The name of a type; NULL where no rule gives one. */
const char *rules_type_name(const struct rules *rules, uint32_t number);

/* What the rules make of the operands of a type. */
struct type_rules {
    struct operand_rule inputs[RULES_OPERANDS_MAX], outputs[RULES_OPERANDS_MAX];
    bool other_gpus;
    bool any;
};

struct type_rules rules_of(const struct rules *rules, const char *type);
/* Counts a task of this type with so many operands for the rules that are about it. VRRL_PARSE: one names an operand
 * that the task has not. */
vrrl_code rules_count(struct rules *rules, const char *file, const char *type, uint32_t inputs,
                      uint32_t outputs, uint32_t tasks, vrrl_error *err);

/* What was applied, for the report: the rules that were counted for some task. A rule of the user's that is about none may
 * be misspelt, which the graph remarks. */
vrrl_code rules_add_corrections(const struct rules *rules, const char *file, vrrl_graph *graph,
                                vrrl_graph_import *import, vrrl_error *err);

/* Mirage's task types, and what its graphs leave out: mirage.rules, as it was when this was built. */
extern const unsigned char mirage_rules_text[];
extern const uint32_t mirage_rules_size;

#endif
