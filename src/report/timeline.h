/* Timelines as pictures: where each slot stands, for text and for SVG. */
#ifndef VRRL_REPORT_TIMELINE_H
#define VRRL_REPORT_TIMELINE_H

#include "vrrl/analysis/explain.h"

#include <stdio.h>

enum { TIMELINE_SLOTS_MAX = 32, TIMELINE_LABEL_MAX = 24 };

/* A slot's place: columns of a character each, both ends included, and its row. */
struct timeline_box {
    uint32_t row, first, last;
    char label[TIMELINE_LABEL_MAX + 1];
    const vrrl_timeline_slot *slot;
};

struct timeline_picture {
    struct timeline_box boxes[TIMELINE_SLOTS_MAX];
    uint32_t count, hidden;
    uint32_t rows, columns;
    uint32_t lanes[TIMELINE_SLOTS_MAX]; /* lane of each row */
};

/* Time runs to the right in the order of events, not to scale: a box is as wide as its label, and
 * begins no sooner than all that was over before it. Labels are shortened until it fits `columns`. */
void timeline_draw(const vrrl_timeline *t, uint32_t columns, struct timeline_picture *out);
/* What a lane is called. */
const char *timeline_lane(const vrrl_timeline *t);
/* One line a lane, each behind `indent`; in box-drawing characters where not `ascii`. */
void timeline_print(FILE *out, const vrrl_timeline *t, const char *indent, bool ascii);

#endif
