"""What people type: commands and their flags in, text out, exit code."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from keraslint import __version__
from keraslint.command_words import CLEAN, FINDINGS, MISUSE, Commands
from keraslint.flags import (
    CODES,
    FORMATS,
    GLOBS,
    PATH,
    Sectioned,
    cached,
    configured,
    finding,
    fixing,
    how_to_prove,
    of_formats,
    of_keys,
    of_rules,
    other,
    pairs,
    printing,
    proving,
    selecting,
    silencing,
    telling,
)
from keraslint.running_commands import compare, examine
from keraslint.stopped_runs import signal_code, sorry
from keraslint.terminal import (
    clear,
    colourful,
    log_line,
    lost_output,
    overwrite,
    require_input,
    show,
    standard_input,
    width,
    write,
)

if TYPE_CHECKING:
    from keraslint.commands.request import Request
    from keraslint.diagnostic import Fix, Verdict
    from keraslint.examination import Examination
    from keraslint.project.files.source import Source
    from keraslint.settings import Settings


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  keraslint src/                            report what is wrong
  keraslint src/ --fix --diff               show the safe fixes
  keraslint src/ --fix --prove              write the fixes that running the layers proves
  keraslint rule layer-in-build             explain a rule
  keraslint explain src/block.py:31         what is known of the class there, and why
  keraslint compare old.py new.py --layer Block --recipe 'Block(4)(floats(2, 8))'
  keraslint examine src/                    run each layer: does it train, save, load …?

\b
Completion, in the start-up file of bash (for zsh and fish, replace `bash_source`):
  eval "$(_KERASLINT_COMPLETE=bash_source keraslint)"

\b
Environment:
  NO_COLOR, FORCE_COLOR      never, or always, use colours
  KERASLINT_TRACEBACK=1      show the traceback of an internal error
""",
)
@click.version_option(__version__, "-V", "--version", message="keraslint %(version)s")
def cli() -> None:
    """A linter for Keras layers whose fixes are proved by running the layer before and after.

    `keraslint PATH…` is `keraslint check PATH…`. Exit codes: 0 clean, 1 findings, 2 misuse or
    something that could not be done.
    """


