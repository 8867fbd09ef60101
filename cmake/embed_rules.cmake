# Writes OUT, a C file with the text of IN, rules for the task types of Mirage: cmake -DIN=FILE -DOUT=FILE -P embed_rules.cmake
file(READ ${IN} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "/* Made by cmake/embed_rules.cmake. */\n#include \"graph/rules.h\"\n\n\
const unsigned char mirage_rules_text[] = {${bytes}};\n\
const uint32_t mirage_rules_size = sizeof mirage_rules_text;\n")
