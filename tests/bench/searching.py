"""P2: search of openings beside the engines that people would use (`peers`), with quality beside speed.

Each question names one or two trades of existing openings, some with a slip of the pen, most with filters. Quality is
the relevance earned by the page over what an ideal page would earn: 3 for the very title, 2 for its occupation, 1 for
its small group. Times are CPU time of this process; PostgreSQL works in a process of its own, so its are wall time.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from centre.skills.vocabulary import vocabulary
from matching.engine.text import snapshot
from matching.engine.text.compile import Filters
from matching.engine.text.index import TextIndex
from matching.engine.text.terms import Document
from tests.bench import peers
from tests.bench.city import AWAY, HOME
from tests.bench.peers import TOP, Ask, Question

SLOW = 12.0
"""Seconds after which an engine has answered enough."""
SLIPS = 0.3
"""The share of questions with a slip: enough of them to judge the repair by."""
MILLION = 1_000_000
TAILS = ("", "", "", "急招", "(包吃住)", "(长白班)", "(五险一金)", "(可学徒)")
_PHRASES = """
包吃包住 长白班 两班倒 三班倒 每月双休 加班费另算 缴纳五险一金 年底双薪 有夫妻房
宿舍有空调 免费工作餐 男女不限 年龄五十岁以下 身体健康能吃苦 有经验者优先 无经验可培训
学徒期有补贴 能看懂图纸 会用电脑 持证上岗 服从安排 责任心强 计件工资多劳多得
月底准时发工资 车间恒温 坐班不累 交通方便有班车 全勤奖三百元 工龄奖逐年递增 试用期一个月
签订正式合同 有晋升空间 团队氛围好 熟悉设备操作 会简单维修 能适应夜班 细心认真
普通话流利 初中以上文化 本地人优先 可预支工资 提供工作服 节日有福利 生日发蛋糕
工作满一年带薪年假 负责产品质量检查 配合班长完成产量 保持现场整洁
"""
PHRASES = _PHRASES.split()


def trades(count: int = 400) -> list[tuple[str, list[str]]]:
    """Occupations with at least three everyday names, spread over the whole classification."""
    named: dict[str, list[str]] = {}
    for word, codes in vocabulary().words.items():
        if codes and 2 <= len(word) <= 8:
            named.setdefault(codes[0], []).append(word)
    rich = [(code, words) for code, words in sorted(named.items()) if len(words) >= 3]
    return [rich[at] for at in np.linspace(0, len(rich) - 1, count).astype(int).tolist()]


def documents(count: int, seed: int = 7) -> list[Document]:
    """Openings of 400 trades, some far commoner than others, with titles and phrases as employers write them."""
    dice, known, regions = np.random.default_rng(seed), trades(), HOME + AWAY
    openings = []
    for start in range(0, count, 10_000):
        n = min(10_000, count - start)
        trade = (dice.random(n) ** 1.5 * len(known)).astype(int).tolist()
        name, other = dice.random((2, n)).tolist()
        tail = dice.integers(0, len(TAILS), n).tolist()
        where = np.where(dice.random(n) < 0.35, dice.integers(0, 14, n), 14 + dice.integers(0, 386, n)).tolist()
        low = (dice.integers(25, 75, n) * 10_000).tolist()
        phrases = dice.integers(0, len(PHRASES), (n, 6)).tolist()
        many = dice.integers(2, 7, n).tolist()
        for i in range(n):
            code, words = known[trade[i]]
            title = words[int(name[i] ** 2 * len(words))] + TAILS[tail[i]]
            text = f"会{words[int(other[i] * len(words))]}，" + "，".join(PHRASES[at] for at in phrases[i][: many[i]])
            at = start + i
            pay = low[i]
            openings.append(
                Document(at + 1, title, (code,), f"企业{at % 5000}", text, regions[where[i]], pay, pay * 3 // 2, at)
            )
    return openings


def questions(kept: Sequence[Document], count: int, seed: int = 11) -> list[tuple[Question, list[Document], bool]]:
    """Questions with the openings whose trades are meant, and whether a slip is in them."""
    dice = np.random.default_rng(seed)
    asked_ = []
    for _ in range(count):
        meant = [kept[n] for n in dice.integers(0, len(kept), dice.integers(1, 3))]
        words = [document.title.split("(")[0].removesuffix("急招") for document in meant]
        slip = bool(dice.random() < SLIPS) and len(words[0]) > 2
        if slip:
            words[0] = words[0][:-1] + "公"
        regions = tuple(HOME[n] for n in dice.integers(0, 14, 3)) if dice.random() < 0.6 else ()
        floor = 300_000 if dice.random() < 0.5 else None
        asked_.append((Question(" ".join(words), regions, floor), meant, slip))
    return asked_


class Judge:
    """The best possible gain of each results page."""

    def __init__(self, kept: Sequence[Document]) -> None:
        self.titles, self.codes, self.groups, self.regions = (
            np.unique(values, return_inverse=True)
            for values in (
                [document.title for document in kept],
                [document.occupations[0] for document in kept],
                [document.occupations[0][:7] for document in kept],
                [document.region for document in kept],
            )
        )
        self.wages = np.array([document.wage_max_fen or 0 for document in kept])

    def quality(self, question: Question, meant: Sequence[Document], ids: Sequence[int]) -> float | None:
        """Earned over ideal; None where nothing could be earned."""
        gains = np.zeros(len(self.wages), np.int8)
        for wanted in meant:
            keys = (wanted.occupations[0][:7], wanted.occupations[0], wanted.title)
            for gain, ((names, column), key) in enumerate(
                zip((self.groups, self.codes, self.titles), keys, strict=True), 1
            ):
                np.maximum(gains, np.int8(gain), out=gains, where=column == np.searchsorted(names, key))
        allowed = self.wages >= (question.floor_fen or 0)
        if question.regions:
            allowed &= np.isin(self.regions[1], np.searchsorted(self.regions[0], question.regions))
        ideal = np.partition(gains[allowed], -TOP)[-TOP:].sum() if allowed.sum() > TOP else gains[allowed].sum()
        return float(gains[np.array(ids, int) - 1].sum() / ideal) if ideal else None


def race(ask: Ask, asked: Sequence[tuple[Question, list[Document], bool]], judge: Judge | None,
         clock: Callable[[], float] = time.process_time) -> dict[str, float]:  # fmt: skip
    """Milliseconds of questions spelt right and of those with slips, quality of both, and share of empty pages."""
    for question, _, _ in asked[:10]:
        ask(question)
    spans, pages, begun = [], [], time.perf_counter()
    for question, _, _ in asked:
        start = clock()
        pages.append(ask(question))
        spans.append((clock() - start) * 1000)
        if time.perf_counter() - begun > SLOW and len(spans) >= 30:
            break
    right, wrong = (
        [span for span, (_, _, slip) in zip(spans, asked, strict=False) if slip is kind] for kind in (False, True)
    )
    p50, p90, p99 = np.percentile(right, (50, 90, 99)).tolist()
    figures = {"p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "slips_p99_ms": float(np.percentile(wrong or [0.0], 99))}
    figures["asked"] = len(spans)
    if judge is not None:
        judged = [
            (judge.quality(question, meant, ids), slip)
            for (question, meant, slip), ids in zip(asked, pages, strict=False)
        ]
        known = [(value, slip) for value, slip in judged if value is not None]
        figures["quality"] = float(np.mean([value for value, _ in known]))
        figures["slips"] = float(np.mean([value for value, slip in known if slip] or [0.0]))
        figures["empty"] = float(np.mean([not ids for ids in pages]))
    return figures


def ours(index: TextIndex) -> Ask:
    """The engine of the service, counts included."""
    return lambda question: list(
        index.search(question.text, Filters(question.regions, question.floor_fen), limit=TOP).ids
    )


def held_mb(what: str) -> float:
    """Megabytes of this process: VmRSS now, VmHWM at most."""
    line = Path("/proc/self/status").read_text().split(f"{what}:")[1]
    return int(line.split()[0]) / 1024


def built(kept: Sequence[Document]) -> tuple[TextIndex, dict[str, float]]:
    """The index, what it cost, and how long a snapshot of it takes to open."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak of what ran before is forgotten
    start, before = time.process_time(), held_mb("VmRSS")
    index = TextIndex.build(kept)
    figures = {"build_s": time.process_time() - start, "build_peak_mb": held_mb("VmHWM") - before}
    with tempfile.TemporaryDirectory() as name:
        snapshot.save(index, Path(name) / "index")
        start = time.perf_counter()
        index = snapshot.load(Path(name) / "index")
        figures["open_s"] = time.perf_counter() - start
        figures["snapshot_mb"] = sum(path.stat().st_size for path in Path(name).rglob("*.npy")) / 1e6
    index.reader.lexicon.prepare()
    return index, figures


