"""The XML in which build servers read the outcome of tests; JUnit's form, as Jenkins and GitLab document it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from voicebot.dialogue.trial.report import failure
from voicebot.dialogue.trial.suite import Tried


def junit(tried: Sequence[Tried], seconds: float) -> bytes:
    """A test suite for each file, the conversation in each failure."""
    root = ElementTree.Element("testsuites", {"name": "conversations", **_counts(tried, seconds)})
    for path in dict.fromkeys(one.written.path for one in tried):
        of_file = [one for one in tried if one.written.path == path]
        counts = _counts(of_file, sum(one.ms for one in of_file) / 1000)
        suite = ElementTree.SubElement(root, "testsuite", {"name": path.stem, **counts})
        for one in of_file:
            name, line = one.written.case.test, str(one.written.line)
            attributes = {"classname": path.stem, "name": _legal(name), "file": _legal(str(path)), "line": line}
            case = ElementTree.SubElement(suite, "testcase", attributes, time=f"{one.ms / 1000:.3f}")
            if one.misses:
                told = ElementTree.SubElement(case, "failure", message=_legal(one.misses[0].what))
                told.text = _legal(failure(one).plain)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _counts(tried: Sequence[Tried], seconds: float) -> dict[str, str]:
    failures = sum(not one.has_passed for one in tried)
    return {"tests": str(len(tried)), "failures": str(failures), "errors": "0", "time": f"{seconds:.3f}"}


def _legal(text: str) -> str:
    """Without the control characters and halves of characters that XML 1.0 does not allow."""
    return "".join(character for character in text if character in "\t\n" or character.isprintable())
