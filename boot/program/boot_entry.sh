# shellcheck shell=sh
# Reads a system's own boot entries. Pure: the folder that is its /boot in, three variables out.

# boot_entry BOOT: sets kernel and initrd (paths) and options to the entry with the newest kernel;
# false if there is none with both files.
boot_entry() {
  boot_folder=$1
  entries=$(grub_entries && bls_entries && bare_entries) || return 1
  newest=$(printf '%s\n' "$entries" | cut -d ' ' -f 1 | sort -V | tail -n 1)
  [ -n "$newest" ] || return 1
  # shellcheck disable=SC2034 # for the caller
  read -r _ kernel initrd options <<EOF
$(printf '%s\n' "$entries" | grep "^$newest " | head -n 1)
EOF
}

# offer KERNEL INITRD OPTIONS...: one line "VERSION KERNEL INITRD OPTIONS" if both files are there.
offer() {
  offered=$boot_folder/${1##*/}
  offered_initrd=$boot_folder/${2##*/}
  shift 2
  [ -f "$offered" ] && [ -f "$offered_initrd" ] || return 0
  version=${offered##*/}
  printf '%s\n' "${version#*-} $offered $offered_initrd $*"
}

grub_entries() {
  for file in "$boot_folder/grub/grub.cfg" "$boot_folder/grub2/grub.cfg"; do
    [ -f "$file" ] || continue
    line_kernel=
    while read -r word first rest; do
      case $word in
        linux | linux16 | linuxefi) line_kernel=$first line_options=$rest ;;
        initrd | initrd16 | initrdefi)
          # Several initrds on one line are microcode first and the real one last.
          [ -z "$rest" ] || first=${rest##* }
          case " $line_options " in
            *" single "* | *" recovery "* | *" rescue "*) ;;
            *) [ -z "$line_kernel" ] || offer "$line_kernel" "$first" "$line_options" ;;
          esac
          line_kernel= ;;
      esac
    done <"$file" || return 1
  done
}

bls_entries() {
  kernelopts=
  for file in "$boot_folder/grub2/grubenv" "$boot_folder/grub/grubenv"; do
    [ ! -f "$file" ] || kernelopts=$(sed -n 's/^kernelopts=//p' "$file") || return 1
  done
  for file in "$boot_folder"/loader/entries/*.conf; do
    case $file in *rescue*) continue ;; esac
    [ -f "$file" ] || continue
    entry_kernel='' entry_initrd='' entry_options=''
    while read -r word rest; do
      case $word in
        linux) entry_kernel=$rest ;;
        initrd) entry_initrd=${rest%% *} ;;
        options) entry_options=$rest ;;
      esac
    done <"$file" || return 1
    # shellcheck disable=SC2016 # as it stands in the entry
    case $entry_options in *'$kernelopts'*) entry_options="$kernelopts ${entry_options}" ;; esac
    offer "$entry_kernel" "$entry_initrd" "$entry_options"
  done
}

# Kernels that no boot menu names.
bare_entries() {
  for file in "$boot_folder"/vmlinuz-*; do
    version=${file##*/vmlinuz-}
    case $version in *rescue*) continue ;; esac
    offer "$file" "initrd.img-$version" ro
    offer "$file" "initramfs-$version.img" ro
  done
}

# kernel_options ROOT EXTRA OPTIONS...: OPTIONS with root= replaced and what we rely on added. A
# kernel that cannot go on restarts the machine, so that the next engine gets its turn. As in the
# kernel, blanks in double quotes do not end a word; nothing else in it has a meaning here.
kernel_options() {
  options_made="root=$1"
  added=$2
  shift 2
  options_left=$*
  case " $options_left " in *" console=ttyS0"*) ;; *) added="console=ttyS0,115200 $added" ;; esac
  case " $options_left " in *" panic="*) ;; *) added="panic=10 $added" ;; esac
  while [ -n "$options_left" ]; do
    take_option
    case $option in
      --) options_made="$options_made${added:+ $added} --" added='' ;; # the rest is for init
      '' | root=* | BOOT_IMAGE=* | initrd=* | ec2spotter.* | '$'*) ;;
      *) options_made="$options_made $option" ;;
    esac
  done
  printf '%s\n' "$options_made${added:+ $added}"
}

# take_option: moves the first word of options_left into option.
take_option() {
  option=
  quotes=
  while [ -n "$options_left" ]; do
    part_of_option=${options_left%%[[:blank:]\"]*}
    options_left=${options_left#"$part_of_option"}
    end=${options_left%"${options_left#?}"}
    options_left=${options_left#?}
    option=$option$part_of_option
    case $end in
      '"') [ -z "$quotes" ] && quotes=1 || quotes= ;;
      *) [ -n "$quotes" ] || return 0 ;;
    esac
    option=$option$end
  done
}
