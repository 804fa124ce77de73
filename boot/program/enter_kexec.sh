# Stage enter, engine kexec: what the volume's own boot loader would start, straight from this kernel.
# shellcheck shell=sh source=boot/program/common.sh
. /run/ec2spotter/common.sh
. "$run/boot_entry.sh"
. "$run/preboot.sh"
. "$run/visits.sh"
stage=enter
part=$(kept part)
preboot_disk=$(system_disk)
serial=$(serial_of "$preboot_disk")

if on_xen && [ "$engine" = auto ]; then next xen "kexec is not dependable on Xen"; fi
is_older() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
# Linux 5.4.29 is the first whose ENA driver stops the network card's transfers into memory before the
# next kernel starts; before it, a kexec could corrupt that kernel's initrd.
if is_older "$(uname -r)" 5.4.29; then
  next old_kernel "the network driver of $(uname -r) does not let go of memory at a kexec"
fi
# try_entry [VARIABLE]: with the menu's variable set.
try_entry() {
  read_menu "$@" || next menu "the menu is not certain: $(cat "$run/entry")"
  {
    read -r kernel
    read -r initrds
    read -r named
    read -r options
  } <"$run/entry"
  root_spec=$(root_name "$part" "$named" "$initrds")
}

refuse_device_names
try_entry
# Ubuntu's entries for clouds start without an initrd, and with it where that has failed.
[ -n "$root_spec$initrds" ] || try_entry initrdfail
[ -n "$root_spec" ] || next no_link "/dev/$part has no unique name that the new kernel knows"

# On arm64 it may be compressed, which only a boot loader there undoes.
if gzip -t "$kernel" 2>/dev/null; then
  gunzip <"$kernel" >"$state/${kernel##*/}"
  kernel=$state/${kernel##*/}
fi
# A kernel that cannot go on restarts the machine, so that the next engine gets its turn.
case " $options " in *" console=ttyS0"*) ;; *) options="console=ttyS0,115200 $options" ;; esac
case " $options " in *" panic="*) ;; *) options="panic=10 $options" ;; esac
# Behind `--` in the options would stand what is for init alone.
options="root=$root_spec ec2spotter.engine=kexec ec2spotter.volume=$volume\
 ec2spotter.instance=$(kept instance) ec2spotter.visit=$(kept visit)${serial:+ ec2spotter.preboot=$serial}\
${own_attaching:+ ec2spotter.unattended} $options"
status=0
# shellcheck disable=SC2086 # several initrds
python3 -IS "$run/kexec.py" "$serial" "$kernel" "$options" "$state/initrd" $initrds ||
  status=$?
rm -f "$state/initrd" "$state/${kernel##*/}"
[ "$status" -eq 0 ] ||
  next kexec_refused "the kernel refused ${kernel##*/} (errno $status)"

pin_preboot "$preboot_disk"
stamps >"$run/stamps"
release_volume || next in_use "the volume cannot be unmounted"
record_entering kexec
ok "engine=kexec kernel=${kernel##*/vmlinuz-} root=$root_spec"
quiesce
python3 -IS "$run/kexec.py" || status=$?
mount -o remount,rw /
next kexec_failed "the switch to the loaded kernel failed ($status)"
