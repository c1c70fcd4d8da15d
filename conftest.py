"""Settings of every test and of nbval's kernels."""

import os

# Tests and notebooks run side by side: more threads in NumPy's matrix products only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
