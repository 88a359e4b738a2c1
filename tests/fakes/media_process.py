"""``python -m tests.fakes.media_process LINK``: a media process whose calls have no sound."""

import sys

from aicc.service.media_process import main
from tests.fakes.media import open_fake_media

if __name__ == "__main__":
    sys.exit(main(open_fake_media))
