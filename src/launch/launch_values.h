/* Launch files: names, numbers, values, words of buffers. */
#ifndef VRRL_LAUNCH_LAUNCH_VALUES_H
#define VRRL_LAUNCH_LAUNCH_VALUES_H

#include "launch/launch_parser.h"

/* Texts, numbers and places that several statements have. */
vrrl_code launch_take_text(struct launch_parser *p, const struct mk_token *token, char **out);
vrrl_code launch_take_name(struct launch_parser *p, const char *what, const char *fix,
                           struct mk_token *token);
vrrl_code launch_take_number(struct launch_parser *p, const char *what, const char *fix,
                             uint32_t least, uint32_t most, uint32_t *number);
/* "NAME" or "NAME[WORD]", of a buffer that there is. */
vrrl_code launch_take_word(struct launch_parser *p, const char *fix, uint32_t *buffer,
                           uint32_t *word, bool *indexed);
/* A value, added to the launch's. */
vrrl_code launch_take_value(struct launch_parser *p, const char *fix);
/* "== 7" and the like. */
vrrl_code launch_take_relation(struct launch_parser *p, const char *fix,
                               enum launch_relation *relation);
/* A word's value: a number, or the bits of an f32. */
vrrl_code launch_take_bits(struct launch_parser *p, const char *fix, uint32_t *bits);

#endif
