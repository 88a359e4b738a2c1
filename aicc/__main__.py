"""``python -m aicc``, where the console script is not on the path."""

from aicc.command import main

main()
