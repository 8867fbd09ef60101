#include "ptx/types.h"

const char *ptx_type_name(enum ptx_type type)
{
    static const char *const names[] = {
#define X(name, text, bytes, sort) text,
        PTX_TYPE_TABLE(X)
#undef X
    };
    return names[type];
}

uint32_t ptx_type_bytes(enum ptx_type type)
{
    static const uint8_t sizes[] = {
#define X(name, text, bytes, sort) bytes,
        PTX_TYPE_TABLE(X)
#undef X
    };
    return sizes[type];
}

enum ptx_type_sort ptx_type_sort(enum ptx_type type)
{
    static const uint8_t sorts[] = {
#define X(name, text, bytes, sort) PTX_##sort,
        PTX_TYPE_TABLE(X)
#undef X
    };
    return (enum ptx_type_sort)sorts[type];
}

const char *ptx_space_name(enum ptx_space space)
{
    static const char *const names[] = {
#define X(name, text) text,
        PTX_SPACE_TABLE(X)
#undef X
    };
    return names[space];
}

const char *ptx_order_name(enum ptx_order order)
{
    static const char *const names[] = {
#define X(name, text) text,
        PTX_ORDER_TABLE(X)
#undef X
    };
    return names[order];
}

const char *ptx_scope_name(enum ptx_scope scope)
{
    static const char *const names[] = {
#define X(name, text) text,
        PTX_SCOPE_TABLE(X)
#undef X
    };
    return names[scope];
}

const char *ptx_atom_name(enum ptx_atom atom)
{
    static const char *const names[] = {
#define X(name, text) text,
        PTX_ATOM_TABLE(X)
#undef X
    };
    return names[atom];
}

const char *ptx_mbarrier_name(enum ptx_mbarrier what)
{
    static const char *const names[] = {
#define X(name, text) text,
        PTX_MBARRIER_TABLE(X)
#undef X
    };
    return names[what];
}
