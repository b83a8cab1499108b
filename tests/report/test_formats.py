"""Output formats: what people, editors and CI read."""

from __future__ import annotations

import json
from dataclasses import replace
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import pytest

from keraslint.diagnostic import (
    Applicability,
    Check,
    CheckStatus,
    Coverage,
    Diagnostic,
    Edit,
    Fix,
    Outcome,
    Settled,
    Severity,
    Span,
    Verdict,
)
from keraslint.project.files.source import Source
from keraslint.report import Report, format_names, render
from keraslint.report.diff import diffs
from keraslint.report.json_record import proof
from keraslint.report.statistics import statistics
from keraslint.report.verdicts.verdict_text import verdict_text

SOURCE = Source(
    path="a/x.py", text='class A:\n\ts = "🎉"; d = Dense(4)\n    e = Dense(\n        n,\n    )\n'
)
SAFE = Fix(
    applicability=Applicability.SAFE,
    message="Move `d` to `__init__`",
    edits=(Edit(Span.of(2, 1, 3, 1), ""),),
    layer="A",
)
UNSAFE = replace(
    SAFE, applicability=Applicability.UNSAFE, message="Move `e`", doubts=("`n` may differ", "why")
)
FIRST = Diagnostic(
    code="KRL101",
    name="layer-in-build",
    message="`Dense` is here",
    path="a/x.py",
    span=Span.of(2, 15, 2, 23),
    fix=SAFE,
)
SECOND = Diagnostic(
    code="KRL102",
    name="known",
    message="50% `Dense`,\nhere",
    path="a/x.py",
    span=Span.of(3, 9, 5, 6),
    fix=UNSAFE,
)
THIRD = Diagnostic(
    code="KRL103",
    name="shape",
    message="advice",
    path="b.py",
    span=Span.of(1, 1, 1, 2),
    fix=None,
    why_no_fix="unknowable",
)
REPORT = Report(diagnostics=(FIRST, SECOND, THIRD), sources={"a/x.py": SOURCE}, files=7)
REFUTED = Verdict(
    outcome=Outcome.REFUTED,
    layer="A",
    reason="outputs change",
    recipe="A(2)(floats(1, 2))\nA(3)(floats(1, 3))",
    checks=(
        Check(name="outputs", status=CheckStatus.BROKEN, detail="by 0.3"),
        Check(name="reloads", status=CheckStatus.MENDED),
        Check(name="weights", status=CheckStatus.KEPT, detail="3 weights"),
    ),
    seconds=1.25,
    environment="keras 3",
)
PROVED = replace(REFUTED, outcome=Outcome.PROVED, reason="", checks=())
UNKNOWN = replace(REFUTED, outcome=Outcome.UNKNOWN, reason="no recipe", recipe="", checks=())


def loaded(name: str, report: Report = REPORT) -> Any:
    return json.loads(render(report, name))


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize(
    "report", [REPORT, Report(diagnostics=()), Report(diagnostics=(), files=1)]
)
def test_every_format_ends_its_last_line_and_never_shows_a_colour_unasked(
    name: str, report: Report
) -> None:
    text = render(report, name)

    assert text == "" or text.endswith("\n")
    assert "\x1b" not in text


def test_concise_is_one_line_each_and_two_of_counts() -> None:
    assert render(REPORT, "concise").replace(",\nhere", "") == dedent("""\
        a/x.py:2:15: KRL101 [*] `Dense` is here
        a/x.py:3:9: KRL102 50% `Dense`
        b.py:1:1: KRL103 advice
        Found 3 findings in 2 files (7 files checked).
        [*] 1 fixable with `--fix` (1 more with `--unsafe-fixes`, or with `--fix --prove` if the proof succeeds).
        """)  # noqa: E501


