"""Evaluating rankings: hand-computed figures, labels that never reach the ranking, any folder in the format."""

import json
import math
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from matching.engine.relevance.evaluate import UnreadableFolder, evaluate, ranking, read_task
from matching.engine.relevance.metrics import judge, measure
from web.commands.entry import app

OPENINGS = (
    {"did": "a", "text": "纺纱工", "area": "咸阳市 - 渭城区", "desc": "三班倒", "lang": "zh"},
    {"did": "b", "text": "缝纫工", "area": "咸阳市 - 兴平市", "desc": "计件", "lang": "zh"},
    {"did": "c", "text": "电焊工", "area": "咸阳市 - 渭城区", "desc": "有证优先", "lang": "zh"},
    {"did": "d", "text": "纺纱工", "area": "咸阳市 - 兴平市", "desc": "三班倒", "lang": "zh"},
    {"did": "e", "text": "保洁员", "area": "咸阳市 - 渭城区", "desc": "两班", "lang": "zh"},
)
SEARCHES = ({"qid": "1", "text": "渭城 挡车工", "lang": "zh"}, {"qid": "2", "text": "车位师傅", "lang": "zh"})
LABELS = ({"qid": "1", "did": "a", "rel": 3}, {"qid": "1", "did": "d", "rel": 2}, {"qid": "2", "did": "b", "rel": 2})


