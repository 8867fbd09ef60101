#!/bin/sh
# What a graph of AutoMegaKernel's IR can have wrong besides the order of its tasks: pages that are used for two things
# at a time, memory on chip that is used by another worker, more than the ABI holds, operands that an operation does not
# take, reads of what nobody has written by then, outputs that nobody computes. Each right, and wrong.
set -eu
. "$VRRL_SOURCE/tests/cli/lib/run.sh"

# A chain of four tasks: x -> h -> g -> y, with a fused one, in a batch of two.
cat >"$work/good.json" <<'END'
{"ir_version": "0.2.0", "abi_version": "0.2",
 "buffers": [
  {"id": 0, "name": "x", "kind": "IO_INPUT", "shape": [2, 8], "space": "HBM"},
  {"id": 1, "name": "w", "kind": "WEIGHT", "shape": [8], "space": "HBM"},
  {"id": 2, "name": "h", "kind": "ACTIVATION", "shape": [2, 8], "space": "GLOBAL_SCRATCH"},
  {"id": 3, "name": "g", "kind": "ACTIVATION", "shape": [2, 8], "space": "GLOBAL_SCRATCH"},
  {"id": 4, "name": "u", "kind": "ACTIVATION", "shape": [2, 8], "space": "GLOBAL_SCRATCH"},
  {"id": 5, "name": "y", "kind": "IO_OUTPUT", "shape": [2, 8], "space": "HBM"}],
 "counters": [{"id": 0}, {"id": 1}, {"id": 2}, {"id": 3}],
 "tasks": [
  {"id": 0, "op": "RMSNORM", "label": "norm", "inputs": [0, 1], "outputs": [2], "out_counter": 0, "sm": null, "params": {"eps": 1e-6, "hidden": 8}},
  {"id": 1, "op": "FUSED", "label": "fused", "inputs": [2, 1, 0], "outputs": [3], "out_counter": 1, "waits": [{"counter": 0, "threshold": 1}], "sm": null, "params": {"recipe": [["MUL", 0, 1], ["ADD", 2]], "flags": 65536}},
  {"id": 2, "op": "GEMM_TILE", "label": "gemm", "inputs": [3, 1], "outputs": [4], "out_counter": 2, "waits": [{"counter": 1, "threshold": 1}], "sm": null, "params": {"M_tile": 2, "K": 8, "N_tile": 8, "n_off": 0}},
  {"id": 3, "op": "GELU", "label": "gelu", "inputs": [4], "outputs": [5], "out_counter": 3, "waits": [{"counter": 2, "threshold": 1}], "sm": null, "params": {}}],
 "pages": null, "config": null}
END
run 0 check "$work/good.json"
says out 'SAFE  no race, no deadlock     exact; 4 tasks'
[ ! -s "$work/err" ] || fail "warnings of a graph that is right"

# edited NAME SED...: the good graph, edited
edited() {
    name=$1
    shift
    sed "$@" "$work/good.json" >"$work/$name.json"
    if cmp -s "$work/good.json" "$work/$name.json"; then fail "$name: nothing was edited"; fi
}
# wrong NAME VERDICT KIND TEXT: it is found, and only it; as a finding, too
wrong() {
    run 1 check "$work/$1.json"
    says out "$2  $3: $4"
    says out '  besides: no race, no deadlock     exact'
    [ "$(grep -c "^$2" "$work/out")" -eq 1 ] || { cat "$work/out" >&2; fail "$1: one fault"; }
    run 1 check --json "$work/$1.json"
    says out '"verdict":"'"$(echo "$2" | tr '[:upper:]' '[:lower:]')"'"'
    says out '"faults":[{"kind":"'"$3"'","text":"'"$4"
    says out '"fault_count":1'
    says out '"findings":[{"id":"'"${5:-$3}"'-'
}

# ---- Pages --------------------------------------------------------------------------------------------
# u is written once nobody reads h any more.
pages() { echo "s/\"pages\": null/\"pages\": {\"buffer_to_page\": {$1}, \"pages\": []}/"; }
edited apart -e "$(pages '"2": 0, "3": 1, "4": 0')"
run 0 check "$work/apart.json"

# One task reads h, and writes g over it.
edited clash -e "$(pages '"2": 7, "3": 7')"
wrong clash UNFIT page 'h and g lie on page 7: fused (task 1) uses the one while it writes the other'

# gelu reads h, too, behind what gemm writes over it.
edited late -e "$(pages '"2": 3, "4": 3')" -e '/"id": 3, "op"/s/GELU/ADD/; /"id": 3, "op"/s/\[4\]/[4, 2]/'
wrong late UNFIT page 'h and u lie on page 3: gelu (task 3) reads the one behind what gemm (task 2) writes to the other'

