"""The address book: a country's road-name addresses, and finding the one that a caller means.

``AddressBook.of_file(path).search("서울시청 오층")`` gives ranked :class:`Candidate` with standard address and detail.
"""

from kb.address.address import Address
from kb.address.book import AddressBook, AddressBookUnusable
from kb.address.importing import Imported, write_book
from kb.address.leads import Missing, Told
from kb.address.official_file import AddressFileUnreadable, read_official
from kb.address.official_row import OfficialRow
from kb.address.search import Candidate
from kb.address.sido import SIDO

__all__ = [
    "SIDO",
    "Address",
    "AddressBook",
    "AddressBookUnusable",
    "AddressFileUnreadable",
    "Candidate",
    "Imported",
    "Missing",
    "OfficialRow",
    "Told",
    "read_official",
    "write_book",
]
