"""Settings of every test and of nbval's kernels."""

import os

# Tests and notebooks run side by side: more threads, in NumPy's products or in TensorFlow's, wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