# gemm waits for nobody, and writes over h at any time.
edited free -e "$(pages '"2": 3, "4": 3')" -e '/"id": 2, "op"/s/"waits": \[[^]]*\]/"waits": []/; /"id": 2, "op"/s/\[3, 1\]/[0, 1]/'
wrong free UNFIT page 'h and u lie on page 3: norm (task 0) uses the one, gemm (task 2) writes the other, and nothing orders the two'
sed 's/"buffer_to_page": {"2": 3, "4": 3}/"buffer_to_page": {"2": 3, "4": 4}/' "$work/free.json" >"$work/own.json"
run 0 check "$work/own.json"

# ---- Memory of one worker -----------------------------------------------------------------------------
edited chip -e '/"id": 3, "name"/s/GLOBAL_SCRATCH/SMEM/'
run 0 check "$work/chip.json" # a pool: which worker runs what is not told
run 0 check --assign rr:1 "$work/chip.json"
edited workers -e '/"id": 3, "name"/s/GLOBAL_SCRATCH/SMEM/' -e '/"id": 2, "op"/s/"sm": null/"sm": 5/' -e 's/"sm": null/"sm": 1/'
wrong workers UNFIT placement 'g lies in SMEM, which is a worker'"'"'s own: fused (task 1) uses it on worker 1, and gemm (task 2) on worker 5'
sed 's/"sm": 5/"sm": 1/' "$work/workers.json" >"$work/worker.json"
run 0 check "$work/worker.json"
sed 's/SMEM/HBM/' "$work/workers.json" >"$work/worker.json"
run 0 check "$work/worker.json"

# ---- The ABI ------------------------------------------------------------------------------------------
edited inputs -e '/"id": 1, "op"/s/\[2, 1, 0\]/[2, 1, 0, 1, 0, 1, 0, 1, 0]/'
wrong inputs UNFIT limit "fused (task 1) has 9 inputs; AutoMegaKernel's ABI 0.2 holds 8"
edited most -e '/"id": 1, "op"/s/\[2, 1, 0\]/[2, 1, 0, 1, 0, 1, 0, 1]/'
run 0 check "$work/most.json"
edited none -e '/"id": 1, "op"/s/\[2, 1, 0\]/[]/'
wrong none UNFIT arity 'fused (task 1) has 0 inputs; FUSED takes 1 to 8'
edited three -e '/"id": 0, "op"/s/\[0, 1\]/[0, 1, 1]/'
wrong three UNFIT arity 'norm (task 0) has 3 inputs; RMSNORM takes 2'
edited two -e '/"id": 3, "op"/s/"outputs": \[5\]/"outputs": [5, 4]/' -e '/"id": 3, "op"/s/"inputs": \[4\]/"inputs": [3]/' -e '/"id": 2, "op"/s/"outputs": \[4\]/"outputs": [4]/'
wrong two UNFIT arity 'gelu (task 3) has 2 outputs; GELU takes 1'
waits=$(awk 'BEGIN { for (i = 0; i < 9; i++) printf "%s{\"counter\": 2, \"threshold\": 1}", i ? ", " : "" }')
edited waits -e "/\"id\": 3, \"op\"/s/\"waits\": \[[^]]*\]/\"waits\": [$waits]/"
wrong waits UNFIT limit "gelu (task 3) has 9 waits; AutoMegaKernel's ABI 0.2 holds 8"
edited rank -e '/"name": "u"/s/\[2, 8\]/[1, 1, 1, 2, 8]/'
wrong rank UNFIT limit "u, which gemm (task 2) accesses, has 5 dimensions; AutoMegaKernel's ABI 0.2 holds 4"

# A graph that is for no ABI: as vrrl's own fields make it.
sed 's/"abi_version": "0.2",//' "$work/three.json" >"$work/own.json"
run 0 check "$work/own.json"

# ---- What nobody has written ---------------------------------------------------------------------------
edited early -e '/"id": 0, "op"/s/\[0, 1\]/[4, 1]/'
wrong early UNWRITTEN early 'norm (task 0) reads u[0:8], of which some is written by no task before it; the next that writes there is gemm (task 2)' unwritten
edited itself -e '/"id": 0, "op"/s/\[0, 1\]/[2, 1]/'
wrong itself UNWRITTEN early 'norm (task 0) reads h[0:8], of which some is written by no task before it' unwritten
edited uncomputed -e '/"id": 3, "op"/s/"outputs": \[5\]/"outputs": [4]/'
wrong uncomputed UNWRITTEN output 'y is an output that no task writes'

# A race comes before, and a repair that leaves a fault is not called safe.
edited both -e '/"id": 0, "op"/s/\[0, 1\]/[0, 1, 1]/' -e '/"id": 3, "op"/s/"waits": \[[^]]*\]/"waits": []/'
run 1 check "$work/both.json"
says out 'RACE  read before write'
says out 'UNFIT  arity: norm (task 0) has 3 inputs; RMSNORM takes 2'
lacks out 'checked again: safe'
