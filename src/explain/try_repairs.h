/* Repairs of an explanation: what those who propose them share with what tries them. */
#ifndef VRRL_EXPLAIN_TRY_REPAIRS_H
#define VRRL_EXPLAIN_TRY_REPAIRS_H

#include "edit/repair.h"
#include "explain/explain.h"

/* Tries each repair that makes sense for the pair, or for the deadlock. */
vrrl_code explain_repairs(struct explainer *x, vrrl_error *err);

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

#endif
