# Settings that every target shares: language level, warnings, sanitizers, ccache, output folders.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_AUTOMOC ON)
set(CMAKE_AUTORCC ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(PORTLIGHT_CCACHE ccache)
if(PORTLIGHT_CCACHE)
    # Precompiled headers need the sloppiness so that ccache can still reuse objects; the other two let several
    # checkouts share them.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
        "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${PORTLIGHT_CCACHE}")
endif()

add_library(portlight_build INTERFACE)
target_compile_options(portlight_build INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Wno-missing-field-initializers)
if(PORTLIGHT_CCACHE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(portlight_build INTERFACE -fpch-preprocess)
endif()
if(PORTLIGHT_WERROR)
    target_compile_options(portlight_build INTERFACE -Werror)
endif()
target_compile_definitions(portlight_build INTERFACE
    QT_NO_FOREACH QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_URL_CAST_FROM_STRING
    QT_DISABLE_DEPRECATED_BEFORE=0x060400
    PORTLIGHT_VERSION="${PROJECT_VERSION}")
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(CMAKE_CXX_COMPILE_OPTIONS_IPO -flto=auto -fno-fat-lto-objects) # on all cores
    # Optimised across files, gcc 12 warns of sizes in Qt's own QHash that cannot occur.
    target_link_options(portlight_build INTERFACE -Wno-alloc-size-larger-than -Wno-stringop-overflow -Wno-odr)
endif()
if(PORTLIGHT_SANITIZE_ADDRESS)
    target_compile_options(portlight_build INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
        -fno-omit-frame-pointer)
    target_link_options(portlight_build INTERFACE -fsanitize=address,undefined)
endif()
if(PORTLIGHT_SANITIZE_THREAD)
    target_compile_options(portlight_build INTERFACE -fsanitize=thread)
    target_link_options(portlight_build INTERFACE -fsanitize=thread)
endif()

# portlight_test(NAME SOURCE... [LIBRARIES lib...] [LABELS label...] [TIMEOUT seconds])
# One Qt Test program, known to CTest under NAME. Runs offscreen unless the environment names a platform.
function(portlight_test NAME)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS;ENVIRONMENT" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_executable(${NAME} ${ARG_SOURCES} ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${NAME} PRIVATE ${ARG_LIBRARIES} Qt6::Test portlight_build)
    target_include_directories(${NAME} PRIVATE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/engine" "${CMAKE_SOURCE_DIR}/tests")
    target_compile_definitions(${NAME} PRIVATE
        PORTLIGHT_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}"
        PORTLIGHT_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
        PORTLIGHT_BINARY_DIR="${CMAKE_BINARY_DIR}/bin")
    set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    add_test(NAME ${NAME} COMMAND ${NAME})
    set_tests_properties(${NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;${ARG_ENVIRONMENT}")
endfunction()

# CMake 3.25 does not run moc again when only the globbed list of a target's files changed: its step depends on the
# files that were there before. Taking its timestamp away makes it run. Called once, after all targets exist.
function(portlight_watch_sources DIRECTORY)
    get_property(TARGETS DIRECTORY "${DIRECTORY}" PROPERTY BUILDSYSTEM_TARGETS)
    foreach(TARGET IN LISTS TARGETS)
        get_target_property(SOURCES ${TARGET} SOURCES)
        get_target_property(BINARY_DIRECTORY ${TARGET} BINARY_DIR)
        set(SEEN "${BINARY_DIRECTORY}/CMakeFiles/${TARGET}.sources")
        set(BEFORE "")
        if(EXISTS "${SEEN}")
            file(READ "${SEEN}" BEFORE)
        endif()
        if(NOT BEFORE STREQUAL "${SOURCES}")
            file(REMOVE "${BINARY_DIRECTORY}/${TARGET}_autogen/timestamp")
            file(WRITE "${SEEN}" "${SOURCES}")
        endif()
    endforeach()
    get_property(SUBDIRECTORIES DIRECTORY "${DIRECTORY}" PROPERTY SUBDIRECTORIES)
    foreach(SUBDIRECTORY IN LISTS SUBDIRECTORIES)
        portlight_watch_sources("${SUBDIRECTORY}")
    endforeach()
endfunction()
