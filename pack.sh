#!/usr/bin/env bash
# Makes the packages: ./pack.sh [DIR] [--version V] [--baseline DIR] [--update-api]
# DIR (artifacts/packages) gets Unroll.Engine, Unroll, Unroll.Onnx, Unroll.Extensions, Unroll.Server and the tool Unroll.Cli, with their symbols. The
# same sources give the same bytes. --baseline compares the public interface with that of the packages in a folder, such as those
# of the last version. src/NAME/PublicAPI.txt has the public interface, a name a line; --update-api writes it down.
set -euo pipefail
out=artifacts/packages
version=
baseline=
update=
while [ $# -gt 0 ]; do
  case $1 in
    --version) version=$2; shift 2 ;;
    --baseline) baseline=$(cd "$2" && pwd); shift 2 ;;
    --update-api) update=--update; shift ;;
    --*) echo "pack.sh: unknown option $1, expected --version V, --baseline DIR or --update-api" >&2; exit 2 ;;
    *) out=$1; shift ;;
  esac
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
version=${version:-$(sed -nE 's:.*<Version>(.*)</Version>.*:\1:p' Directory.Build.props)}
rm -f "$out"/Unroll*."$version".nupkg "$out"/Unroll*."$version".snupkg
for project in Unroll.Engine Unroll Unroll.Onnx Unroll.Extensions Unroll.Server Unroll.Cli; do
  properties=()
  if [ -n "$baseline" ]; then
    package=$(find "$baseline" -name "$project.[0-9]*.nupkg" | sort | tail -n 1)
    [ -n "$package" ] && [ "$project" != Unroll.Cli ] && properties+=("-p:PackageValidationBaselinePath=$package")
  fi
  dotnet pack "src/$project" -c Release -o "$out" -v quiet -nologo -p:Version="$version" -p:ContinuousIntegrationBuild=true \
    "${properties[@]}"
done
# Names, times and order of a package's entries, and the documentation of what is not public.
dotnet run --file eng/packages.cs -- finish "$out" "$version"
dotnet run --file eng/packages.cs -- api "$out" "$version" $update
ls -l "$out"
