#!/usr/bin/env bash
# Draws the pictures of the documents anew: ./docs/pictures.sh [NAME...], all experiments where none is named.
# scan measures times: leave the machine alone meanwhile. order, context and window read samples/reviews.tsv.
set -euo pipefail
cd "$(dirname "$0")/.."
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(words context position forget select recall chaos seeds vanishing exploding memory adding copy
    negation rate window order scan)
measured=$(mktemp -d)
trap 'rm -rf "$measured"' EXIT
dotnet build -c Release -v q -nologo src/Unroll.Cli/Unroll.Cli.csproj
mkdir -p docs/pictures
for name in "${names[@]}"; do
    dotnet run -c Release --no-build --project src/Unroll.Cli -- experiment "$name" --out "$measured"
    cp "$measured/$name.svg" docs/pictures/
done
