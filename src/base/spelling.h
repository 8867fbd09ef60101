/* Names that were meant to be others: "did you mean". */
#ifndef VRRL_BASE_SPELLING_H
#define VRRL_BASE_SPELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer names are not compared: the way to them is quadratic. */
enum { SPELLING_BYTES_MAX = 63 };

/* Edits (insert, remove, replace, swap neighbours) from `a` to `b`, case ignored. Neither is longer than
 * SPELLING_BYTES_MAX. */
uint32_t spelling_distance(const char *a, size_t a_length, const char *b, size_t b_length);
/* Two different names that look like one name written twice: one edit apart, or two where both have
 * eight letters. Names that differ in digits alone are numbered, and not near. */
bool spelling_is_near(const char *a, const char *b);

#endif