def write(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    directory = tmp_path / "small"
    directory.mkdir()
    write(directory / "corpus.jsonl", OPENINGS)
    write(directory / "queries.jsonl", SEARCHES)
    write(directory / "qrels.jsonl", LABELS)
    return directory


def test_the_figures_equal_a_hand_calculation() -> None:
    ndcg, precision, recall = judge({"x": 2, "y": 1, "z": 0}, ["z", "y", "q", "x"])
    assert ndcg == pytest.approx((1 / math.log2(3) + 2 / math.log2(5)) / (2 + 1 / math.log2(3)))
    assert precision == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert recall == 1.0


def test_a_document_named_twice_counts_once() -> None:
    assert judge({"x": 1, "y": 1}, ["x", "x", "y"]) == judge({"x": 1, "y": 1}, ["x", "y"]) == (1.0, 1.0, 1.0)


def test_a_query_missing_from_the_run_scores_zero_and_one_without_labels_is_skipped() -> None:
    quality = measure({"1": {"x": 1}, "2": {"y": 1}, "3": {"z": 0}}, {"1": ["x"], "3": ["z"]})
    assert (quality.queries, quality.ndcg, quality.average_precision, quality.recall) == (2, 0.5, 0.5, 0.5)


def test_everyday_words_and_places_find_the_right_openings_first(folder: Path) -> None:
    ranked = ranking(read_task(folder))
    assert ranked["1"][:2] == ["a", "d"]
    assert ranked["2"][0] == "b"


def test_scrambled_labels_do_not_change_the_ranking(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = (folder.parent / name for name in ("one.jsonl", "two.jsonl", "three.jsonl"))
    evaluate([folder], run=first)
    scrambled = [dict(row, did=random.Random(5).choice("abcde"), rel=1) for row in LABELS]
    write(folder / "qrels.jsonl", scrambled)
    evaluate([folder], run=second)
    (folder / "qrels.jsonl").unlink()
    evaluate([folder], run=third)
    assert first.read_bytes() == second.read_bytes() == third.read_bytes()
    assert "gangqiao" in capsys.readouterr().out


def test_the_figures_come_as_json_beside_those_of_plain_methods(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate([folder], json=True)
    report = json.loads(capsys.readouterr().out)["small"]
    assert report["gangqiao"]["queries"] == 2
    assert report["gangqiao"]["ndcg"] > max(row["ndcg"] for name, row in report.items() if name != "gangqiao")


def test_english_titles_find_chinese_ones_and_the_excluded_document_is_left_out(tmp_path: Path) -> None:
    rows = ("税务会计", "网络工程师", "幼儿园教师", "私人调查员", "软件工程师")
    write(tmp_path / "corpus.jsonl", [{"did": row, "text": row} for row in rows])
    queries = [
        {"qid": "1", "text": "tax accountant"},
        {"qid": "2", "text": "Network Engineers"},
        {"qid": "3", "text": "软件工程师", "exclude": "软件工程师"},
    ]
    write(tmp_path / "queries.jsonl", queries)
    ranked = ranking(read_task(tmp_path))
    assert ranked["1"][0] == "税务会计"
    assert ranked["2"][0] == "网络工程师"
    assert "软件工程师" not in ranked["3"]
    assert ranked["3"][0] == "网络工程师"


def test_empty_queries_and_symbols_do_not_fail(tmp_path: Path) -> None:
    write(
        tmp_path / "corpus.jsonl", [{"did": "1", "text": "电工"}, {"did": "2", "text": "★"}, {"did": "3", "text": ""}]
    )
    write(
        tmp_path / "queries.jsonl", [{"qid": "1", "text": ""}, {"qid": "2", "text": "?!"}, {"qid": "3", "text": "电工"}]
    )
    ranked = ranking(read_task(tmp_path))
    assert set(ranked["1"]) == set(ranked["2"]) == {"1", "2", "3"}
    assert ranked["3"][0] == "1"


def test_documents_without_a_word_keep_their_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "corpus.jsonl", [{"did": "b", "text": "★"}, {"did": 1}, {"did": "a", "text": None, "alt": "！"}])
    write(tmp_path / "queries.jsonl", [{"qid": 7, "text": "电工", "exclude": 1}])
    write(tmp_path / "qrels.jsonl", [{"qid": 7, "did": "b", "rel": 1}])
    assert ranking(read_task(tmp_path)) == {"7": ["b", "a"]}
    evaluate([tmp_path])
    assert "gangqiao                    1.000" in capsys.readouterr().out


def test_any_language_and_single_values_in_place_of_lists_are_read(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "did": "1",
            "text": "soudeur à l'arc",
            "alt": "monteur soudeur",
            "desc": ["fer"],
            "tasks": "souder",
            "lang": "fr",
        },
        {"did": "2", "text": "слесарь", "alt": None, "lang": "ru"},
        {"did": "2", "text": "another of the same key"},
    ]
    write(tmp_path / "corpus.jsonl", rows)
    (tmp_path / "queries.jsonl").write_text(
        '{"qid": "1", "text": "monteur"}\n\n  \n{"qid": "2", "text": "слесарь"}\n', encoding="utf-8"
    )
    task = read_task(tmp_path)
    assert (task.items[0].names, task.items[0].text) == (("monteur soudeur",), "fer souder")
    assert {query: order[0] for query, order in ranking(task).items()} == {"1": "1", "2": "2"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", "", "has no documents"),
        ("corpus.jsonl", '{"did": "a", "text": "x"}\n{', "corpus.jsonl, line 2"),
        ("corpus.jsonl", '{"text": "x"}', "did is missing"),
        ("queries.jsonl", "[1]", "line 1: every line must be an object"),
        ("queries.jsonl", "[" * 100_000, "line 1"),
        ("qrels.jsonl", '{"qid": "1", "did": "a", "rel": "good"}', "is no number"),
    ],
)
def test_an_unreadable_folder_is_reported_by_file_and_line(folder: Path, name: str, content: str, message: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFolder, match=message):
        evaluate([folder])


def test_a_missing_or_binary_file_gives_a_message_and_no_traceback(folder: Path) -> None:
    (folder / "queries.jsonl").write_bytes(b"\xc4\x00")
    with pytest.raises(UnreadableFolder, match="is not UTF-8 text"):
        evaluate([folder])
    (folder / "queries.jsonl").unlink()
    answer = CliRunner().invoke(app, ["evaluate", str(folder)])
    assert answer.exit_code == 1
    assert "queries.jsonl cannot be read" in answer.output


def test_folders_with_the_same_name_are_distinguished(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = folder.parent / "unseen" / folder.name
    other.mkdir(parents=True)
    for file in folder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    evaluate([folder, other], json=True)
    assert list(json.loads(capsys.readouterr().out)) == [f"{folder.parent.name}-small", "unseen-small"]
