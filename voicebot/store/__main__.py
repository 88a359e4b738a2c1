"""``python -m voicebot.store URL`` brings a database up to date and prints its revision."""

import contextlib
import sys

from voicebot.store import Store, StoreUnavailable


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m voicebot.store URL, as sqlite:///data/aicc.db", file=sys.stderr)
        return 2
    try:
        with contextlib.closing(Store.open(arguments[0])) as store:
            print(store.revision)
    except StoreUnavailable as error:
        print(f"voicebot.store: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
