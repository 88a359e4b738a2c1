"""The knowledge base for users of LangChain: a retriever and embeddings, to be taken out and used alone.

Put together by hand, without the rest of the product:

    embedding = open_embedding("bundled", Path("models"))
    index = Shelf.open(Path("knowledge"), embedding).index(Synonyms())
    chain = {"context": KnowledgeRetriever(index=index), "question": RunnablePassthrough()} | prompt | model
"""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SkipValidation

from kb.embedding.embedding import Embedding
from kb.index import Hit, Index


class KnowledgeRetriever(BaseRetriever):
    """Entries as documents, the best first; none where nothing in the knowledge base answers.

    ``page_content`` is the answer. ``metadata`` holds ``id``, ``question``, ``confidence`` (0 to 1), ``category``,
    ``tags`` (a list), ``source`` (``FILE:LINE``) and ``why``, the words for people.
    """

    index: SkipValidation[Index]
    limit: int = Field(default=3, ge=1)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = self.index.search(query, self.limit)
        return [_document(hit) for hit in found.hits] if found.answered else []


class KnowledgeEmbeddings(Embeddings):
    """Any embedding of :func:`kb.embedding.open_embedding`, as LangChain's vector stores want it."""

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in vector] for vector in self._embedding.documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(number) for number in self._embedding.questions([text])[0]]


def _document(hit: Hit) -> Document:
    entry = hit.entry
    metadata = {
        "id": entry.id,
        "question": entry.question,
        "confidence": float(hit.confidence),
        "category": entry.category,
        "tags": list(entry.tags),
        "source": entry.source,
        "why": hit.why,
    }
    return Document(id=entry.id, page_content=entry.answer, metadata=metadata)
