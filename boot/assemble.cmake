# Turns the files of the boot program into a C++ source that defines boot/program.hpp. Comments,
# which only a reader of the source needs, are left out of program/.
function(put_files out)
  set(files "")
  foreach(path IN LISTS ARGN)
    file(READ ${FOLDER}/${path} text)
    if(path MATCHES "^program/")
      string(REGEX REPLACE "\n[ \t]*#[^\n]*" "\n" text "\n${text}")
      string(REGEX REPLACE "\n\n+" "\n" text "${text}")
      string(REGEX REPLACE "^\n" "" text "${text}")
    endif()
    get_filename_component(name ${path} NAME)
    string(APPEND files "put ${name} <<'EC2SPOTTER'\n${text}EC2SPOTTER\n")
  endforeach()
  set(${out} "${files}" PARENT_SCOPE)
endfunction()
put_files(files ${FILES})
put_files(unattended_files ${UNATTENDED_FILES})
file(READ ${FOLDER}/program/hook.sh hook)
string(REGEX REPLACE "^#!/bin/sh\n" "\n" hook "${hook}")
string(REGEX REPLACE "\n[ \t]*#[^\n]*" "\n" hook "${hook}")
string(REGEX REPLACE "\n\n+" "\n" hook "${hook}")
string(REGEX REPLACE "^\n" "" hook "${hook}")

file(READ ${HELPER} helper HEX)
string(REGEX REPLACE "(..)" "\\\\x\\1" helper "${helper}")
string(LENGTH "${helper}" helper_digits)
math(EXPR helper_size "${helper_digits} / 4")

file(WRITE ${OUTPUT} "#include \"boot/program.hpp\"

namespace ec2spotter {

const std::string_view kProgramFiles = R\"SH(${files})SH\";
const std::string_view kProgramUnattendedFiles = R\"SH(${unattended_files})SH\";
const std::string_view kProgramHook = R\"SH(${hook})SH\";
const std::string_view kProgramHelper{\"${helper}\", ${helper_size}};
const std::string_view kProgramMachine = \"${MACHINE}\";

}  // namespace ec2spotter
")
