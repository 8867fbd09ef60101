/* The METRICS class of an opcode: which word counts its terminal slots, on every backend. */
#ifndef OPS_CLASS_H
#define OPS_CLASS_H

OP_FN u32 op_class(u32 opcode)
{
    if (opcode < 8u)
        return opcode;
    if (opcode - 0x40000000u < 0x40000000u)
        return 16u + (opcode & 15u);
    switch (opcode) {
    case 0xFFFEu: /* PRINTF */
        return 8u;
    case 0x80000001u: /* PACKED_SLOT */
        return 9u;
    case 0xFFFFFFFFu: /* SHUTDOWN */
        return 10u;
    default:
        return 31u;
    }
}

#endif