def two_characters(index: TextIndex, kept: Sequence[Document], count: int = 200) -> float:
    """The share of openings that hold a two-character word and are found by it."""
    words = sorted({document.title for document in kept[:20_000] if len(document.title) == 2})[:count]
    hits = wanted = 0
    for word in words:
        holding = sum(word in document.title for document in kept)
        wanted += holding
        hits += min(index.search(word, limit=1).total, holding)
    return hits / max(wanted, 1)


def measure(openings: int, asked: int, seed: int = 7) -> dict[str, Any]:
    """Everybody's latencies and quality on the same questions, and the ratios of the 99th of a hundred."""
    kept = documents(openings, seed)
    judge = Judge(kept)
    put = questions(kept, asked, seed + 4)
    index, figures = built(kept)
    table: dict[str, dict[str, float]] = {"ours": race(ours(index), put, judge)}
    if openings < MILLION:
        figures["two_characters_found"] = two_characters(index, kept)
    with ExitStack() as stack:
        for name, make in contenders(stack, openings >= MILLION).items():
            ask = make(kept)
            if ask is not None:
                clock = time.perf_counter if name == "postgres" else time.process_time
                table[name] = race(ask, put, judge, clock)
            del ask
    mine = table["ours"]
    ratios = {
        f"{name}_over_ours_p99": figures["p99_ms"] / mine["p99_ms"] for name, figures in table.items() if name != "ours"
    }
    best = max(figures["quality"] for name, figures in table.items() if name != "ours") if len(table) > 1 else 0.0
    slips = max(figures["slips"] for name, figures in table.items() if name != "ours") if len(table) > 1 else 0.0
    quality = {"quality_over_best_peer": mine["quality"] - best, "slips_over_best_peer": mine["slips"] - slips}
    return {"openings": openings, "figures": figures, "table": table, "ratios": ratios | quality}


def contenders(stack: ExitStack, large: bool) -> dict[str, Callable[[Sequence[Document]], Ask | None]]:
    """Who takes part; at a million openings only those that finish in minutes."""
    peers_: dict[str, Callable[[Sequence[Document]], Ask | None]] = {
        "tantivy": lambda kept: peers.by_tantivy(kept, True),
        "bm25s": lambda kept: peers.by_bm25s(kept, True),
    }
    if not large:
        peers_ |= {
            "tantivy_no_counts": lambda kept: peers.by_tantivy(kept, False),
            "bm25s_no_counts": lambda kept: peers.by_bm25s(kept, False),
            "sklearn": lambda kept: peers.by_sklearn(kept, True),
            "fts5": lambda kept: peers.by_fts5(kept, True),
            "fts5_trigram": lambda kept: peers.by_fts5(kept, True, trigrams=True),
            "postgres": lambda kept: peers.by_postgres(kept, True, stack),
        }
    return peers_
