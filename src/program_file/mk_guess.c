#include "program_file/mk_guess.h"

#include <stdio.h>
#include <string.h>

struct mk_guess mk_guess_for(const struct mk_parser *p, const struct mk_token *token)
{
    /* One wrong letter in three; a longer way off is another word. */
    uint32_t distance = token->length < 6 ? 2 : token->length / 3 + 1;
    return (struct mk_guess){
        .word = p->source.text + token->at, .length = token->length, .distance = distance};
}

void mk_guess_try(struct mk_guess *guess, const char *candidate, size_t length)
{
    if (length > MK_GUESS_BYTES_MAX || guess->length > MK_GUESS_BYTES_MAX)
        return;
    uint32_t distance = spelling_distance(guess->word, guess->length, candidate, length);
    if (distance >= guess->distance || distance >= length)
        return;
    guess->distance = distance;
    memcpy(guess->best, candidate, length);
    guess->best[length] = '\0';
}

const char *mk_guess_text(const struct mk_guess *guess, char *out, size_t size)
{
    out[0] = '\0';
    if (guess->best[0])
        snprintf(out, size, "; did you mean `%s`?", guess->best);
    return out;
}
