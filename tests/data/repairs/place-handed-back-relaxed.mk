# A place of a bounded queue that its consumer hands back by a relaxed store, having written it (what it
# took out is cleared): the clearing may land on what the next producer has put there. In the queues after
# Dmitry Vyukov's, the store of the sequence that hands a cell back is a release.
# repair: STORE_U32 (operation 3) becomes STORE_RELEASE
word cell
word seq
observe cell
epoch
    put[0]: pack STORE_U32 1, cell then STORE_RELEASE 1, seq
    take: pack WAIT_GE seq, 1 then STORE_U32 0, cell then STORE_U32 2, seq
    put[1]: pack WAIT_GE seq, 2 then STORE_U32 3, cell then STORE_RELEASE 3, seq
    expect cell == 3
end
