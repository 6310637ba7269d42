"""The engines that people would use to search openings, each at its best setting, all doing the same work.

The work: character bigrams joined by OR, a set of regions and a wage floor as filters, the best 20, and the counts of
answers by region, occupation, group and major. Each maker gives a function from a question to the ids of the page,
or None where the engine is not installed. `counts=False` leaves the counts out.
"""

import importlib
import importlib.util
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from centre.skills.vocabulary import vocabulary
from matching.engine.text.postings import facets_of
from matching.engine.text.terms import Document
from tests.databases import BINARIES, Cluster

TOP = 20
COLUMNS = ("region", "occupation", "group", "major")


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its filters."""

    text: str
    regions: tuple[str, ...]
    floor_fen: int | None


Ask = Callable[[Question], list[int]]


def bigrams(text: str) -> list[str]:
    """All pairs of neighbouring characters."""
    return [a + b for a, b in pairwise(text.replace(" ", ""))] or [text]


def grams(question: Question) -> list[str]:
    """The bigrams of a question, word by word."""
    return [gram for part in question.text.split() for gram in bigrams(part)]


def words_of(document: Document) -> str:
    """The text of an opening that peers index: title, name of the occupation, description."""
    return f"{document.title} {vocabulary().name(document.occupations[0])} {document.description}"


def values(document: Document) -> tuple[str, ...]:
    """The facet values of a document, one for each column."""
    facets = facets_of(document)
    return tuple(facets[name][0] for name in COLUMNS)


def lines(kept: Sequence[Document]) -> Iterator[tuple[Any, ...]]:
    """Documents as rows of a table: id, text, pay, facet values."""
    for document in kept:
        yield (document.id, " ".join(bigrams(words_of(document))), document.wage_max_fen or 0, *values(document))


def by_fts5(kept: Sequence[Document], counts: bool, *, trigrams: bool = False) -> Ask:
    """SQLite's FTS5 with bigrams as words, or with its trigram tokeniser on the raw text."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, wage INT, region, occupation, grp, major)")
    base.executemany(
        "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)",
        ((doc.id, doc.wage_max_fen or 0, *values(doc)) for doc in kept),
    )
    maker = ", tokenize='trigram'" if trigrams else ""
    base.execute(f"CREATE VIRTUAL TABLE post USING fts5(text{maker})")
    texts = ((document.id, words_of(document)) for document in kept) if trigrams else (row[:2] for row in lines(kept))
    base.executemany("INSERT INTO post (rowid, text) VALUES (?, ?)", texts)
    base.execute("INSERT INTO post (post) VALUES ('optimize')")

    def ask(question: Question) -> list[int]:
        parts = grams(question)
        if trigrams:
            parts = [part[at : at + 3] for part in question.text.split() for at in range(max(len(part) - 2, 1))]
        words = " OR ".join(f'"{gram}"' for gram in parts)
        places = f"AND region IN ({','.join('?' * len(question.regions))})" if question.regions else ""
        where = f"FROM post JOIN fact ON fact.id = post.rowid WHERE post MATCH ? {places} AND wage >= ?"
        parameters = (words, *question.regions, question.floor_fen or 0)
        for column in ("region", "occupation", "grp", "major") if counts else ():
            base.execute(f"SELECT {column}, count(*) {where} GROUP BY 1", parameters).fetchall()
        return [row[0] for row in base.execute(f"SELECT fact.id {where} ORDER BY rank LIMIT {TOP}", parameters)]

    return ask


