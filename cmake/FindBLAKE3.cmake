# Provides the target BLAKE3::blake3: the system's libblake3 where there is one, else BLAKE3's
# official C sources, with their x86-64 assembly, as Debian 12 ships them in librust-blake3-dev.

find_path(BLAKE3_INCLUDE_DIR blake3.h)
find_library(BLAKE3_LIBRARY blake3)
if(BLAKE3_INCLUDE_DIR AND BLAKE3_LIBRARY)
    set(BLAKE3_KIND "system library ${BLAKE3_LIBRARY}")
    set(VRRL_PC_BLAKE3 -lblake3)
    if(NOT TARGET BLAKE3::blake3)
        add_library(BLAKE3::blake3 UNKNOWN IMPORTED)
        set_target_properties(BLAKE3::blake3 PROPERTIES
            IMPORTED_LOCATION "${BLAKE3_LIBRARY}"
            INTERFACE_INCLUDE_DIRECTORIES "${BLAKE3_INCLUDE_DIR}")
    endif()
    set(BLAKE3_FOUND TRUE)
    return()
endif()

file(GLOB _blake3_candidates /usr/share/cargo/registry/blake3-*/c/blake3.h)
list(SORT _blake3_candidates COMPARE NATURAL ORDER DESCENDING)
if(_blake3_candidates)
    list(GET _blake3_candidates 0 _blake3_header)
    cmake_path(GET _blake3_header PARENT_PATH BLAKE3_SOURCE_DIR)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BLAKE3
    REQUIRED_VARS BLAKE3_SOURCE_DIR
    REASON_FAILURE_MESSAGE "Fix: run tools/setup, or apt-get install librust-blake3-dev")
if(NOT BLAKE3_FOUND)
    return()
endif()

set(BLAKE3_KIND "C sources in ${BLAKE3_SOURCE_DIR}")
if(NOT TARGET blake3_objects)
    add_library(blake3_objects OBJECT
        ${BLAKE3_SOURCE_DIR}/blake3.c
        ${BLAKE3_SOURCE_DIR}/blake3_dispatch.c
        ${BLAKE3_SOURCE_DIR}/blake3_portable.c)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
        # With CC="ccache gcc" the second word is the compiler, for assembly, too.
        set(CMAKE_ASM_COMPILER_ARG1 "${CMAKE_C_COMPILER_ARG1}")
        enable_language(ASM)
        target_sources(blake3_objects PRIVATE
            ${BLAKE3_SOURCE_DIR}/blake3_sse2_x86-64_unix.S
            ${BLAKE3_SOURCE_DIR}/blake3_sse41_x86-64_unix.S
            ${BLAKE3_SOURCE_DIR}/blake3_avx2_x86-64_unix.S
            ${BLAKE3_SOURCE_DIR}/blake3_avx512_x86-64_unix.S)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        target_sources(blake3_objects PRIVATE ${BLAKE3_SOURCE_DIR}/blake3_neon.c)
        target_compile_definitions(blake3_objects PRIVATE BLAKE3_USE_NEON=1)
    endif()
    # Not ours: compiled without our warnings, hidden in the shared library, and outside the
    # sanitizers (the assembly is anyway).
    target_compile_options(blake3_objects PRIVATE -w)
    set_target_properties(blake3_objects PROPERTIES
        POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
    target_include_directories(blake3_objects PUBLIC ${BLAKE3_SOURCE_DIR})
    add_library(BLAKE3::blake3 INTERFACE IMPORTED)
    target_include_directories(BLAKE3::blake3 INTERFACE ${BLAKE3_SOURCE_DIR})
endif()
