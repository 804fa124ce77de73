find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Adds each *_test.py of the current folder as the test `label`.NAME; it finds the program in
# $EC2SPOTTER and the source tree in $EC2SPOTTER_SOURCE. Further arguments are test properties.
function(ec2spotter_python_tests label)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *_test.py)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    add_test(NAME ${label}.${name}
      COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/${file} -v)
    set_tests_properties(${label}.${name} PROPERTIES
      LABELS ${label} TIMEOUT 300
      ENVIRONMENT "EC2SPOTTER=$<TARGET_FILE:ec2spotter>;EC2SPOTTER_SOURCE=${PROJECT_SOURCE_DIR}"
      ${ARGN})
  endforeach()
endfunction()
