"""The retriever and the embeddings in chains of LangChain, without the rest of the product."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from kb.index import Index
from kb.langchain import KnowledgeEmbeddings, KnowledgeRetriever
from kb.shelf import Shelf
from kb.synonyms import Synonyms
from tests.models.fake_embedding import FakeEmbedding

FAQ = """id,category,question,answer,tags
D1,배송,배송비는 얼마인가요?,3만 원 이상은 무료이고 그 아래는 3000원입니다.,배송비
D2,배송,배송은 며칠 걸리나요?,이틀 걸립니다.,
R1,환불,환불은 언제 되나요?,영업일 3일 안에 됩니다.,
P1,회원,비밀번호를 잊었어요,앱에서 다시 만들 수 있습니다.,
"""


@pytest.fixture
def index(tmp_path: Path) -> Index:
    (tmp_path / "faq.csv").write_text(FAQ, encoding="utf-8")
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([tmp_path / "faq.csv"])
    return shelf.index(Synonyms())


def test_documents_carry_what_a_prompt_and_a_page_need(index: Index, tmp_path: Path) -> None:
    documents = KnowledgeRetriever(index=index, limit=2).invoke("배송비는 얼마인가요")
    assert 1 <= len(documents) <= 2
    best = documents[0]
    assert (best.id, best.page_content) == ("D1", "3만 원 이상은 무료이고 그 아래는 3000원입니다.")
    assert best.metadata["question"] == "배송비는 얼마인가요?"
    assert 0 < best.metadata["confidence"] <= 1
    assert (best.metadata["category"], best.metadata["tags"]) == ("배송", ["배송비"])
    assert best.metadata["source"] == f"{tmp_path}/faq.csv:2"


def test_what_nothing_answers_gives_no_documents(index: Index) -> None:
    assert KnowledgeRetriever(index=index).invoke("xyzzy quux") == []


def test_it_works_in_a_chain_and_for_many_at_once(index: Index) -> None:
    def context(documents: Sequence[Document]) -> str:
        return "\n".join(f"[{document.metadata['id']}] {document.page_content}" for document in documents)

    prompts: list[str] = []

    def note(prompt: object) -> object:
        prompts.append(str(prompt))
        return prompt

    retriever = KnowledgeRetriever(index=index, limit=1)
    chain = (
        {"context": retriever | context, "question": RunnablePassthrough()}
        | ChatPromptTemplate.from_messages([("system", "자료: {context}"), ("human", "{question}")])
        | RunnableLambda(note)
        | FakeListChatModel(responses=["네, 알려 드릴게요."])
        | StrOutputParser()
    )
    assert chain.invoke("배송비는 얼마인가요?") == "네, 알려 드릴게요."
    assert "[D1] 3만 원 이상은 무료" in prompts[0]
    answers = asyncio.run(retriever.abatch(["환불은 언제 되나요?", "비밀번호를 잊었어요"]))
    assert [[document.id for document in documents] for documents in answers] == [["R1"], ["P1"]]


def test_the_embeddings_serve_another_vector_store() -> None:
    embedding = FakeEmbedding()
    embeddings = KnowledgeEmbeddings(embedding)
    assert embeddings.embed_query("환불") == pytest.approx(list(embedding.questions(["환불"])[0]))
    assert embeddings.embed_documents([]) == []
    store = Chroma("elsewhere", embeddings)
    store.add_texts(["배송비는 무료입니다.", "환불은 3일 걸립니다."])
    assert [document.page_content for document in store.similarity_search("환불이요", k=1)] == ["환불은 3일 걸립니다."]
