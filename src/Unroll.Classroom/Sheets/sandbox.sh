# Run by unshare, in name spaces of its own: builds a root folder that holds the system's programs and the sheet, and nothing else.
# sh -c "$script" sh ROOT WORK PROGRAM UID READABLE… -- COMMAND…
set -e
root=$1 work=$2 program=$3 uid=$4
shift 4
mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
mkdir "$root/proc" "$root/dev" "$root/work" "$root/sheet" "$root/old"
readable() {
  if [ -L "$1" ]; then
    ln -s "$(readlink "$1")" "$root$1"
  elif [ -d "$1" ] && ! [ -e "$root$1" ]; then
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    mount -o remount,bind,ro,nosuid "$root$1"
  fi
}
for folder in /usr /bin /sbin /lib /lib32 /lib64; do readable "$folder"; done
while [ "$1" != -- ]; do
  readable "$1"
  shift
done
shift
mount -t proc proc "$root/proc"
for device in null zero random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount --bind "$work" "$root/work"
mount --bind "$program" "$root/sheet"
mount -o remount,bind,ro "$root/sheet"
cd "$root"
pivot_root . old
umount -l /old
mount -o remount,ro /
cd /work
if [ "$uid" != 0 ]; then
  exec prlimit --core=0 --fsize=67108864 --nproc=512 setpriv --reuid "$uid" --regid "$uid" --clear-groups \
    --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
fi
exec prlimit --core=0 --fsize=67108864 setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
