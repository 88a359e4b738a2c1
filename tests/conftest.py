"""What is set before anything else is imported."""

import os

# as media processes have it, and the command: aicc/service/spawned_process.py
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
