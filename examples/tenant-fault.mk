# Tenants: a slot of a tenant whose mask is 0 may not run. It ends in FAULT, which is terminal: the
# epoch completes, and what the slot would have written is not there. An address outside the arena
# ends in FAULT too, never in an access.
#
# What must happen: every run completes with two slots in FAULT; only `allowed` has been written.
# result: complete
# expectations: hold

program "tenant mask"

tenant service
tenant banned mask 0
word allowed
word denied
word wild in observable

epoch
    STORE_U32 1, allowed tenant service
    STORE_U32 1, denied  tenant banned
    LOAD_U32 0xFFFFFFF0, wild tenant service

    expect allowed == 1
    expect denied == 0
    expect wild == 0
end
