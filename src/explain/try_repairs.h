/* Repairs of an explanation: what those who propose them share with what tries them. */
#ifndef VRRL_EXPLAIN_TRY_REPAIRS_H
#define VRRL_EXPLAIN_TRY_REPAIRS_H

#include "edit/repair.h"
#include "explain/explain.h"

/* Whether one more may be tried; else it is counted as left. */
bool repairs_may(struct explainer *x);

/* A repair that is proposed: how it is made in a copy of the program, and what it is. */
struct proposal {
    const struct explainer *x;
    /* False: it cannot be made. It may fill in parts and places, and sets `code` where something failed. */
    bool (*make)(struct repair *r, struct proposal *p, vrrl_error *err);
    const void *what; /* for `make` */
    vrrl_code code;
    vrrl_repair_kind kind;
    vrrl_repair_part parts[VRRL_REPAIR_PARTS_MAX];
    uint32_t part_count; /* 0: one */
    uint32_t places;     /* that it changes; 0: one */
    uint32_t rows;       /* that tasks get; 0: few */
    bool plain;          /* it needs no room: the copy is not laid out anew */
    bool
        acts; /* it changes what slots do: one with which the reference comes to other observed words is none */
    bool hides; /* it leaves the cause where it is */
};

/* The bracket of all repairs: if one more may be tried, makes it in a copy, judges that and takes it down. While
 * x->quiet, one that does not remove the failure, or shows another, is only counted. */
vrrl_code repairs_try(struct explainer *x, struct proposal *p, vrrl_error *err);
/* Whether one removes the failure with its cause, and shows no other. */
bool repairs_found(const struct explainer *x);
uint32_t repairs_helping(const struct explainer *x); /* how many do */
/* Index in slots[] of a position in the epoch that fails. */
uint32_t repairs_slot(const struct explainer *x, uint32_t position);
/* A part of a repair of the slots at two positions of that epoch; VRRL_NO_INDEX: there is no other. The pair goes by
 * the names that result->first and second have. */
vrrl_repair_part repairs_part(const struct explainer *x, vrrl_repair_form form, uint32_t slot,
                              uint32_t other);
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
/* A part of a repair of them. */
vrrl_repair_part repairs_group_part(const struct alike *a, vrrl_repair_form form);

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
