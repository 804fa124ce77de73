# One interface target carries the compiler options of all our code.
add_library(ec2spotter_options INTERFACE)
target_compile_options(ec2spotter_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror=unused-result
  # g++ 12 sees overlaps and overflows in std::string that are not there (GCC bugs 105329, 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
target_include_directories(ec2spotter_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
if(EC2SPOTTER_WERROR)
  target_compile_options(ec2spotter_options INTERFACE -Werror)
endif()
if(EC2SPOTTER_SANITIZE)
  target_compile_options(ec2spotter_options INTERFACE
    -fsanitize=${EC2SPOTTER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(ec2spotter_options INTERFACE -fsanitize=${EC2SPOTTER_SANITIZE})
endif()
if(EC2SPOTTER_FUZZ)
  target_compile_options(ec2spotter_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(ec2spotter_options INTERFACE _FORTIFY_SOURCE=2)
  target_compile_options(ec2spotter_options INTERFACE -fstack-protector-strong -fPIE)
  target_link_options(ec2spotter_options INTERFACE -pie -Wl,-z,relro,-z,now,--gc-sections)
endif()
if(EC2SPOTTER_TIDY)
  find_program(CLANG_TIDY NAMES clang-tidy-14 clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
  # Those of g++ are nothing that clang can read.
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()

# Sets `result` to every .cpp file of the current folder and of those below it. A folder with a
# CMakeLists.txt of its own belongs to another target.
function(ec2spotter_sources result)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE lists CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt)
  list(REMOVE_ITEM lists ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt)
  foreach(list IN LISTS lists)
    get_filename_component(folder ${list} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# Adds the static library `name` from the sources of the current folder.
function(ec2spotter_library name)
  ec2spotter_sources(sources)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ec2spotter_options ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ec2spotter_options ${ARGN})
  endif()
endfunction()

# Adds the GoogleTest program `name` from every .cpp file of the current folder under ctest `label`.
function(ec2spotter_test name label)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gtest_main)
  # What a test does itself takes no time; the libraries that it calls are built as ever.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  gtest_discover_tests(${name} PROPERTIES LABELS ${label} TIMEOUT 120)
endfunction()

# For code that runs once in a command: half the size, and nobody waits for it.
function(ec2spotter_small target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
endfunction()
