# One call per folder of src/: the folder is the namespace and the CMake target.
#
#   aureacore_module(git DEPENDS base LIBRARIES PkgConfig::LIBGIT2)
#
# Sources lie side by side and are told apart by their endings: x.cc, x_test.cc, x_bench.cc, x_fuzz.cc;
# testing.cc is for the tests alone.
# All tests of a module make one executable, each fuzzer one of its own.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(FMT REQUIRED IMPORTED_TARGET fmt)

add_library(aureacore_options INTERFACE)
target_compile_options(aureacore_options INTERFACE
  -Wall -Wextra -Wpedantic $<$<NOT:$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wshadow> -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-designated-field-initializers
  -Werror -fno-omit-frame-pointer -pthread)
target_compile_definitions(aureacore_options INTERFACE FMT_HEADER_ONLY=0)
target_link_libraries(aureacore_options INTERFACE Threads::Threads PkgConfig::FMT)
if(AUREACORE_SANITIZE)
  target_compile_options(aureacore_options INTERFACE -fsanitize=${AUREACORE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(aureacore_options INTERFACE -fsanitize=${AUREACORE_SANITIZE})
endif()
if(AUREACORE_FUZZERS)
  # Tests are of no interest to a fuzzer.
  target_compile_options(aureacore_options INTERFACE
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:AUREACORE_IS_TEST>>>:-fsanitize=fuzzer-no-link>)
endif()
# For what takes longer to compile than to run: with sanitizers, optimising is two thirds of the time.
set(AUREACORE_QUICK "")
if(AUREACORE_SANITIZE)
  set(AUREACORE_QUICK -O0)
endif()

if(AUREACORE_TESTS OR AUREACORE_FUZZERS)
  enable_testing()
endif()
if(AUREACORE_TESTS)
  find_package(GTest REQUIRED)
  add_custom_target(aureacore_tests)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/AureacoreHeaders.cmake)
if(AUREACORE_FUZZERS)
  add_custom_target(aureacore_fuzzers)
endif()
if(AUREACORE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

# Has ctest run a program's tests; see AureacoreDiscover.cmake.
function(aureacore_discover name)
  cmake_parse_arguments(discover "" "PREFIX;ONLY;ENVIRONMENT" "APART" ${ARGN})
  string(REPLACE ";" "|" apart "${discover_APART}")
  string(MAKE_C_IDENTIFIER "${name}_${discover_PREFIX}" stem)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${stem}_tests.cmake)
  set(script ${CMAKE_SOURCE_DIR}/cmake/AureacoreDiscover.cmake)
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${file} VERBATIM
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:${name}> -D FILE=${file} -D PREFIX=${discover_PREFIX} -D ONLY=${discover_ONLY}
      -D APART=${apart} -D ENVIRONMENT=${discover_ENVIRONMENT} -P ${script})
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${stem}_include.cmake)
  file(CONFIGURE OUTPUT ${include} @ONLY CONTENT [[
if(EXISTS "@file@")
  include("@file@")
else()
  add_test(@name@_NOT_BUILT @name@_NOT_BUILT)
endif()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()

# aureacore_test(catalog_test TARGETS aureacore_catalog SOURCES ... [PREFIX catalog.] [WHOLE | APART Suite...]): one executable of
# GoogleTest tests. Each suite is run by itself, each test of the suites that take long (APART), or all in one process (WHOLE),
# because of something that they share.
function(aureacore_test name)
  cmake_parse_arguments(test "WHOLE" "PREFIX" "SOURCES;TARGETS;APART" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_TARGETS} GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${AUREACORE_QUICK})
  set_target_properties(${name} PROPERTIES AUREACORE_IS_TEST ON)
  aureacore_use_header(${name} test)
  if(test_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300)
  else()
    aureacore_discover(${name} PREFIX "${test_PREFIX}" APART ${test_APART})
  endif()
  add_dependencies(aureacore_tests ${name})
endfunction()

# A fuzzer: with libFuzzer it runs a fixed number of seconds, otherwise it replays its seeds, each time as a test.
function(aureacore_fuzzer module source)
  get_filename_component(stem ${source} NAME_WE)
  set(name ${module}_${stem})
  set(seeds ${CMAKE_CURRENT_SOURCE_DIR}/testdata/${stem})
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE aureacore_${module})
  aureacore_use_header(${name} code)
  if(AUREACORE_FUZZERS)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    # What it finds stays in the build folder; the seeds are only read.
    set(found corpus/${name})
    add_test(NAME fuzz.${name}
      COMMAND bash -c "mkdir -p ${found} && exec ./${name} -max_total_time=5 -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 ${found} '${seeds}'"
      WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
    add_dependencies(aureacore_fuzzers ${name})
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/test/replay_main.cc)
    add_test(NAME seeds.${name} COMMAND ${name} ${seeds})
    set_tests_properties(seeds.${name} PROPERTIES TIMEOUT 300)
    add_dependencies(aureacore_tests ${name})
  endif()
endfunction()

# The tests and fuzzers of one module; what follows its name is APART.
function(aureacore_module_tests name)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  if(AUREACORE_TEST_EXCEPT)
    list(FILTER tests EXCLUDE REGEX "/(${AUREACORE_TEST_EXCEPT})_test\\.cc$")
  endif()
  if(AUREACORE_TESTS AND tests)
    file(GLOB testing CONFIGURE_DEPENDS testing.cc)
    list(APPEND tests ${testing})
    aureacore_test(${name}_test PREFIX ${name}. TARGETS aureacore_${name} SOURCES ${tests} APART ${ARGN})
  endif()
  file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cc)
  foreach(source ${fuzzers})
    aureacore_fuzzer(${name} ${source})
  endforeach()
endfunction()

# QUICK: a module that waits more than it computes isn't optimised in builds with sanitizers. APART: see aureacore_test().
function(aureacore_module name)
  cmake_parse_arguments(module "QUICK" "" "DEPENDS;LIBRARIES;APART" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|/main|/testing)\\.cc$")
  if(sources)
    add_library(aureacore_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(aureacore_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(aureacore_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  if(module_QUICK AND sources)
    target_compile_options(aureacore_${name} PRIVATE ${AUREACORE_QUICK})
    aureacore_use_header(aureacore_${name} quick)
  elseif(sources)
    aureacore_use_header(aureacore_${name} code)
  endif()
  list(TRANSFORM module_DEPENDS PREPEND aureacore_)
  target_link_libraries(aureacore_${name} ${scope} aureacore_options ${module_DEPENDS} ${module_LIBRARIES})
  set(chosen ${AUREACORE_TEST_MODULES})
  if((AUREACORE_TESTS OR AUREACORE_FUZZERS) AND (NOT chosen OR name IN_LIST chosen))
    aureacore_module_tests(${name} ${module_APART})
  endif()
  if(AUREACORE_BENCHMARKS)
    file(GLOB benchmarks CONFIGURE_DEPENDS *_bench.cc)
    if(benchmarks)
      add_executable(${name}_bench ${benchmarks})
      set_target_properties(${name}_bench PROPERTIES UNITY_BUILD OFF)
      target_link_libraries(${name}_bench PRIVATE aureacore_${name} benchmark::benchmark_main)
    endif()
  endif()
endfunction()
