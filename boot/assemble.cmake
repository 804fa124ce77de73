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
put_files(unattended_files ${UNATTENDED_FILES})
file(READ ${FOLDER}/program/hook.sh hook)
without_comments("\n${hook}" hook)
without_indentation("${hook}" hook)

# The bytes of a program as base64, after the command that `ARGN` names has packed them.
function(base64 path out)
  execute_process(COMMAND ${ARGN} ${path} COMMAND base64 -w 0 OUTPUT_VARIABLE text
    COMMAND_ERROR_IS_FATAL ANY)
  set(${out} "${text}" PARENT_SCOPE)
endfunction()
# The text as a gzip member, in the form of a C++ expression. Zopfli's are a twentieth smaller than
# zlib's, and all of this is the same for every launch.
function(pack text out)
  file(WRITE ${OUTPUT}.part "${text}")
  execute_process(COMMAND ${ZOPFLI} -c ${OUTPUT}.part OUTPUT_FILE ${OUTPUT}.part.gz
    COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${OUTPUT}.part.gz bytes HEX)
  file(REMOVE ${OUTPUT}.part ${OUTPUT}.part.gz)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  set(${out} "{\"${bytes}\", ${size}}" PARENT_SCOPE)
endfunction()

set(programs "")
foreach(machine x86_64 aarch64)
  base64(${HELPERS}/kexec_helper.${machine} helper cat)
  base64(${HELPERS}/guest.${machine} guest ${ZOPFLI} -c)
  # The boundary is that of user_data.cpp.
  string(CONCAT end "put helper.base64 <<'EC2SPOTTER'\n${helper}\nEC2SPOTTER\n"
    "put guest.base64 <<'EC2SPOTTER'\n${guest}\nEC2SPOTTER\n"
    "${hook}\n--==ec2spotter==--\n")
  pack("${files}${end}" supervised)
  pack("${files}${unattended_files}${end}" unattended)
  string(APPEND programs "\nconst BootProgram k_${machine}{\"${machine}\", ${supervised}, ${unattended}};")
endforeach()
file(READ ${FOLDER}/volume/99-ec2spotter.cfg restart_config)

file(WRITE ${OUTPUT} "#include \"boot/program.hpp\"

namespace ec2spotter {

namespace {
${programs}

}  // namespace

const BootProgram& boot_program(Architecture architecture) {
  return architecture == Architecture::arm64 ? k_aarch64 : k_x86_64;
}
const std::string_view kRestartConfig = R\"(${restart_config})\";

}  // namespace ec2spotter
")
