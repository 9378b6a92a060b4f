"""`folioscope search` as others script against it."""

import json
from pathlib import Path

HIT_KEYS = {"file", "page", "score", "strength", "reasons", "regions"}


def test_search_answers_in_the_form_that_scripts_rely_on(ask, made_library, documents) -> None:
    answer = ask("--library", made_library, "search", "guarantor of the loan", "--json").json
    assert list(answer) == ["query", "elapsed_ms", "no_good_match", "hits"]
    assert answer["query"] == "guarantor of the loan"
    assert answer["elapsed_ms"] > 0
    assert answer["no_good_match"] is False
    hit = answer["hits"][0]
    assert set(hit) == HIT_KEYS
    assert hit["file"] == str(documents / "loan.pdf")
    assert hit["page"] in (1, 2)
    assert hit["strength"] in ("strong", "fair", "weak")
    assert hit["reasons"]
    assert all(isinstance(reason, str) for reason in hit["reasons"])
    for region in hit["regions"]:
        x0, y0, x1, y1 = region["box"]
        assert 0 <= x0 <= x1 <= 1
        assert 0 <= y0 <= y1 <= 1
        assert isinstance(region["score"], float)


def test_without_a_good_match_the_closest_pages_are_still_ranked(ask, made_library) -> None:
    answer = ask("search", "photosynthesis of maize", "--library", made_library, "--json").json
    assert answer["no_good_match"] is True
    assert 0 < len(answer["hits"]) <= 3
    assert {hit["strength"] for hit in answer["hits"]} == {"weak"}


def test_the_limit_holds_over_good_and_weak_pages(ask, made_library) -> None:
    assert (
        len(ask("search", "loan", "--json", "--limit", 1, "--library", made_library).json["hits"])
        == 1
    )


def test_queries_are_read_a_line_each_and_answered_a_line_each(ask, made_library, tmp_path) -> None:
    lines = tmp_path / "queries.txt"
    lines.write_text("\ufeffloan agreement\nheron\n\n貸款合約\nheron after:soon\n", "utf-8")
    printed = ask("--library", made_library, "search", "--queries", lines).out.splitlines()
    answers = [json.loads(line) for line in printed]
    assert [a["query"] for a in answers] == [
        "loan agreement", "heron", "", "貸款合約", "heron after:soon",
    ]  # fmt: skip
    assert Path(answers[1]["hits"][0]["file"]).name == "heron.pdf"
    assert answers[2]["hits"] == []
    assert answers[2]["error"]


def test_people_are_told_page_reasons_and_problems(ask, made_library) -> None:
    told = ask("--library", made_library, "search", 'the "loan agreement" after:soon')
    assert told.code == 0
    assert "loan.pdf, page " in told.out
    assert "after:soon" in told.err


def test_an_empty_query_is_an_error_and_none_at_all_is_usage(ask, made_library) -> None:
    assert ask("--library", made_library, "search", " ").code == 3
    assert ask("--library", made_library, "search").code == 2
    assert ask("--library", made_library, "search", "--limit", "0", "x").code == 2
    assert ask("nonsense").code == 2
