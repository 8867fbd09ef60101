# Writes OUT, a C file with the text of each program file of the list PROGRAMS:
# cmake -DOUT=FILE -DPROGRAMS=A.mk;B.mk -P embed_programs.cmake
set(arrays "")
set(rows "")
set(number 0)
foreach(file ${PROGRAMS})
    cmake_path(GET file STEM name)
    if(file MATCHES "/examples/[^/]*$")
        string(PREPEND name "example-")
    endif()
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "static const unsigned char program_${number}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\", program_${number}, sizeof program_${number}},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by cmake/embed_programs.cmake. */\n#include \"explore/selftest_cases.h\"\n\n\
${arrays}\nconst struct embedded_program embedded_programs[] = {\n${rows}};\n\
const uint32_t embedded_program_count = ${number};\n")