@cli.command(
    cls=Sectioned,
    short_help="Report findings, fix them, prove the fixes.",
    epilog="""\b
Examples:
  keraslint check                           report what is wrong here and below
  keraslint check --diff src/               show what the safe fixes would do
  keraslint check --fix --prove src/        write what running the layers proves
  keraslint check --select ALL --ignore KRL103 src/
  keraslint check --add-noqa src/           accept what is there, line by line
  keraslint check --baseline known.json --update-baseline src/
  keraslint check --output-format github .  for a workflow's log""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=PATH)
@fixing("--fix/--no-fix", default=None, help="Apply fixes.")
@fixing("--fix-only", is_flag=True, help="Apply fixes, and tell nothing of what is left.")
@fixing("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Apply unsafe fixes too.")
@fixing("--diff", is_flag=True, help="Show the fixes as a diff and write nothing.")
@fixing("--show-fixes/--no-show-fixes", default=None, help="List what was fixed.")
@fixing("--fixable", help="Rules whose fixes may be applied.", **CODES)
@fixing("--extend-fixable", help="Rules whose fixes may be applied, too.", **CODES)
@fixing("--unfixable", help="Rules whose fixes may not be applied.", **CODES)
@proving("--prove", is_flag=True, help="With --fix: write exactly the fixes that are proved.")
@proving("--shard", metavar="I/N", help="Prove part I of N of the files only.")
@how_to_prove
@selecting("--select", help="Rules to turn on, instead of the default ones.", **CODES)
@selecting("--ignore", help="Rules to turn off.", **CODES)
@selecting("--extend-select", help="Rules to turn on, too.", **CODES)
@selecting("--per-file-ignores", multiple=True, callback=pairs, metavar="PATTERN:CODE",
            help="Rules to turn off in some files.")  # fmt: skip
@selecting("--extend-per-file-ignores", multiple=True, callback=pairs, metavar="PATTERN:CODE",
            help="Rules to turn off in some files, too.")  # fmt: skip
@finding("--exclude", help="Files and folders to leave out.", **GLOBS)
@finding("--extend-exclude", help="Files and folders to leave out, too.", **GLOBS)
@finding(
    "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what git ignores."
)
@finding("--force-exclude/--no-force-exclude", default=None,
          help="Leave out excluded paths even if they are named.")  # fmt: skip
@finding("--stdin-filename", metavar="PATH", help="Read standard input, as if it were this file.")
@silencing("--add-noqa", is_flag=False, flag_value="", metavar="[=REASON]", equals=True,
           help="Silence what is found by `# noqa` comments.")  # fmt: skip
@silencing("--ignore-noqa", is_flag=True, help="Report what comments silence, too.")
@silencing("--baseline", metavar="FILE", help="Leave out the findings that this file holds.")
@silencing("--update-baseline", is_flag=True, help="Write what is found to the baseline.")
@telling("--output-format", envvar="KERASLINT_OUTPUT_FORMAT", metavar="FORMAT", help=FORMATS,
          shell_complete=of_formats)  # fmt: skip
@telling("-o", "--output-file", metavar="FILE", help="Write the report to a file.")
@telling("--statistics", is_flag=True, help="Count the findings of each rule.")
@telling("--show-files", is_flag=True, help="List the files that would be linted.")
@telling("--show-settings", is_flag=True, help="Show the settings that hold.")
@telling("-w", "--watch", is_flag=True, help="Report again whenever a file changes.")
@telling("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
          help="When to use colours.")  # fmt: skip
@telling("-v", "--verbose", is_flag=True, help="Say what holds for the run, and how long it took.")
@telling("-q", "--quiet", is_flag=True, help="Print findings and nothing else.")
@telling("-s", "--silent", is_flag=True, help="Print nothing: the exit code tells.")
@telling("-e", "--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@telling("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 even if all was fixed.")
@configured
@other("--keras", type=int, metavar="2|3", help="The Keras that the code is written for.")
@other("--target-version", metavar="PY", help="The oldest Python to support, such as py310.")
@cached
def check(paths: tuple[str, ...], **asked: Any) -> int:
    """Report findings in files and folders (default: here; `-` is standard input)."""
    from keraslint.commands.check import answer
    from keraslint.commands.request import Request
    from keraslint.options import OPTIONS

    flags = {key: asked.pop(key.replace("-", "_"), None) for key in OPTIONS}
    colour, output_file = asked.pop("color"), asked.pop("output_file")
    zero, non_zero_on_fix = asked.pop("exit_zero"), asked.pop("exit_non_zero_on_fix")
    silent = asked.pop("silent")
    asked["quiet"] = asked["quiet"] or silent
    in_colour = output_file is None and colourful(colour)
    request = Request(paths=paths, flags=flags, colour=in_colour, width=width(), **asked)
    if not request.quiet:
        request = replace(request, show=overwrite, log=log_line)
    if request.watch:
        _watch(request, output_file)
    told = answer(request, standard_input=standard_input)
    if silent:
        told = replace(told, out="", err="")
    show(told, output_file, asked["report"])
    found = (told.found and not zero) or (told.fixed and non_zero_on_fix)
    return MISUSE if told.failed else FINDINGS if found else CLEAN


@cli.command(cls=Sectioned, short_help="Explain a rule.")
@click.argument("rules", metavar="[RULE]...", nargs=-1, shell_complete=of_rules)
@click.option("--all", "every", is_flag=True, help="All the rules.")
@printing("text", "json", "markdown", "html")
def rule(rules: tuple[str, ...], every: bool, output_format: str) -> int:
    """Explain rules, by code or name (a prefix of codes names several); without, list them."""
    from keraslint.commands.pages.rule import pages

    if every and rules:
        raise click.UsageError("name rules, or ask for --all")
    asked = ("ALL",) if every else rules
    write(pages(asked, output_format, width=width(), colour=colourful("auto")), sys.stdout)
    return CLEAN


@cli.command(cls=Sectioned, short_help="Explain a class of yours: what each rule says, and why.")
@click.argument("place", metavar="FILE[:LINE|:CLASS]", type=PATH)
@printing("text", "json")
@configured
@other("--keras", type=int, metavar="2|3", help="The Keras that the code is written for.")
@other("--python", metavar="EXE", help="The interpreter that has your packages.")
@cached
def explain(**asked: Any) -> int:
    """Explain the class on a line: what is known of it, and why each rule speaks or is silent.

    A class can be named, too. Without either, all the classes of the file. It runs none of your
    code.
    """
    from keraslint.commands.explain import Question, answer

    show(answer(Question(**asked, width=width(), colour=colourful("auto"))), None, None)
    return CLEAN


@cli.command(cls=Sectioned, short_help="Explain the keys of the configuration.")
@click.argument("key", required=False, shell_complete=of_keys)
@click.option("--schema", is_flag=True, help="Print the JSON schema of a configuration.")
@printing("text", "json")
def config(key: str | None, schema: bool, output_format: str) -> int:
    """Explain one key of the configuration, or all of them."""
    from keraslint.commands.pages.config import configuration_schema, options

    if schema and key is not None:
        raise click.UsageError("the schema is that of all keys: name none")
    colour = colourful("auto")
    told = options(key, as_json=output_format == "json", width=width(), colour=colour)
    write(configuration_schema() if schema else told, sys.stdout)
    return CLEAN


@cli.command(cls=Sectioned, short_help="Remove the cache.")
@configured
@cached
def clean(**asked: Any) -> int:
    """Remove the folder in which earlier results and verdicts are kept."""
    from keraslint.commands.clean import cleaned

    show(cleaned(**asked), None, None)
    return CLEAN


@cli.command(cls=Sectioned, short_help="Print the version.")
def version() -> int:
    """Print the version of keraslint."""
    write(f"keraslint {__version__}\n", sys.stdout)
    return CLEAN


@cli.command("help", cls=Sectioned, short_help="Print the help of a command.")
@click.argument("command", required=False)
@click.pass_context
def help_of(ctx: click.Context, command: str | None) -> int:
    """Print the help of a command, or of keraslint."""
    parent = ctx.parent
    assert parent is not None
    if command is None:
        write(f"{parent.get_help()}\n", sys.stdout)
        return CLEAN
    wanted = cli.get_command(parent, command)
    if wanted is None:
        raise click.UsageError(f"there is no command `{command}`")
    inner = click.Context(wanted, info_name=command, parent=parent)
    write(f"{wanted.get_help(inner)}\n", sys.stdout)
    return CLEAN


@cli.command(cls=Sectioned, short_help="How to use keraslint in pre-commit and CI.")
@click.argument("name", required=False)
def guide(name: str | None) -> int:
    """Show how keraslint is set up in pre-commit or CI; without a name, list the guides."""
    from keraslint.commands.pages.guide import guide as page

    write(page(name, width=width(), colour=colourful("auto")), sys.stdout)
    return CLEAN


cli.add_command(compare)
cli.add_command(examine)


@cli.command(cls=Sectioned, short_help="Join the reports of several proving runs.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@telling("-o", "--output-file", metavar="FILE", help="Write one page (.html), or one .json.")
def report(files: tuple[Path, ...], output_file: str | None) -> int:
    """Join what `--report FILE.json` wrote in several runs, such as those of `--shard`.

    Exit codes: 0 all proved, 1 something refuted, 2 unknown.
    """
    from keraslint.commands.report import Joining, answer

    told = answer(Joining(files, output_file))
    show(told, None, output_file)
    return FINDINGS if told.found else MISUSE if told.failed else CLEAN


@cli.command(cls=Sectioned, short_help="How to use keraslint in an editor.")
@click.argument("name", required=False)
def editors(name: str | None) -> int:
    """Show how keraslint is set up in an editor; without a name, list the editors."""
    from keraslint.commands.pages.editors import page

    write(page(name, width=width(), colour=colourful("auto")), sys.stdout)
    return CLEAN


@cli.command(cls=Sectioned, short_help="Talk to an editor: the language server.")
@configured
@click.option("--stdio", is_flag=True, hidden=True)  # some editors say what goes without saying
def server(config: tuple[str, ...], isolated: bool, stdio: bool) -> int:
    """Serve an editor through standard input and output: the language server protocol.

    It lints what is being typed and offers fixes. It runs your code only when you choose to have a
    fix proved, or a layer examined.
    """
    from keraslint.server import serve
    from keraslint.server.project_lookup import Asked

    require_input()
    serve(Asked(config, isolated), _prove, _examine)
    return CLEAN


def _prove(source: Source, fix: Fix, settings: Settings) -> Verdict:
    """Run a layer for an editor; only then is imported what runs it."""
    from keraslint.commands.editor_proof import prove

    return prove(source, fix, settings)


def _examine(source: Source, layer: str, settings: Settings) -> Examination:
    from keraslint.commands.running.examine import of_text

    return of_text(source, layer, settings)


def _watch(request: Request, output_file: str | None) -> NoReturn:
    """Show one answer after another, each on an empty screen, until interrupted."""
    from keraslint.commands.watch import watched

    gc.enable()  # this run is not short
    for told, files in watched(request):
        clear()
        show(told, output_file, request.report)
        noun = "file" if files == 1 else "files"
        write(f"Watching {files} {noun} for changes (Ctrl-C ends it).\n", sys.stderr)
    raise AssertionError("watching has no end of its own")


def main() -> NoReturn:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):  # a name or an encoding is no reason to crash
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not sys.warnoptions:  # none of ours: Python warns of the code that is read, not run
        warnings.simplefilter("ignore")
    gc.disable()  # a run is short and drops its trees one by one; looking for circles costs 10 %
    code = run(sys.argv[1:])
    gc.freeze()  # nor is there anything to look for on the way out
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; what goes wrong is said in a line or two."""
    try:
        code = cli.main(list(arguments), prog_name="keraslint", standalone_mode=False)
        return code if isinstance(code, int) else CLEAN
    except click.Abort as error:
        write(f"{str(error.__cause__ or '') or 'interrupted'}\n", sys.stderr)
        return signal_code(error)
    except OSError as error:
        lost = lost_output(error)
        write(f"error: the output is lost: {lost}\n" if lost else sorry(error), sys.stderr)
        return MISUSE
    except Exception as error:
        write(sorry(error), sys.stderr)
        return MISUSE
