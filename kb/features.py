"""What speaks for an entry: the channels of the search side by side, each about 0 to 1."""

NAMES = (
    "question_likeness",  # cosine with the question's vector, of the entry's question or the example most like it
    "answer_likeness",
    "whole_likeness",  # question, answer and tags as one text
    "asked_covered",  # soft matches of morphemes: how much of what is asked the question covers
    "question_covered",  # and how much of it is asked
    "asked_covered_by_whole",
    "whole_covered",
    "question_words",  # BM25 of morphemes, as a share of the most that the words asked could reach
    "whole_words",
    "question_letters",  # BM25 of jamo n-grams, likewise
    "whole_letters",
)
SOFT = NAMES[3:7]
LEXICAL = NAMES[7:]
KNOWN = (
    "known",  # of all morphemes, by what they say, by the trained vectors
    "known_least",
    "known_second",
    "nouns_known",  # by the vectors of Korean in general
    "nouns_known_least",
    "content_known",
    "content_known_least",
    "nouns_near",
    "nouns_near_least",
    "nouns",  # how many, in tens
    "content",
)
"""Of a question alone: how well its morphemes are known to the knowledge base as a whole, on average and at worst."""
COUNTS = KNOWN[-2:]
