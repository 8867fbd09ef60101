# A new block is published twice: by the link of the block before it, and as the tail. The release fence
# stands between the two, so who walks the links may find a block that is not filled. readerwriterqueue,
# pull request 172: "move the fence so that it precedes both writes that publish a newly allocated block".
# repair: FENCE_RELEASE (operation 3) before operation 2
word block
word next
word tail
word seen
observe seen
epoch
    grow: pack STORE_U32 7, block then STORE_U32 1, next then FENCE_RELEASE then STORE_U32 1, tail
    walk: pack WAIT_GE next, 1 then MEMCPY block, seen, 1
    expect seen == 7
end
