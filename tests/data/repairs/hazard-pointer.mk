# A reader says which node it uses and looks whether that is still linked; who frees the node unlinks it and
# looks whether anybody uses it. M. Michael, "Hazard pointers", IEEE TPDS 2004: between saying and looking
# there must be a fence that orders a store before a load.
# repair: FENCE_SEQ_CST before operation 2 of use
word hazard
word linked
word node
word seen
init linked = 1
init node = 5
init seen = 5
observe seen order-only
epoch
    use: pack STORE_U32 1, hazard then IF_EQ linked, 1 then MEMCPY node, seen, 1
    free: pack STORE_U32 0, linked then FENCE_SEQ_CST then IF_EQ hazard, 0 then STORE_U32 99, node
    expect seen == 5
end