def test_full_shows_the_code_the_fix_and_the_doubt() -> None:
    text = render(replace(REPORT, diagnostics=(FIRST, SECOND, THIRD), quiet=True), "full")

    assert text.replace(",\nhere", "") == dedent("""\
        a/x.py:2:15: KRL101 [*] `Dense` is here
          |
        1 | class A:
        2 |     s = "🎉"; d = Dense(4)
          |                   ^^^^^^^^
        3 |     e = Dense(
          |
          = fix: Move `d` to `__init__`

        a/x.py:3:9: KRL102 50% `Dense`
          |
        1 | class A:
        2 |     s = "🎉"; d = Dense(4)
        3 |     e = Dense(
          |         ^^^^^^
        4 |         n,
        5 |     )
          |     ^
          |
          = fix (unsafe): Move `e`
          = why unsafe: `n` may differ; why

        b.py:1:1: KRL103 advice
          = no fix: unknowable
        """)


def test_grouped_names_each_file_once() -> None:
    text = render(replace(REPORT, quiet=True), "grouped")

    assert text.startswith("a/x.py:\n  2:15    KRL101 [*] `Dense` is here\n")
    assert text.count("a/x.py") == 1


def test_a_clean_run_says_so() -> None:
    assert (
        render(Report(diagnostics=(), files=812), "full")
        == "All checks passed! (812 files checked)\n"
    )


def test_a_run_with_failures_does_not_say_that_all_passed() -> None:
    text = render(Report(diagnostics=(), files=1, failures=2), "full")

    assert text == "No findings (1 file checked, 2 errors)\n"


def test_unsafe_fixes_count_as_fixable_when_they_are_on() -> None:
    text = render(replace(REPORT, unsafe_fixes=True), "concise")

    assert "KRL102 [*]" in text
    assert text.endswith("[*] 2 fixable with `--fix --unsafe-fixes`.\n")


def test_only_unsafe_fixes_are_offered_with_the_proof() -> None:
    text = render(replace(REPORT, diagnostics=(SECOND,)), "concise")

    assert text.endswith(
        "1 fixable with `--fix --unsafe-fixes`, or with `--fix --prove` if the proof succeeds.\n"
    )


def test_what_no_proof_can_tell_is_not_offered_with_it() -> None:
    unseen = replace(SECOND, fix=replace(UNSAFE, unseen=("`n` may differ",)))

    both = render(replace(REPORT, diagnostics=(SECOND, unseen)), "concise")
    alone = render(replace(REPORT, diagnostics=(unseen,)), "concise")

    told = "or 1 of them with `--fix --prove` if the proof succeeds"
    assert both.endswith(f"2 fixable with `--fix --unsafe-fixes`, {told}.\n")
    assert alone.endswith("1 fixable with `--fix --unsafe-fixes`.\n")


def test_json_has_rufs_keys_and_ours() -> None:
    first, second, third = loaded("json")

    assert list(first) == sorted(first)
    assert first.keys() - {"proof", "why_no_fix"} == {
        "cell", "code", "end_location", "filename", "fix", "location", "message", "name",
        "noqa_row", "severity", "url",
    }  # fmt: skip
    assert first["location"] == {"column": 15, "row": 2}
    assert first["end_location"] == {"column": 23, "row": 2}
    assert first["filename"].endswith("/a/x.py")
    assert first["fix"] == {
        "applicability": "safe",
        "edits": [
            {
                "content": "",
                "end_location": {"column": 1, "row": 3},
                "location": {"column": 1, "row": 2},
            }
        ],
        "message": "Move `d` to `__init__`",
        "doubts": [],
        "objections": [],
    }
    assert second["fix"]["applicability"] == "unsafe"
    assert second["fix"]["doubts"] == ["`n` may differ", "why"]
    assert (third["fix"], third["why_no_fix"]) == (None, "unknowable")


def test_json_holds_the_verdict() -> None:
    (one,) = loaded("json", replace(REPORT, diagnostics=(replace(FIRST, verdict=REFUTED),)))

    assert one["proof"]["outcome"] == "refuted"
    assert one["proof"]["checks"][0] == {
        "name": "outputs",
        "status": "broken",
        "detail": "by 0.3",
        "about": None,
    }


def test_json_lines_are_the_objects_of_json() -> None:
    lines = render(REPORT, "json-lines").splitlines()

    assert [json.loads(line) for line in lines] == loaded("json")


def test_github_escapes_what_its_syntax_means() -> None:
    first, second, _ = render(REPORT, "github").splitlines()

    assert first == (
        "::warning title=keraslint (KRL101),file=a/x.py,line=2,col=15,endLine=2,endColumn=23"
        "::a/x.py:2:15: KRL101 `Dense` is here"
    )
    assert second.endswith("KRL102 50%25 `Dense`,%0Ahere")


