# Asks a GoogleTest program for its tests and writes what ctest is to run: a process for each suite, for each test of the suites
# that are APART. Starting a program with sanitizers takes longer than most tests do.
#
#   cmake -D PROGRAM=… -D FILE=… -D PREFIX=… -D ONLY=… -D APART=… -D ENVIRONMENT=… -P AureacoreDiscover.cmake
#
# ONLY and APART are regular expressions of suites; empty: all, none.

cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY TIMEOUT 60)
string(REPLACE "\n" ";" lines "${lines}")

set(written "")
function(write_test filter)
  string(REGEX REPLACE "\\.\\*$" "" name "${PREFIX}${filter}")
  string(APPEND written "add_test([[${name}]] [[${PROGRAM}]] [[--gtest_filter=${filter}]])\n")
  string(APPEND written "set_tests_properties([[${name}]] PROPERTIES TIMEOUT 300 ENVIRONMENT [[${ENVIRONMENT}]])\n")
  set(written "${written}" PARENT_SCOPE)
endfunction()

set(suite "")
foreach(line IN LISTS lines)
  string(REGEX REPLACE " *#.*$" "" line "${line}")
  if(line MATCHES "^([A-Za-z0-9_/]+)\\.$")
    set(suite ${CMAKE_MATCH_1})
    set(is_wanted TRUE)
    if(ONLY AND NOT suite MATCHES "^(${ONLY})$")
      set(is_wanted FALSE)
    endif()
    set(is_apart FALSE)
    if(APART AND suite MATCHES "^(${APART})$")
      set(is_apart TRUE)
    endif()
    if(is_wanted AND NOT is_apart)
      write_test("${suite}.*")
    endif()
  elseif(suite AND is_wanted AND is_apart AND line MATCHES "^  ([A-Za-z0-9_/]+)$")
    write_test("${suite}.${CMAKE_MATCH_1}")
  endif()
endforeach()
if(NOT written)
  message(FATAL_ERROR "expected tests in ${PROGRAM}, found none")
endif()
file(WRITE ${FILE} "${written}")