def by_tantivy(kept: Sequence[Document], counts: bool) -> Ask | None:
    """Tantivy with bigrams as words."""
    if importlib.util.find_spec("tantivy") is None:
        return None
    tantivy: Any = importlib.import_module("tantivy")
    maker = tantivy.SchemaBuilder()
    maker.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    for column in COLUMNS:
        maker.add_text_field(column, tokenizer_name="raw", fast=True, index_option="basic")
    for column in ("wage", "id"):
        maker.add_integer_field(column, indexed=True, fast=True, stored=column == "id")
    schema = maker.build()
    index = tantivy.Index(schema)
    writer = index.writer(200_000_000, 1)
    for key, text, wage, *facets in lines(kept):
        writer.add_document(tantivy.Document(id=key, text=text, wage=wage, **dict(zip(COLUMNS, facets, strict=True))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher, query, occur = index.searcher(), tantivy.Query, tantivy.Occur
    aggregations = {column: {"terms": {"field": column, "size": 2_000}} for column in COLUMNS}

    def ask(question: Question) -> list[int]:
        words = [(occur.Should, query.term_query(schema, "text", gram)) for gram in grams(question)]
        parts = [(occur.Must, query.boolean_query(words))]
        if question.regions:
            parts.append((occur.Must, query.term_set_query(schema, "region", list(question.regions))))
        if question.floor_fen:
            span = query.range_query(schema, "wage", tantivy.FieldType.Integer, question.floor_fen, 1 << 40)
            parts.append((occur.Must, span))
        whole = query.boolean_query(parts)
        if counts:
            searcher.aggregate(whole, aggregations)
        hits = searcher.search(whole, TOP, count=False).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    return ask


def columns_of(kept: Sequence[Document]) -> tuple[Any, Any, Any, list[Any]]:
    """Ids, regions, wages and the numbered facet values of all documents."""
    regions = np.array([document.region for document in kept])
    wages = np.array([document.wage_max_fen or 0 for document in kept])
    facets = [np.unique([values(doc)[at] for doc in kept], return_inverse=True)[1] for at in range(len(COLUMNS))]
    return np.array([document.id for document in kept]), regions, wages, facets


def page(scores: Any, question: Question, kept: tuple[Any, Any, Any, list[Any]], counts: bool) -> list[int]:
    """Filters, counts and the best 20 from dense scores, as anybody would write it in numpy."""
    ids, regions, wages, facets = kept
    allowed = (scores > 0) & (wages >= (question.floor_fen or 0))
    if question.regions:
        allowed &= np.isin(regions, question.regions)
    rows = np.flatnonzero(allowed)
    for codes in facets if counts else ():
        np.bincount(codes[rows])
    held = scores[rows]
    best = np.argpartition(-held, TOP)[:TOP] if len(held) > TOP else np.arange(len(held))
    return ids[rows[best[np.argsort(-held[best])]]].tolist()  # type: ignore[no-any-return]


def by_bm25s(kept: Sequence[Document], counts: bool) -> Ask | None:
    """bm25s on bigrams, filters afterwards."""
    if importlib.util.find_spec("bm25s") is None:
        return None
    bm25s: Any = importlib.import_module("bm25s")
    model = bm25s.BM25()
    model.index([bigrams(words_of(document)) for document in kept], show_progress=False)
    columns = columns_of(kept)

    def ask(document: Question) -> list[int]:
        known = [gram for gram in grams(document) if gram in model.vocab_dict]
        return page(model.get_scores(known), document, columns, counts) if known else []

    return ask


def by_sklearn(kept: Sequence[Document], counts: bool) -> Ask:
    """scikit-learn's TF-IDF rows over bigrams, one sparse row product a question."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    model = TfidfVectorizer(analyzer=bigrams, dtype=np.float32)
    matrix = model.fit_transform([words_of(document) for document in kept]).tocsc()
    columns, vocabulary, idf = columns_of(kept), model.vocabulary_, model.idf_

    def ask(document: Question) -> list[int]:
        known = [vocabulary[gram] for gram in grams(document) if gram in vocabulary]
        scores = np.zeros(len(kept), np.float32)
        for term in known:
            span = slice(matrix.indptr[term], matrix.indptr[term + 1])
            scores[matrix.indices[span]] += matrix.data[span] * idf[term]
        return page(scores, document, columns, counts)

    return ask


def by_postgres(kept: Sequence[Document], counts: bool, stack: ExitStack) -> Ask | None:
    """PostgreSQL's tsvector under a GIN index, ranked by ts_rank, counts by grouping sets."""
    if not BINARIES or importlib.util.find_spec("psycopg") is None:
        return None
    psycopg: Any = importlib.import_module("psycopg")
    cluster = Cluster()
    cluster.make()
    stack.callback(cluster.stop)
    base = stack.enter_context(psycopg.connect(f"host={cluster.folder} user=gangqiao dbname=postgres", autocommit=True))
    base.execute(
        "CREATE TABLE post (id int, text tsvector, wage int, region text, occupation text, grp text, major text)"
    )
    with base.cursor().copy("COPY post FROM STDIN") as copy:
        for key, text, *rest in lines(kept):
            terms = sorted(set(text.split(" ")))
            copy.write_row((key, " ".join("'" + term.replace("'", "''") + "'" for term in terms), *rest))
    base.execute("CREATE INDEX ON post USING gin (text)")
    base.execute("VACUUM ANALYZE post")

    def ask(question: Question) -> list[int]:
        words = " | ".join("'" + gram.replace("'", "''") + "'" for gram in grams(question))
        places = "AND region = ANY(%(regions)s)" if question.regions else ""
        parameters = {"words": words, "regions": list(question.regions), "floor": question.floor_fen or 0}
        where = f"FROM post WHERE text @@ %(words)s::tsquery {places} AND wage >= %(floor)s"
        if counts:
            sets = "GROUP BY GROUPING SETS ((region), (occupation), (grp), (major))"
            base.execute(f"SELECT region, occupation, grp, major, count(*) {where} {sets}", parameters).fetchall()
        ranked = f"SELECT id {where} ORDER BY ts_rank(text, %(words)s::tsquery) DESC LIMIT {TOP}"
        return [row[0] for row in base.execute(ranked, parameters)]

    return ask
