/* The words that the slots of a stuck epoch wait for, and who does what with them. */
#ifndef VRRL_RUN_STUCK_WORDS_H
#define VRRL_RUN_STUCK_WORDS_H

#include "run/stuck_state.h"

/* Lists words and touches, of a state whose waiters are placed. */
vrrl_code stuck_words_create(struct stuck_state *s, vrrl_error *err);
void stuck_words_free(struct stuck_state *s);
/* The first of next_word[] from `at` on; shortens the way for the next who asks. */
uint32_t stuck_next_word(struct stuck_state *s, uint32_t at);

#endif