def test_gitlab_fingerprints_differ_and_survive_moved_lines() -> None:
    moved = replace(SOURCE, text="\n" + SOURCE.text)
    lower = replace(FIRST, span=Span.of(3, 15, 3, 23))
    report = Report(diagnostics=(FIRST, FIRST, SECOND), sources={"a/x.py": SOURCE})

    prints = [one["fingerprint"] for one in loaded("gitlab", report)]
    (after,) = loaded("gitlab", Report(diagnostics=(lower,), sources={"a/x.py": moved}))

    assert len(set(prints)) == 3
    assert after["fingerprint"] == prints[0]
    assert after["location"]["positions"]["begin"] == {"line": 3, "column": 15}


def test_sarif_counts_characters_and_carries_the_fix() -> None:
    (run,) = loaded("sarif")["runs"]
    first = run["results"][0]
    place = first["locations"][0]["physicalLocation"]

    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["KRL101", "KRL102", "KRL103"]
    assert place["region"] == {"startLine": 2, "startColumn": 15, "endLine": 2, "endColumn": 23}
    assert place["artifactLocation"]["uri"].startswith("file:///")
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": ""}
    assert "fixes" not in run["results"][2]


def test_junit_is_xml_whatever_the_message_holds() -> None:
    nasty = replace(FIRST, message="<&\x00\x1b\ud800>")

    root = ElementTree.fromstring(render(Report(diagnostics=(nasty,)), "junit"))

    assert root.get("failures") == "1"
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "<&���>"


def test_azure_escapes_what_its_syntax_means() -> None:
    _, second, _ = render(replace(REPORT, diagnostics=(FIRST, SECOND, THIRD)), "azure").splitlines()

    assert second == (
        "##vso[task.logissue type=warning;sourcepath=a/x.py;linenumber=3;columnnumber=9;"
        "code=KRL102;]50%AZP25 `Dense`,%0Ahere"
    )


def test_rdjson_suggests_only_what_may_be_applied() -> None:
    first, second, _ = loaded("rdjson")["diagnostics"]

    assert first["location"]["range"]["start"] == {"line": 2, "column": 18}
    assert first["suggestions"][0]["text"] == ""
    assert "suggestions" not in second


def test_pylint_lines() -> None:
    assert render(REPORT, "pylint").startswith("a/x.py:2: [KRL101] `Dense` is here\n")


def test_statistics_are_counted_by_rule() -> None:
    report = replace(REPORT, diagnostics=(FIRST, THIRD, FIRST))

    assert statistics(report, "full") == "2\tKRL101\t[*] layer-in-build\n1\tKRL103\t[ ] shape\n"
    assert json.loads(statistics(report, "json"))[0]["count"] == 2


def settled(action: str, verdict: Verdict | None, reason: str = "") -> Settled:
    return Settled(
        path="a/x.py",
        code="KRL102",
        fix=UNSAFE,
        action=action,
        reason=reason,
        verdict=verdict,
    )


def test_a_proving_run_tells_of_each_fix_and_counts_them() -> None:
    fates = (
        settled("written", PROVED),
        settled("kept", REFUTED),
        settled("kept", UNKNOWN),
        settled("kept", UNKNOWN),
        settled("kept", None, reason="it overlaps another fix"),
    )
    report = Report(
        diagnostics=(),
        files=1,
        fixed={("a/x.py", "KRL102"): 2},
        settled=fates,
        fixing=True,
        proving=True,
    )

    assert render(report, "concise") == dedent("""\
        a/x.py: KRL102 `A` fixed and proved
          recipe: A(2)(floats(1, 2))
          recipe: A(3)(floats(1, 3))
        a/x.py: KRL102 `A` refuted, kept as it was: outputs change
          broken: outputs: by 0.3
          mended: reloads
          recipe: A(2)(floats(1, 2))
          recipe: A(3)(floats(1, 3))
        a/x.py: KRL102 `A` unknown, kept as it was: no recipe
        a/x.py: KRL102 `A` unknown, kept as it was, for the same reason
        a/x.py: KRL102 `A` not fixed: it overlaps another fix
        Found 2 findings in 1 file (2 fixed, 0 remaining; 1 file checked).
        5 fixes: 1 fixed and proved, 1 refuted (kept as it was), 2 unknown (kept as they were), 1 not tried (kept as it was)
        not measured: several devices, quantized layers; without `--deep`, training compiled by XLA and export
        say how to make and call the layer: --recipe 'Layer(…)(floats(2, 8))', `[tool.keraslint.recipes]`, or a comment `# keraslint: recipe Layer(…)(…)` in its file
        """)  # noqa: E501


