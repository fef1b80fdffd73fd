/**
 * The first program of the default image: a shell script for busybox.
 *
 * Kernel parameters it reads: `blanket.run="..."` (run this and power off), `blanket.name=` (host name), and `ip=` as the
 * kernel documents it (`ip=client::gateway:netmask`, `ip=dhcp`, `ip=off`).
 *
 * A machine that goes on as the clone of another finds another name in XenStore: it takes that name, and asks for an address
 * of its own; and it writes `data/hostname`, for which those who type at its console wait. It learns of it by a watch, which
 * the kernel sets anew after every resumption and which then fires (messages: Xen public header io/xs_wire.h: type, request,
 * transaction, length, each 32 bits; 2 is read, 4 is watch, 11 is write, 15 a watch that fired).
 *
 * Many machines share a processor: what goes on here by itself, and what a clone does when it goes on, is kept small.
 */
export const INIT_SCRIPT = `#!/bin/sh
export PATH=/sbin:/bin:/usr/sbin:/usr/bin HOME=/root TERM=linux
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm /run /tmp /root /var/log
mount -t devpts devpts /dev/pts
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run

# Work that the kernel would find for itself every second or twice a second.
echo 0 >/proc/sys/vm/compaction_proactiveness
echo 60 >/proc/sys/vm/stat_interval

# Words of the kernel command line; a quoted value may contain blanks.
line=$(cat /proc/cmdline)
quoted() {
  case " $line" in
    *" $1=\\""*) value=\${line#*"$1=\\""}; echo "\${value%%\\"*}" ;;
    *" \\"$1="*) value=\${line#*"\\"$1="}; echo "\${value%%\\"*}" ;;
    *" $1="*) value=" $line"; value=\${value#*" $1="}; echo "\${value%% *}" ;;
  esac
}
run=$(quoted blanket.run)
hostname "$(quoted blanket.name | grep . || echo blanket)"

# Modules for the devices that are here, and for those their buses bring.
for pass in 1 2; do
  find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u | xargs -r modprobe -qa 2>/dev/null
done
if [ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ]; then
  modprobe -q xen_blkfront 2>/dev/null
  modprobe -q xen_netfront 2>/dev/null
fi

# A processor that is plugged in is taken into use, which elsewhere is udev's affair.
use_processors() {
  uevent sh -c '[ "$SUBSYSTEM $ACTION" = "cpu add" ] && echo 1 > "/sys$DEVPATH/online"' >/dev/null 2>&1
}
[ "$(cat /sys/hypervisor/type 2>/dev/null)" = xen ] && use_processors &

lease() {
  udhcpc -i eth0 -n -q -t 4 -T 1 -A 1 -s /etc/udhcpc.script >/dev/null 2>&1 || echo 'init: no address for eth0' >&2
}

# One message of XenStore: type, request, transaction and length (32 bits each), then a text. The shell reads it itself, byte
# by byte: starting a program for that would cost a clone more than all the rest. Zeroes are left out by read, so the type and
# the length, below 127 both, are the two characters of a head; a character's place in numbers is its number.
numbers=$(printf %b "$(printf '\\\\0%03o' $(seq 126))")
never=$(printf '\\177')
message() {
  IFS= read -r -u 3 -d "$never" -n 16 head || return
  before=\${numbers%%"\${head#?}"*}
  IFS= read -r -u 3 -d "$never" -n $((\${#before} + 1)) text
}

follow_name() {
  exec 3<>/dev/xen/xenbus
  printf '\\4\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\7\\0\\0\\0name\\0n\\0' >&3
  read_name=$(printf '\\2') watch_fired=$(printf '\\17')
  known=
  while message; do
    case "$head" in
      "$watch_fired"*) printf '\\2\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\5\\0\\0\\0name\\0' >&3 ;;
      "$read_name"*)
        if [ -n "$known" ] && [ "$text" != "$known" ]; then
          echo "$text" > /proc/sys/kernel/hostname
          # The length of data/hostname, its end and the name.
          printf '\\13\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0%s\\0\\0\\0data/hostname\\0%s' "\${numbers:$((13 + \${#text})):1}" "$text" >&3
          [ -e /sys/class/net/eth0 ] && lease
        fi
        known=$text ;;
    esac
  done
}
[ -e /dev/xen/xenbus ] && follow_name &

ip link set lo up
ip addr add 127.0.0.1/8 dev lo 2>/dev/null
if [ -e /sys/class/net/eth0 ]; then
  address=$(quoted ip)
  case "$address" in
    off|none) ;;
    ''|dhcp|on|any|*:dhcp)
      ip link set eth0 up
      lease ;;
    *)
      IFS=: read -r client server gateway mask rest <<END
$address
END
      ip link set eth0 up
      ip addr add "$client/$(ipcalc -p "$client" "\${mask:-255.255.255.0}" | cut -d= -f2)" dev eth0
      [ -n "$gateway" ] && ip route add default via "$gateway" ;;
  esac
fi

if [ -n "$run" ]; then
  cd /root
  sh -c "$run"
  status=$?
  [ $status = 0 ] || echo "init: the command ended with status $status" >&2
  sync
  poweroff -f
  sleep 1000
fi

echo
echo "$(uname -sr) on $(uname -m). The shell below has busybox's commands; poweroff -f ends the machine."
cd /root
while true; do
  setsid cttyhack sh -l
  echo
done
`;

/** Programs that end the machine by themselves: this image has no init daemon to ask. */
export const ENDING_SCRIPTS = {
  poweroff: '#!/bin/sh\nsync\nexec busybox poweroff -f\n',
  halt: '#!/bin/sh\nsync\nexec busybox halt -f\n',
  reboot: '#!/bin/sh\nsync\nexec busybox reboot -f\n',
} as const;

/** What udhcpc calls when it has an address, or has lost it. */
export const DHCP_SCRIPT = `#!/bin/sh
case "$1" in
  deconfig) ifconfig "$interface" 0.0.0.0 ;;
  bound|renew)
    ifconfig "$interface" "$ip" netmask "\${subnet:-255.255.255.0}"
    for each in $router; do route add default gw "$each" dev "$interface" && break; done
    : >/etc/resolv.conf
    for each in $dns; do echo "nameserver $each" >>/etc/resolv.conf; done ;;
esac
`;
