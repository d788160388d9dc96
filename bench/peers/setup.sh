#!/usr/bin/env bash
# Builds the programs that compare.py runs beside ours into $PEERS (default: a folder unroll-peers under the temporary folder):
#   onednn_rnn                oneDNN 2.6, one layer
#   torchpeer/TorchPeer.dll   TorchSharp 0.107 on libtorch 2.10, one layer and a whole training
#   ortpeer/OrtPeer.dll       ONNX Runtime 1.31 and ours in one process, prediction
# and installs PyTorch 1.13 with OpenBLAS for torch_classifier.py (without libopenblas0-pthread it runs on the reference BLAS,
# four times slower). Needs Debian 12 on x64, g++, the .NET 10 SDK and 2 GB for libtorch.
#
#   bench/peers/setup.sh        what is built already stays; OrtPeer is built every time, for it holds this repository's Unroll
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=${PEERS:-${TMPDIR:-/tmp}/unroll-peers}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DEBIAN_FRONTEND=noninteractive
for tool in dpkg apt-get g++ dotnet python3; do
  command -v $tool >/dev/null || { echo "error: $tool is not installed, and the peers cannot be built without it" >&2; exit 2; }
done
mkdir -p "$peers"

packages=(libdnnl-dev libopenblas0-pthread python3-torch)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

[ -e "$peers/onednn_rnn" ] || g++ -O2 -std=c++17 "$here/onednn_rnn.cpp" -o "$peers/onednn_rnn" -ldnnl

# Copies outside the repository, with properties of their own: its rules and central package versions are not for the peers.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/TorchPeer" "$here/OrtPeer" "$work"
for folder in TorchPeer OrtPeer; do
  rm -rf "$work/$folder/bin" "$work/$folder/obj"
  echo '<Project/>' | tee "$work/$folder/Directory.Build.props" >"$work/$folder/Directory.Packages.props"
done

dotnet build -c Release "$work/OrtPeer" -p:UnrollRoot="$root" -o "$peers/ortpeer" -v quiet

if ! [ -e "$peers/torchpeer/libiosinit.so" ]; then
  dotnet build -c Release "$work/TorchPeer" -o "$peers/torchpeer" -v quiet
  # TorchSharp's native part was built with GCC 13. Debian 12 lacks one symbol version of it: that is marked weak in this copy,
  # and the one symbol is supplied by a library that compare.py loads first.
  native=$peers/torchpeer/runtimes/linux-x64/native/libLibTorchSharp.so
  python3 "$here/relax_verneed.py" "$native" "$native.new" GLIBCXX_3.4.32
  mv "$native.new" "$native"
  g++ -O2 -shared -fPIC "$here/ios_init.cpp" -o "$peers/torchpeer/libiosinit.so"
fi
echo "the peers are in $peers"
