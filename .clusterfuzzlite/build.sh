#!/usr/bin/env bash
# Builds a libFuzzer program for each target, with its seeds beside it, as OSS-Fuzz
# and ClusterFuzzLite want it: $OUT/fuzz_NAME and $OUT/fuzz_NAME_seed_corpus.zip.
# They set SRC, OUT, WORK, CXX, CXXFLAGS and LIB_FUZZING_ENGINE. A plain shell has
# none of these: then it builds with clang into $OUT, or .build/libfuzzer.
#
#   OUT=/tmp/out .clusterfuzzlite/build.sh [NAME...]
#
# Exit codes: 0 built, 2 there is no such target, 3 a tool is missing or failed.
set -euo pipefail
case ${1-} in -h | --help)
	sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
	exit 0
	;;
esac
if [ -n "${SRC-}" ]; then
	cd "$SRC/credence" # this file is copied elsewhere there
else
	CDPATH='' cd -P -- "$(dirname "${BASH_SOURCE[0]}")/.."
fi
targets=(System Core Spsc Credit Fence Wsim Profile Program Timeline)
for name in "$@"; do
	case " ${targets[*]} " in
	*" $name "*) ;;
	*)
		echo "build.sh: there is no target $name; there are ${targets[*]}" >&2
		exit 2
		;;
	esac
done
if (($#)); then targets=("$@"); fi
out=${OUT:-$PWD/.build/libfuzzer} cxx=${CXX:-clang++} engine=${LIB_FUZZING_ENGINE:--fsanitize=fuzzer}
read -ra flags <<<"${CXXFLAGS--fsanitize=address}"
read -ra engine <<<"$engine"
for tool in go "${cxx%% *}"; do
	command -v "$tool" >/dev/null || {
		echo "build.sh: there is no $tool; install Go 1.26 or newer, and clang with its runtime" >&2
		exit 3
	}
done
work=$(mktemp -d "${WORK:-${TMPDIR:-/tmp}}/credence.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
export CGO_ENABLED=1
build() {
	go build -o "$work/schedfuzz" ./fuzz/cmd/schedfuzz || return
	local name
	for name in "${targets[@]}"; do
		go build -trimpath -tags 'libfuzzer invariants' -gcflags=all=-d=libfuzzer -buildmode=c-archive \
			-ldflags="-X=main.fallback=$name" -o "$work/$name.a" ./fuzz/target/libfuzzer || return
		"$cxx" "${flags[@]}" "$work/$name.a" "${engine[@]}" -o "$out/fuzz_$name" || return
		"$work/schedfuzz" seeds -target "$name" "$out/fuzz_${name}_seed_corpus.zip" || return
	done
}
build || exit 3
