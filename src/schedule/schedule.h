/*
 * Schedules as data: what a schedule string stands for, recording the choices of a run, and making
 * them again.
 *
 * Choices are kept as what differs from a rule that everybody knows, the default: the lane that went
 * last goes on; where it cannot, the next one by number that can, round and round, takes over; and
 * takes the first of its options. (Emmi, Qadeer, Rakamarić, "Delay-bounded scheduling", POPL 2011.)
 *
 * Vocabulary
 *   choice     a point of the run where a chooser is asked; counted from 0 over all epochs.
 *   deviation  a choice that is not the default's: it skips so many lanes, which it thereby delays,
 *              or takes another option.
 *   drawn      a schedule that is not kept choice by choice, but by the strategy that makes it.
 */
#ifndef VRRL_SCHEDULE_SCHEDULE_H
#define VRRL_SCHEDULE_SCHEDULE_H

#include "schedule/strategy.h"

/* Rises whenever the same string would stand for another run: with the steps of an engine, the order
 * of lanes or options, the rule above, or what a strategy does with a seed. What changes for programs of
 * one kind alone raises their version alone. */
enum { SCHEDULE_VERSION_MAX = 2, SCHEDULE_DIGEST_BYTES = 6 };
/* Of a program's runs. Version 2: queues of several places look at what a slot waits for, and it looks
 * again when it runs. */
uint32_t schedule_version(const vrrl_program *program);

typedef struct schedule_deviation {
    uint32_t at;     /* number of the choice; rises */
    uint32_t skip;   /* lanes that could go and are passed over */
    uint32_t option; /* of the lane that goes */
} schedule_deviation;

typedef struct schedule {
    run_target_options target;
    uint32_t version;                       /* of the program's runs */
    uint8_t program[SCHEDULE_DIGEST_BYTES]; /* how the program's digest begins */
    schedule_deviation *deviations;
    uint32_t count, room;
    bool drawn;
    strategy_setup strategy; /* drawn: kind, seed, depth, bound, choices */
} schedule;

void schedule_free(schedule *s);

/* What a recorder and a player share: who went last, and how many choices there were. */
typedef struct schedule_place {
    uint32_t at, current, lanes;
    uint32_t *scratch; /* room for `room` lanes */
    uint32_t room;
} schedule_place;

/* ---- Recording ------------------------------------------------------------------------------- */

/* Begins as zeros. Its chooser passes every question on to another, and notes the answers. */
typedef struct schedule_recorder {
    chooser inner;
    schedule_place place;
    schedule_deviation *deviations; /* of the last run */
    uint32_t count, room;
    bool failed; /* memory lacked */
} schedule_recorder;

/* For one run; `recorder` must stay where it is. */
chooser schedule_record(schedule_recorder *recorder, const chooser *inner);
void schedule_recorder_free(schedule_recorder *recorder);

/* ---- Making them again ----------------------------------------------------------------------- */

/* Begins as zeros. */
typedef struct schedule_player {
    const schedule_deviation *deviations;
    uint32_t count, next;
    schedule_place place;
    uint32_t misfits; /* deviations that no choice of the run had room for: cut to what it had */
    bool failed;      /* memory lacked */
} schedule_player;

/* For one run; both must stay where they are. */
chooser schedule_play(schedule_player *player, const schedule_deviation *deviations,
                      uint32_t count);
void schedule_player_free(schedule_player *player);

/* ---- Strings --------------------------------------------------------------------------------- */

/* The string of a schedule of a program, which the caller frees. VRRL_TOO_LARGE where it would be
 * longer than VRRL_SCHEDULE_TEXT_MAX. */
vrrl_code schedule_write(const schedule *s, char **text, vrrl_error *err);

/* The string of the run that `recorder` noted; of the strategy that drew it, where that is not NULL
 * and the choices would be too long to paste. */
vrrl_code schedule_of_run(const vrrl_program *program, const run_target_options *options,
                          const schedule_recorder *recorder, const strategy_setup *drawn_by,
                          char **text, vrrl_error *err);

/* Reads a string; `s` is the caller's then. VRRL_PARSE: it is none, or damaged; VRRL_REFUSED: of
 * another program or version. */
vrrl_code schedule_read(const vrrl_program *program, const char *text, schedule *s,
                        vrrl_error *err);
/* The same, but also of a machine in which a bug is planted, which is s->target.mutation.
 * program NULL: of whatever program, which s->program tells. */
vrrl_code schedule_read_planted(const vrrl_program *program, const char *text, schedule *s,
                                vrrl_error *err);

/* What makes a schedule's choices again, for one run. Begins as zeros; must stay where it is. */
typedef struct schedule_maker {
    schedule_player player;
    strategy *drawn; /* NULL: by the player */
} schedule_maker;

/* The chooser of a run of `s`; `claims` as in strategy_setup. */
vrrl_code schedule_make(schedule_maker *maker, const schedule *s, chooser_claims claims,
                        chooser *by, vrrl_error *err);
/* After the run: VRRL_NO_MEMORY where memory lacked, and the run was another. */
vrrl_code schedule_made(const schedule_maker *maker, vrrl_error *err);
void schedule_maker_free(schedule_maker *maker);

/* As vrrl_schedule_replay, of a schedule that was read. */
vrrl_code schedule_replay(const vrrl_program *program, const schedule *s,
                          vrrl_schedule_result *result, vrrl_error *err);
/* One run of it on a run target that was made with s->target. */
vrrl_code schedule_run(const schedule *s, run_target *on, vrrl_run_outcome *outcome,
                       vrrl_error *err);

#endif
