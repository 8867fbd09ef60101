/* Repairs of an explanation: what those who propose them share with what tries them. */
#ifndef VRRL_EXPLAIN_TRY_REPAIRS_H
#define VRRL_EXPLAIN_TRY_REPAIRS_H

#include "edit/repair.h"
#include "explain/explain.h"

/* Tries a repaired program, and takes the repair down under the text. While x->quiet, one that does not
 * remove the failure, or shows another, is only counted. */
__attribute__((format(printf, 5, 6))) vrrl_code
repairs_judge(struct explainer *x, const struct edited *repaired, vrrl_repair_kind kind,
              vrrl_error *err, const char *format, ...);
/* Whether one more may be tried; else it is counted as left. */
bool repairs_may(struct explainer *x);
/* As repairs_judge, of a repair that changes what slots do: one with which the reference comes to other
 * observed words is none. */
vrrl_code repairs_judge_other(struct explainer *x, const struct edited *repaired,
                              vrrl_repair_kind kind, const char *text, vrrl_error *err);
/* What makes a repair of a copy of the program; false: it cannot be made. */
struct repair_edit {
    bool (*make)(struct repair *r, const void *what, vrrl_error *err);
    const void *what;
    vrrl_repair_kind kind;
    uint32_t places; /* that it changes */
};
/* Makes a repair and tries it, if one more may be tried. */
vrrl_code repairs_try(struct explainer *x, const struct repair_edit *edit, const char *text,
                      vrrl_error *err);
/* Whether one removes the failure with its cause, and shows no other. */
bool repairs_found(const struct explainer *x);
uint32_t repairs_helping(const struct explainer *x); /* how many do */
/* A copy to be repaired and freed, where *can: a program with opcodes that the table does not have is
 * left as it is. */
vrrl_code repairs_begin(const struct explainer *x, struct repair *r, bool *can, vrrl_error *err);
/* Index in slots[] of a position in the epoch that fails. */
uint32_t repairs_slot(const struct explainer *x, uint32_t position);
/* The slots of a program that are one line of its file: that at a position of the epoch that fails, and
 * in each other batch the first of the same name. As indices in slots[]; the first is the one. */
enum { TWINS_MAX = 1024 };
struct twins {
    uint32_t slots[TWINS_MAX], count;
    bool cut; /* there are more: no repair is made in a part of them */
};
struct twins repairs_twins(const struct explainer *x, uint32_t position);

/* explain_alike.c */
enum { ALIKE_MAX = 1024, GROUPS_MAX = 16 };

/* Slots "put[0]", "put[1]" of the epoch that fails, with the same operations. */
struct alike {
    uint32_t slots[ALIKE_MAX]; /* indices in slots[] */
    uint32_t count, rows;
    bool cut; /* there are more: no repair is made in a part of them */
    char stem[VRRL_DEFECT_NAME_MAX];
};

struct groups {
    struct alike list[GROUPS_MAX];
    uint32_t count, tries;
};

void repairs_groups(const struct explainer *x, struct groups *g);
/* "all 3 slots put[...]", or what the one is called. */
const char *repairs_group_text(const struct alike *a, char text[160]);

/* explain_waits.c: one slot signals a flag that another waits for, by position; and their twins. */
bool repairs_handshake(const struct explainer *x, struct repair *r, uint32_t first, uint32_t second,
                       uint32_t flag);
/* The second of the pair waits for the first. */
vrrl_code repair_by_waits(struct explainer *x, vrrl_error *err);
/* explain_siblings.c: all that are one line with the second wait, each for what it conflicts with. */
vrrl_code repair_by_sibling_waits(struct explainer *x, vrrl_error *err);
/* All that are one line and wait for less than the signals of a counter make. */
vrrl_code repair_low_waits(struct explainer *x, vrrl_error *err);
/* explain_orders.c: releases, acquires and fences of the two. Under sc they change nothing, and under
 * tso only a seq_cst fence does: what changes nothing is not tried. */
vrrl_code repair_by_orders(struct explainer *x, vrrl_error *err);
/* explain_alike.c: the same in all slots that are alike, as a line of a `repeat` makes them. */
vrrl_code repair_alike_slots(struct explainer *x, vrrl_error *err);
/* explain_counters.c: words that prologues reset, waits that grow, slots in another order. */
vrrl_code repair_counters(struct explainer *x, vrrl_error *err);
/* explain_words.c: releases, acquires and fences wherever a word is written or read, on one side or on both,
 * as the functions that everybody calls have them. */
vrrl_code repair_words(struct explainer *x, vrrl_error *err);
/* explain_moves.c: fences and other operations in another place of their slot, conditions, second looks. */
vrrl_code repair_moves(struct explainer *x, vrrl_error *err);
/* explain_deadlock.c: thresholds, signals, the order of a queue, residents. */
vrrl_code repair_deadlock(struct explainer *x, vrrl_error *err);

#endif
