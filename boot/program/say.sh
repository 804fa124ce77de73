# shellcheck shell=sh
# say WORDS...: one line on the serial console. Through the kernel's log where the kernel writes
# that to the serial console: it keeps a line whole, which a write to a terminal does not.
say() {
  said="ec2spotter: $*"
  consoles=
  level=0
  read -r consoles </sys/class/tty/console/active || :
  read -r level _ </proc/sys/kernel/printk || :
  case " $consoles " in
    *" ttyS0 "*)
      if [ "$level" -gt 2 ] && printf '<2>%s\n' "$said" >/dev/kmsg; then return 0; fi ;;
    *)
      [ ! -c /dev/ttyS0 ] || printf '%s\r\n' "$said" >/dev/ttyS0 || : ;;
  esac 2>/dev/null
  printf '%s\r\n' "$said" >/dev/console || :
}
