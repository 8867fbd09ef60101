#!/bin/sh
# What is said of a kernel in one way holds, and is not said where it is not so: small kernels, each with one thing in it.
set -eu
export LC_ALL=C
. "$VRRL_SOURCE/tests/cli/lib/run.sh"
cd "$work"

# kernel LINE ...: one entry with these instructions, to a buffer `out` at %rd1, of block %r1 and thread %r2
kernel() {
    {
        printf '.version 8.0\n.target sm_90\n.address_size 64\n.entry k(.param .u64 out)\n{\n'
        printf '.reg .b32 %%r<9>;\n.reg .b64 %%rd<9>;\n.reg .pred %%p<3>;\n.shared .align 4 .b8 tile[256];\n'
        printf 'ld.param.u64 %%rd1, [out];\nmov.u32 %%r1, %%ctaid.x;\nmov.u32 %%r2, %%tid.x;\n'
        printf '%s\n' "$@" 'ret;' '}'
    } >k.ptx
}
# launch LINE ...
launch() {
    printf 'buffer out[256]\n' >k.launch
    printf '%s\n' "$@" >>k.launch
}
two='launch k
grid 2
parameters out
end'
explored() { run "$1" explore k.ptx --launch k.launch --schedules 40; }

# ---- Nothing is found ----------------------------------------------------------------------------
kernel 'st.global.u32 [%rd1], 1;'
launch 'launch k' 'parameters out' 'end'
explored 0
says out 'Strong loads read the newest value here'
says out 'are not modelled.'
lacks out 'stopped early'

# ---- What two accesses lack ------------------------------------------------------------------------
# Weak ones of two blocks: of the same bytes, in other warps.
kernel 'st.global.u32 [%rd1], %r1;'
launch "$two"
explored 1
says out 'one of them is weak'
lacks out 'a scope does not include'
lacks out 'they overlap in part'
lacks out 'lanes of one warp'
says out '  then     k.ptx:13  block '

# Strong ones, of which one is of two bytes.
kernel 'setp.eq.u32 %p1, %r1, 0;' '@%p1 st.relaxed.gpu.global.u32 [%rd1], 7;' '@!%p1 st.relaxed.gpu.global.u16 [%rd1], 7;'
explored 1
says out 'they overlap in part: strong ones have to be of the same bytes'
lacks out 'one of them is weak'
lacks out 'a scope does not include'

# Strong ones of two blocks, of the scope of a block.
kernel 'st.relaxed.cta.global.u32 [%rd1], %r1;'
explored 1
says out 'a scope does not include the thread of the other'
lacks out 'one of them is weak'
lacks out 'they overlap in part'

# Two lanes of one warp, with and without a __syncwarp() between them.
lanes() {
    kernel 'setp.eq.u32 %p1, %r2, 0;' '@%p1 st.global.u32 [%rd1], 7;' "$1" 'setp.eq.u32 %p2, %r2, 1;' \
        '@%p2 st.global.u32 [%rd1], 8;'
}
launch 'launch k' 'block 2' 'parameters out' 'end'
lanes 'bar.warp.sync -1;'
explored 0
kernel 'setp.eq.u32 %p1, %r2, 0;' '@%p1 bra first;' 'st.global.u32 [%rd1], 8;' 'bra both;' 'first:' \
    'st.global.u32 [%rd1], 7;' 'both:'
explored 1
says out 'they are lanes of one warp: no __syncwarp() is between'

# ---- Who does it -----------------------------------------------------------------------------------
# A copy into shared memory that nothing waits for, read by another warp: of the copy it is the store.
kernel 'setp.ge.u32 %p1, %r2, 32;' '@%p1 bra reads;' 'mov.u32 %r3, tile;' \
    'cp.async.ca.shared.global [%r3], [%rd1], 4;' 'cp.async.commit_group;' 'cp.async.wait_group 0;' 'bra both;' \
    'reads:' 'st.shared.u32 [tile], 3;' 'both:'
launch 'launch k' 'block 64' 'parameters out' 'end'
explored 1
says out ', the store of cp.async'
lacks out 'lanes of one warp'
lacks out ', the load of cp.async'
# And of what it is copied from the load.
kernel 'setp.ge.u32 %p1, %r2, 32;' '@%p1 bra writes;' 'mov.u32 %r3, tile;' \
    'cp.async.ca.shared.global [%r3], [%rd1], 4;' 'cp.async.commit_group;' 'cp.async.wait_group 0;' 'bra both;' \
    'writes:' 'st.global.u32 [%rd1], 3;' 'both:'
sed -i 's/out\[256\]/& = 5/' k.launch
explored 1
says out ', the load of cp.async'

# A stub.
kernel '{' '.param .b64 a;' 'st.param.b64 [a], %rd1;' 'call.uni work, (a);' '}'
sed -i 's/^\.entry/.func work(.param .b64 a)\n{\ntrap;\n}\n&/' k.ptx
launch "$two" 'stub work each writes 0[4]'
explored 1
says out ', a store of the stub'
lacks out ', a load of the stub'

# ---- Who waits -------------------------------------------------------------------------------------
# One of the two blocks of a cluster does not come to its barrier.
kernel 'setp.eq.u32 %p1, %r1, 0;' '@%p1 bra spins;' 'barrier.cluster.arrive.aligned;' 'barrier.cluster.wait.aligned;' \
    'st.relaxed.gpu.global.u32 [%rd1], 1;' 'ret;' 'spins:' 'ld.relaxed.gpu.global.u32 %r4, [%rd1];' \
    'setp.eq.u32 %p2, %r4, 0;' '@%p2 bra spins;'
launch 'launch k' 'grid 2' 'cluster 2' 'parameters out' 'end'
explored 3
says out '           waits at the barrier of its cluster'
says out 'deadlock on out[0]'
says out 'reads out[0] again and again: it is 0'

# ---- Stopped ---------------------------------------------------------------------------------------
kernel 'st.relaxed.gpu.global.u32 [%rd1], %r1;'
launch "$two"
run 0 explore k.ptx --launch k.launch --schedules 2000000000 --time 1
says out '; it was stopped early'
