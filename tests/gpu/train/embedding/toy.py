"""Three organisations of a few questions, and words whose vectors are drawn by lot: what training needs, in small."""

import numpy as np

from gpu.train.embedding.likeness import Likeness
from gpu.train.embedding.network import Network
from gpu.train.embedding.questions import Item, Organisation
from gpu.train.embedding.vocabulary import Vocabulary
from kb.embedding.lexicon import terms

DIMENSIONS = 32

SHOP = Organisation(
    name="shop",
    trade="shopping",
    unanswered=("선물 포장은 해 주나요", "매장은 어디에 있어요"),
    items=(
        Item("배송비는 얼마인가요?", "3만 원 이상은 무료입니다.", ("택배 보내는 데 얼마 들어요", "물류 요금이 있나요")),
        Item("환불은 언제 되나요?", "영업일 3일 안에 됩니다.", ("돈 언제 돌려받아요", "입금이 아직이에요")),
        Item(
            "쿠폰은 어디에서 쓰나요?",
            "결제 화면에서 고르십니다.",
            ("할인권 넣는 데가 없어요", "깎아 주는 거 어디 넣어요"),
        ),
        Item("교환을 신청하고 싶어요", "주문 내역에서 신청하십니다.", ("다른 치수로 바꿔 주세요", "색을 바꾸려고요")),
    ),
)
MALL = Organisation(
    name="mall",
    trade="shopping",
    unanswered=("해외로도 보내 주나요",),
    items=(
        Item("회원 가입은 어떻게 하나요?", "휴대전화로 인증하십니다.", ("등록부터 하려고요", "처음 왔는데 뭘 적어요")),
        Item("적립금은 언제 사라지나요?", "1년 뒤에 사라집니다.", ("모은 점수 없어지나요", "포인트 기한이 있어요")),
    ),
)
BANK = Organisation(
    name="bank",
    trade="money",
    unanswered=(),
    items=(
        Item("대출 금리는 얼마인가요?", "연 4퍼센트부터입니다.", ("돈 빌리면 이자가 얼마예요", "이율 좀 알려 주세요")),
        Item("통장을 다시 만들 수 있나요?", "지점에서 만드십니다.", ("장부를 잃어버렸어요", "종이 통장이 찢어졌어요")),
        Item("송금 한도는 얼마인가요?", "하루 천만 원입니다.", ("한 번에 얼마까지 보내요", "큰돈을 부치려고요")),
    ),
)
ORGANISATIONS = [SHOP, MALL, BANK]
SMALL_TALK = ["오늘 날씨 어때", "심심해", "점심 뭐 먹지", "노래 불러 줘"]


def texts_of(organisation: Organisation) -> list[str]:
    return [text for item in organisation.items for text in (item.question, item.answer, *item.wordings)]


TEXTS = [text for organisation in ORGANISATIONS for text in texts_of(organisation)]


def toy_likeness(*further: str, seed: int = 0) -> Likeness:
    """All morphemes of the organisations and of ``further`` texts, each with a vector of its own."""
    morphemes = list(dict.fromkeys(morpheme for text in (*TEXTS, *further) for morpheme in terms(text)))
    vectors = np.random.default_rng(seed).standard_normal((len(morphemes), DIMENSIONS)).astype(np.float32)
    return Likeness(morphemes, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def toy_vocabulary(*further: str) -> Vocabulary:
    """``further`` texts are known to Kiwi and not read in training."""
    known = toy_likeness(*further)
    return Vocabulary(known, TEXTS, len(known.morphemes) + 1)


def toy_network(vocabulary: Vocabulary) -> Network:
    import torch

    return Network(torch.tensor(vocabulary.vectors()), vocabulary.is_content(), vocabulary.seen)
