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
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Werror -fno-omit-frame-pointer)
target_compile_definitions(aureacore_options INTERFACE FMT_HEADER_ONLY=0)
target_link_libraries(aureacore_options INTERFACE Threads::Threads PkgConfig::FMT)
if(AUREACORE_SANITIZE)
  target_compile_options(aureacore_options INTERFACE -fsanitize=${AUREACORE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(aureacore_options INTERFACE -fsanitize=${AUREACORE_SANITIZE})
endif()
if(AUREACORE_FUZZERS)
  target_compile_options(aureacore_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(AUREACORE_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(AUREACORE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

# The test executable and the fuzzers' seed replays of one module.
function(aureacore_tests name)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE aureacore_${name} GTest::gmock GTest::gtest_main)
    target_precompile_headers(${name}_test PRIVATE <gtest/gtest.h> <string> <vector> <memory> <functional>)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
  endif()
  file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cc)
  foreach(source ${fuzzers})
    get_filename_component(stem ${source} NAME_WE)
    add_executable(${name}_${stem} ${source})
    target_link_libraries(${name}_${stem} PRIVATE aureacore_${name})
    set(seeds ${CMAKE_CURRENT_SOURCE_DIR}/testdata/${stem})
    if(AUREACORE_FUZZERS)
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
      # A fixed number of seconds; what it finds stays in the build folder, the seeds are only read.
      add_test(NAME fuzz.${name}_${stem}
        COMMAND ${CMAKE_COMMAND} -E env bash -c
          "mkdir -p corpus/${name}_${stem} && exec ./${name}_${stem} -max_total_time=10 -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 corpus/${name}_${stem} ${seeds}"
        WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
      set_tests_properties(fuzz.${name}_${stem} PROPERTIES TIMEOUT 120)
    else()
      target_sources(${name}_${stem} PRIVATE ${CMAKE_SOURCE_DIR}/test/replay_main.cc)
      add_test(NAME seeds.${name}_${stem} COMMAND ${name}_${stem} ${seeds})
    endif()
  endforeach()
endfunction()

function(aureacore_module name)
  cmake_parse_arguments(module "" "" "DEPENDS;LIBRARIES" ${ARGN})
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
  list(TRANSFORM module_DEPENDS PREPEND aureacore_)
  target_link_libraries(aureacore_${name} ${scope} aureacore_options ${module_DEPENDS} ${module_LIBRARIES})
  if(AUREACORE_TESTS OR AUREACORE_FUZZERS)
    aureacore_tests(${name})
  endif()
  if(AUREACORE_BENCHMARKS)
    file(GLOB benchmarks CONFIGURE_DEPENDS *_bench.cc)
    if(benchmarks)
      add_executable(${name}_bench ${benchmarks})
      target_link_libraries(${name}_bench PRIVATE aureacore_${name} benchmark::benchmark_main)
    endif()
  endif()
endfunction()
