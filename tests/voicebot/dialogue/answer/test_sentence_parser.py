import asyncio

from langchain_core.messages import AIMessageChunk

from voicebot.dialogue.answer.sentence_parser import Sentence, sentence_parser


def parsed(*chunks):
    async def messages():
        for text, rest in chunks:
            yield AIMessageChunk(content=text, response_metadata={"rest": rest} if rest else {})

    async def read():
        return [sentence async for sentence in sentence_parser().atransform(messages())]

    return asyncio.run(read())


def test_tokens_become_sentences():
    assert parsed(("배송비는 3", ""), (",000원입", ""), ("니다. 무료", ""), ("도", "")) == [
        Sentence("배송비는 3,000원입니다."),
        Sentence("무료도"),
    ]


def test_the_rest_comes_with_the_last():
    assert parsed(("하나입니다. ", ""), ("둘입니다.", "셋입니다.")) == [
        Sentence("하나입니다."),
        Sentence("둘입니다.", "셋입니다."),
    ]
