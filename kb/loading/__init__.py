"""What a company hands in, read into entries: CSV, XLSX, Markdown, HTML and PDF, each in a file of its own in here.

Nothing a file holds can stop the others: what cannot become an entry becomes a :class:`BrokenRow`.
"""

from kb.loading.files import Loaded, SourceFile, load
from kb.loading.row import BrokenRow

__all__ = ["BrokenRow", "Loaded", "SourceFile", "load"]