def test_a_recipe_would_not_help_a_layer_that_was_not_run() -> None:
    fate = settled(
        "kept", replace(UNKNOWN, reason="cannot be proved by running this class", environment="")
    )

    text = render(
        Report(diagnostics=(), files=1, settled=(fate,), fixing=True, proving=True), "full"
    )

    assert "1 unknown (kept as it was)" in text
    assert "--recipe" not in text


def test_show_fixes_enumerates_what_was_written() -> None:
    fixed = {("a/x.py", "KRL102"): 3, ("a/x.py", "KRL201"): 1}
    report = Report(diagnostics=(), files=1, fixed=fixed, fixing=True, show_fixes=True)

    text = render(report, "full")

    assert text.startswith("Fixed 4:\n- a/x.py:\n    3 × KRL102\n    1 × KRL201\n")
    assert "Found 4 findings in 1 file (4 fixed, 0 remaining" in text


def test_a_diff_keeps_line_ends_and_marks_a_missing_one() -> None:
    old = Source(path="x.py", text="a\r\nb\x0cc\u2028d\r\ne")

    text = diffs({"x.py": (old, "a\r\nB\x0cc\u2028d\r\ne")}, colour=False)

    assert text == (
        "--- x.py\n+++ x.py\n@@ -1,3 +1,3 @@\n a\r\n-b\x0cc\u2028d\r\n+B\x0cc\u2028d\r\n e\n"
        "\\ No newline at end of file\n"
    )


def test_git_accepts_the_diff(tmp_path: Any) -> None:
    import subprocess

    old = "".join(f"line {n}\r\n" for n in range(30)) + "end"
    new = old.replace("line 3\r\n", "").replace("line 25", "line XXV") + "\n"
    files = {
        "x.py": (Source(path="x.py", text=old), new),
        "y.py": (Source(path="y.py", text="a\n"), "b\n"),
    }
    (tmp_path / "x.py").write_bytes(old.encode())
    (tmp_path / "y.py").write_bytes(b"a\n")

    patch = diffs(files, colour=False).encode()
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, cwd=tmp_path, check=True)

    assert (tmp_path / "x.py").read_bytes() == new.encode()
    assert (tmp_path / "y.py").read_bytes() == b"b\n"


def test_a_verdict_is_a_headline_and_a_table() -> None:
    assert verdict_text(REFUTED, width=80, colour=False) == dedent("""\
        A: refuted: outputs change
        recipe: A(2)(floats(1, 2))
        recipe: A(3)(floats(1, 3))
        keep the old version, or mend the new one; `--report page.html` shows both
        measured with keras 3 in 1.2 s
        Will the checkpoint saved by the old code load into the new code? unknown: outputs change
          broken   outputs  by 0.3
          mended   reloads
          kept     weights
        """)
    assert proof(REFUTED)["outcome"] == "refuted"


def test_a_verdict_without_a_recipe_gives_its_reason_once() -> None:
    text = verdict_text(UNKNOWN, width=80, colour=False)

    assert text.startswith("A: unknown: no recipe\n")
    assert text.count("no recipe") == 1


RAN = Coverage(
    cases=("input (2, 8)", "input (3, 8) with `units=5`"),
    missing=("a.py:7: `self.gate` was false in every case", "a.py:9: `return x` never ran"),
    never=("a.py:12: `reset()`", "`mask` was never given to `call()`"),
)


