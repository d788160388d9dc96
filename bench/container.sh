#!/usr/bin/env bash
# Builds the image of samples/server and runs it, where no registry can be reached: on a base of glibc and OpenSSL alone, which a registry
# on this machine serves (Debian: docker-registry), and in bubblewrap in the place of a container engine, as user 1654 with a read-only
# file system. Prints the archive's size and one answer. ./pack.sh goes first.
#   bench/container.sh MODEL
set -euo pipefail
cd "$(dirname "$0")/.."
model=$(realpath "${1:?"bench/container.sh MODEL"}")
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{etc,lib64,lib/x86_64-linux-gnu,tmp,proc,dev,model}
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
cp -L /lib/x86_64-linux-gnu/lib{c,m}.so.6 /usr/lib/x86_64-linux-gnu/lib{ssl,crypto}.so.3 "$root/lib/x86_64-linux-gnu/"
echo 'app:x:1654:1654::/:/sbin/nologin' >"$root/etc/passwd"
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:5055}\n' "$work/blobs" >"$work/registry.yml"
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
pids+=($!)
python3 - "$root" <<'P'
import gzip, hashlib, io, json, sys, tarfile, time, urllib.request
def request(method, path, data=b"", **headers):
    url = path if path.startswith("http") else f"http://localhost:5055/v2/base{path}"
    return urllib.request.urlopen(urllib.request.Request(url, data=data, method=method, headers=headers))
def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()
def push(data):
    place = request("POST", "/blobs/uploads/").headers["Location"]
    request("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest(data)}", data, **{"Content-Type": "application/octet-stream"})
    return {"size": len(data), "digest": digest(data)}
time.sleep(1)
plain = io.BytesIO()
with tarfile.open(fileobj=plain, mode="w") as tar:
    tar.add(sys.argv[1], arcname=".")
layer = gzip.compress(plain.getvalue())
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"User": "1654"},
                     "rootfs": {"type": "layers", "diff_ids": [digest(plain.getvalue())]}}).encode()
kind = "application/vnd.docker.{}"
manifest = {"schemaVersion": 2, "mediaType": kind.format("distribution.manifest.v2+json"),
            "config": {"mediaType": kind.format("container.image.v1+json"), **push(config)},
            "layers": [{"mediaType": kind.format("image.rootfs.diff.tar.gzip"), **push(layer)}]}
request("PUT", "/manifests/1", json.dumps(manifest).encode(), **{"Content-Type": manifest["mediaType"]})
P
rm -rf samples/server/bin samples/server/obj
DOTNET_CONTAINER_INSECURE_REGISTRIES=localhost:5055 dotnet publish samples/server -c Release -v quiet -t:PublishContainer \
  -p:ContainerBaseImage=localhost:5055/base:1 -p:ContainerArchiveOutputPath="$work/unroll-server.tar.gz"
echo "archive: $(stat -c %s "$work/unroll-server.tar.gz") bytes"
mkdir "$work/image" "$work/files"
tar -xf "$work/unroll-server.tar.gz" -C "$work/image"
python3 -c 'import json, sys; m = json.load(open(sys.argv[1] + "/manifest.json"))[0]; print("\n".join(m["Layers"]))' "$work/image" |
  while read -r layer; do tar -xf "$work/image/$layer" -C "$work/files"; done
bwrap --unshare-user --unshare-pid --die-with-parent --uid 1654 --gid 1654 --ro-bind "$work/files" / --proc /proc --dev /dev \
  --tmpfs /tmp --ro-bind "$model" /model /app/server model=/model --urls http://127.0.0.1:8742 >"$work/server.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do
  curl -s http://127.0.0.1:8742/v1/classify -d '{"input":"a lovely film"}' && exit 0
  sleep 0.1
done
cat "$work/server.log" >&2
exit 1
