/*
 * Packed slots: several operations in one slot, in order. The argument bytes, the lowest byte of
 * each word first:
 *
 *   byte 0       count of operations
 *   byte 1       count of words that follow the bytes
 *   byte 2 + 2k  operation k: its opcode; a user opcode 0x40000000 + j is written 0x80 + j
 *   byte 3 + 2k  the index of its first operand among those words
 *   then         zero bytes up to a whole word, and the words
 */
#ifndef VRRL_PROGRAM_FILE_MK_PACK_H
#define VRRL_PROGRAM_FILE_MK_PACK_H

#include "program_file/mk_parser.h"

vrrl_code mk_pack_slot(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_pack_operation(struct mk_parser *p, struct mk_pack *pack);

#endif
