/* User opcodes that compute on words holding f32 bits. */
#ifndef OPS_FLOAT
#define OPS_FLOAT(X)                                                                               \
    X(AXPY, 0x40000003u, 0, 1, "~a @x @y #count", "y[i] = a * x[i] + y[i], fused")                 \
    X(DOT, 0x40000004u, 0, 1, "@x @y @sum #count",                                                 \
      "sum += x . y, accumulated atomically: its rounding depends on order")                       \
    X(MATVEC, 0x40000005u, 0, 1, "@matrix @x @y #rows #columns #stride add",                       \
      "y[r] = matrix[r * stride ...] . x; added to y[r] where add is not 0")                       \
    X(RMSNORM, 0x40000006u, 0, 1, "@x @weight @y #count ~epsilon",                                 \
      "y[i] = x[i] * weight[i] / sqrt(mean of x[i]^2 + epsilon)")                                  \
    X(SOFTMAX, 0x40000007u, 0, 1, "@x @y #count", "y[i] = exp(x[i] - max x) / their sum")
#endif