def test_a_proof_names_the_cases_that_ran_and_what_never_ran_and_what_is_not_measured() -> None:
    proved = replace(PROVED, coverage=replace(RAN, missing=()))

    assert verdict_text(proved, width=100, colour=False) == dedent("""\
        A: proved
        recipe: A(2)(floats(1, 2))
        recipe: A(3)(floats(1, 3))
        ran: 2 cases: input (2, 8); input (3, 8) with `units=5`
        never ran: a.py:12: `reset()`; `mask` was never given to `call()`
        measured with keras 3 in 1.2 s
        Will the checkpoint saved by the old code load into the new code? unknown: no file of the old version could be saved
          not measured: several devices, quantized layers; without `--deep`, training compiled by XLA and export
        """)  # noqa: E501


def test_what_is_unknown_for_want_of_a_case_says_what_is_missing_and_how_to_reach_it() -> None:
    advice = "to reach it, give both recipes: --recipe 'A(2)(floats(1, 2))'"
    missing = replace(UNKNOWN, reason=RAN.missing[0], coverage=RAN, advice=advice)

    text = verdict_text(missing, width=100, colour=False)

    assert text.startswith("A: unknown: a.py:7: `self.gate` was false in every case\n")
    assert "missing: a.py:9: `return x` never ran\n" in text
    assert f"{advice}\n" in text


def test_a_recipe_is_asked_for_where_none_can_be_told() -> None:
    missing = replace(UNKNOWN, coverage=RAN)

    assert "`keraslint guide recipes`" in verdict_text(missing, width=100, colour=False)


def test_a_long_detail_goes_on_below_itself_and_what_was_skipped_is_named() -> None:
    checks = (
        Check(name="outputs", status=CheckStatus.BROKEN, detail="the output is another one, " * 3),
        Check(name="trains", status=CheckStatus.CHANGED, detail="again and " * 99),
        Check(name="reloads: owner", status=CheckStatus.SKIPPED, detail="both versions fail"),
        Check(name="builds", status=CheckStatus.SKIPPED, detail="both versions fail"),
    )

    lines = verdict_text(replace(REFUTED, checks=checks), width=70, colour=False).splitlines()

    assert lines[-6:-3] == [
        "  broken   outputs  the output is another one, the output is another",
        "                    one, the output is another one,",
        "  changed  trains   again and again and again and again and again and",
    ]
    assert lines[-2].endswith(" …")
    assert lines[-1] == "  skipped  reloads: owner, builds: both versions fail"
    assert max(map(len, lines[-6:])) <= 70


def test_what_came_out_the_same_is_named_if_it_is_little_and_counted_if_it_is_much() -> None:
    kept = tuple(Check(name=f"number {n}", status=CheckStatus.KEPT) for n in range(9))
    few, many = (
        verdict_text(replace(PROVED, checks=checks), width=80, colour=False)
        for checks in (kept[:2], kept)
    )

    assert "  kept     number 0, number 1\n" in few
    assert "  kept     9 measures came out the same (`--output-format json` and" in many
    assert "number" not in many


def test_what_has_refuted_a_fix_is_told_once() -> None:
    checks = (
        Check(name="outputs", status=CheckStatus.BROKEN, detail="outputs change"),
        Check(name="trains", status=CheckStatus.BROKEN, detail="other weights move"),
    )
    fate = settled("kept", replace(REFUTED, checks=checks))

    text = render(
        Report(diagnostics=(), files=1, settled=(fate,), fixing=True, proving=True), "full"
    )

    assert text.count("outputs change") == 1
    assert "  broken: trains: other weights move\n" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("json", ['"error"', '"warning"', '"info"']),
        ("json-lines", ['"error"', '"warning"', '"info"']),
        ("github", ["::error ", "::warning ", "::notice "]),
        ("sarif", ['"level": "error"', '"level": "warning"', '"level": "note"']),
        ("gitlab", ['"major"', '"minor"', '"info"']),
        ("rdjson", ['"ERROR"', '"WARNING"', '"INFO"']),
        ("azure", ["type=error;", "type=warning;"]),
    ],
)
def test_each_format_says_how_severe_a_finding_is(name: str, words: list[str]) -> None:
    found = tuple(replace(THIRD, severity=severity) for severity in Severity)

    text = render(Report(diagnostics=found, sources={}, files=1), name)

    assert [word for word in words if text.count(word) == 0] == []
