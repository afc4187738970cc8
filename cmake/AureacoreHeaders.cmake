# The standard library's headers, parsed once for all targets of a build with tests: there most of the time of a
# compile goes into them, and into the code of their inline functions, which is made once too, as an object file that
# every program gets. Some of these functions call what no library has: the linker drops whatever isn't used.
#
# Headers and code are only known again where they are compiled alike, so there is one set for each kind of target:
#
#   code    what is optimised        quick    what is not        test    quick, with GoogleTest
#
# A source file must still include what it uses: other builds have none of this, and clang-tidy sees none of it.

function(aureacore_shared_header kind)
  cmake_parse_arguments(header "" "" "HEADERS;OPTIONS;LIBRARIES" ${ARGN})
  set(name aureacore_header_${kind})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir)
  set(empty ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  file(CONFIGURE OUTPUT ${empty} CONTENT "")
  add_library(${name} OBJECT ${empty})
  target_link_libraries(${name} PRIVATE aureacore_options ${header_LIBRARIES})
  # Without the time stamp the compiled form is the same each time, so that ccache knows it again.
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" -fpch-codegen ${header_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${header_HEADERS})
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
  add_custom_command(OUTPUT ${name}.o
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} ${header_OPTIONS} ${sanitizers}
      -fno-omit-frame-pointer -pthread -ffunction-sections -c ${folder}/cmake_pch.hxx.pch -o ${name}.o
    DEPENDS ${folder}/cmake_pch.hxx.pch ${name} VERBATIM)
  add_library(${name}_functions STATIC ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
  set_target_properties(${name}_functions PROPERTIES LINKER_LANGUAGE CXX)
endfunction()

# aureacore_use_header(TARGET KIND)
function(aureacore_use_header target kind)
  if(TARGET aureacore_header_${kind})
    target_precompile_headers(${target} REUSE_FROM aureacore_header_${kind})
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    target_link_libraries(${target} PUBLIC aureacore_header_${kind}_functions)
  endif()
endfunction()

if(AUREACORE_TESTS OR AUREACORE_SANITIZE)
  set(sanitizers "")
  if(AUREACORE_SANITIZE)
    set(sanitizers -fsanitize=${AUREACORE_SANITIZE} -fno-sanitize-recover=all)
  endif()
  target_link_options(aureacore_options INTERFACE -Wl,--gc-sections)
  set(standard <algorithm> <array> <atomic> <chrono> <cstdint> <deque> <expected> <filesystem> <functional> <map> <memory>
    <mutex> <optional> <set> <span> <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <fmt/core.h>)
  aureacore_shared_header(code HEADERS ${standard})
  aureacore_shared_header(quick HEADERS ${standard} OPTIONS ${AUREACORE_QUICK})
  if(AUREACORE_TESTS)
    aureacore_shared_header(test HEADERS ${standard} <gmock/gmock.h> <gtest/gtest.h> OPTIONS ${AUREACORE_QUICK}
      LIBRARIES GTest::gmock)
    set_target_properties(aureacore_header_test PROPERTIES AUREACORE_IS_TEST ON)
  endif()
endif()
