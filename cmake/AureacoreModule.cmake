# One call per folder of src/: the folder is the namespace and the CMake target.
#
#   aureacore_module(git DEPENDS base LIBRARIES PkgConfig::LIBGIT2)
#
# Sources lie side by side and are told apart by their endings: x.cc, x_test.cc, x_bench.cc, x_fuzz.cc.
# All tests of a module make one executable, each fuzzer one of its own.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(FMT REQUIRED IMPORTED_TARGET fmt)

add_library(aureacore_options INTERFACE)
target_compile_options(aureacore_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-designated-field-initializers
  -Werror -fno-omit-frame-pointer)
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
  include(GoogleTest)
  add_custom_target(aureacore_tests)
endif()
if(AUREACORE_FUZZERS)
  add_custom_target(aureacore_fuzzers)
endif()
if(AUREACORE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

# aureacore_test(catalog_test TARGETS aureacore_catalog SOURCES ... [PREFIX catalog.] [WHOLE]): one executable of GoogleTest
# tests, each run by itself, or all in one process (WHOLE), because of something that they share.
function(aureacore_test name)
  cmake_parse_arguments(test "WHOLE" "PREFIX" "SOURCES;TARGETS" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_TARGETS} GTest::gmock GTest::gtest_main)
  # Without the time stamp the header's compiled form is the same each time, so that ccache knows it again.
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" ${AUREACORE_QUICK})
  set_target_properties(${name} PROPERTIES AUREACORE_IS_TEST ON)
  target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <functional> <map> <memory> <string> <vector>)
  if(test_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300)
  else()
    gtest_discover_tests(${name} TEST_PREFIX ${test_PREFIX} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
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
  if(AUREACORE_FUZZERS)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    # What it finds stays in the build folder; the seeds are only read.
    set(found corpus/${name})
    add_test(NAME fuzz.${name}
      COMMAND bash -c "mkdir -p ${found} && exec ./${name} -max_total_time=10 -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 ${found} '${seeds}'"
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

# The tests and fuzzers of one module.
function(aureacore_module_tests name)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  if(AUREACORE_TESTS AND tests)
    aureacore_test(${name}_test PREFIX ${name}. TARGETS aureacore_${name} SOURCES ${tests})
  endif()
  file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cc)
  foreach(source ${fuzzers})
    aureacore_fuzzer(${name} ${source})
  endforeach()
endfunction()

# QUICK: a module that waits more than it computes isn't optimised in builds with sanitizers.
function(aureacore_module name)
  cmake_parse_arguments(module "QUICK" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|/main)\\.cc$")
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
  endif()
  list(TRANSFORM module_DEPENDS PREPEND aureacore_)
  target_link_libraries(aureacore_${name} ${scope} aureacore_options ${module_DEPENDS} ${module_LIBRARIES})
  set(chosen ${AUREACORE_TEST_MODULES})
  if((AUREACORE_TESTS OR AUREACORE_FUZZERS) AND (NOT chosen OR name IN_LIST chosen))
    aureacore_module_tests(${name})
  endif()
  if(AUREACORE_BENCHMARKS)
    file(GLOB benchmarks CONFIGURE_DEPENDS *_bench.cc)
    if(benchmarks)
      add_executable(${name}_bench ${benchmarks})
      target_link_libraries(${name}_bench PRIVATE aureacore_${name} benchmark::benchmark_main)
    endif()
  endif()
endfunction()
