# Turns the files of the boot program into a C++ source that defines boot/program.hpp. Comments,
# which only a reader of the source needs, are left out, as is the indentation of shell. What lands on
# the volume keeps its first line; a line that goes on keeps its blanks, which may be inside quotes.
function(without_comments text out)
  string(REGEX REPLACE "\n[ \t]*#[^\n]*" "\n" text "${text}")
  string(REGEX REPLACE "\n\n+" "\n" text "${text}")
  string(REGEX REPLACE "^\n" "" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()
function(without_indentation text out)
  string(REPLACE "\\\n" "<goes on>" text "\n${text}")
  string(REGEX REPLACE "\n +" "\n" text "${text}")
  string(REPLACE "<goes on>" "\\\n" text "${text}")
  string(REGEX REPLACE "^\n" "" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()
function(put_files out)
  set(files "")
  foreach(path IN LISTS ARGN)
    file(READ ${FOLDER}/${path} text)
    if(path MATCHES "^program/")
      set(text "\n${text}")
    endif()
    if(path MATCHES "[.](sh|py)$")
      without_comments("${text}" text)
    endif()
    if(path MATCHES "[.]sh$")
      without_indentation("${text}" text)
    endif()
    get_filename_component(name ${path} NAME)
    string(APPEND files "put ${name} <<'EC2SPOTTER'\n${text}EC2SPOTTER\n")
  endforeach()
  set(${out} "${files}" PARENT_SCOPE)
endfunction()
put_files(files ${FILES})
put_files(guest_files ${GUEST_FILES})
put_files(unattended_files ${UNATTENDED_FILES})
file(READ ${FOLDER}/program/hook.sh hook)
without_comments("\n${hook}" hook)
without_indentation("${hook}" hook)

# The bytes of a file as the text of a C++ literal, and how many there are.
function(read_bytes path out)
  file(READ ${path} bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 4")
  set(${out} "${bytes}" PARENT_SCOPE)
  set(${out}_size ${size} PARENT_SCOPE)
endfunction()
read_bytes(${HELPER} helper)
read_bytes(${GUEST} guest)

file(WRITE ${OUTPUT} "#include \"boot/program.hpp\"

namespace ec2spotter {

const std::string_view kProgramFiles = R\"SH(${files})SH\";
const std::string_view kProgramUnattendedFiles = R\"SH(${unattended_files})SH\";
const std::string_view kProgramGuestFiles = R\"SH(${guest_files})SH\";
const std::string_view kProgramGuest{\"${guest}\", ${guest_size}};
const std::string_view kProgramHook = R\"SH(${hook})SH\";
const std::string_view kProgramHelper{\"${helper}\", ${helper_size}};
const std::string_view kProgramMachine = \"${MACHINE}\";

}  // namespace ec2spotter
")
