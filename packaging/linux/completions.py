"""Completions of bash, zsh and fish, written from the parser."""

import re
from collections.abc import Iterator

from bundle.product import NAME
from linux.commands import Command, Option


def bash(program: Command) -> str:
    """Return the completions of bash."""
    cases = "\n".join(f"        {line}" for line in _bash_cases(program))
    values = "\n".join(f"        {line}" for line in _bash_values(program))
    words = "|".join(command.name.replace(" ", "_") for command in program.walk() if command.words)
    return f"""\
# bash completion for {NAME}
_{NAME}()
{{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
    local path="" word next
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        next=${{path:+${{path}}_}}$word
        case $next in
        {words}) path=$next ;;
        esac
    done
    case $path$prev in
{values}
    esac
    case $path in
{cases}
    esac
}}
complete -F _{NAME} {NAME}
"""


def zsh(program: Command) -> str:
    """Return the completions of zsh."""
    functions = "\n".join(_zsh_function(command) for command in program.walk())
    return f'#compdef {NAME}\n\n{functions}\n_{NAME} "$@"\n'


def fish(program: Command) -> str:
    """Return the completions of fish."""
    lines = [f"# fish completion for {NAME}", f"complete -c {NAME} -f"]
    for command in program.walk():
        lines += _fish_lines(command)
    return "\n".join(dict.fromkeys(lines)) + "\n"


# --- bash


def _flags(command: Command) -> list[str]:
    return [flag for option in command.options for flag in option.flags]


def _bash_cases(program: Command) -> Iterator[str]:
    for command in program.walk():
        words = [*_flags(command), *(inner.words[-1] for inner in command.inner)]
        words += [choice for argument in command.arguments for choice in argument.choices]
        key = "_".join(command.words) or '""'
        files = "" if not any(a.is_path for a in command.arguments) else _bash_files("f", " +")
        yield f"{key}) COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$cur\")){files} ;;"


def _bash_values(program: Command) -> Iterator[str]:
    """Yield what is offered behind an option that takes a value; '' where nobody can know."""
    for command in program.walk():
        path = "_".join(command.words)
        for option in command.options:
            if not option.value:
                continue
            keys = "|".join(f"{path}{flag}" for flag in option.flags)
            yield f"{keys}) {_bash_value(option)} return ;;"


def _bash_value(option: Option) -> str:
    if option.choices:
        return f"COMPREPLY=($(compgen -W '{' '.join(option.choices)}' -- \"$cur\"));"
    if option.is_path:
        return f"{_bash_files('d' if option.is_folder else 'f', '').removeprefix('; ')};"
    return ""


def _bash_files(kind: str, more: str) -> str:
    """Names with blanks stay whole: a line each."""
    sign = "+=" if more else "="
    return (
        f"; compopt -o filenames; local IFS=$'\\n'; COMPREPLY{sign}($(compgen -{kind} -- \"$cur\"))"
    )


# --- zsh


def _zsh_name(command: Command) -> str:
    return "_".join(["", NAME, *(re.sub(r"\W", "_", word) for word in command.words)])


def _zsh_quoted(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")


def _zsh_value(option: Option) -> str:
    if option.choices:
        return f":value:({' '.join(option.choices)})"
    if not option.value:
        return ""
    action = "_files -/" if option.is_folder else "_files" if option.is_path else " "
    return f":{_zsh_quoted(option.value.lower())}:{action}"


def _zsh_function(command: Command) -> str:
    specs = [
        f"'{flag}[{_zsh_quoted(option.about)}]{_zsh_value(option)}'"
        for option in command.options
        for flag in option.flags
    ]
    if not command.inner:
        specs += [f"'*{_zsh_value(argument)}'" for argument in command.arguments if argument.value]
        body = " \\\n        ".join(["_arguments", *dict.fromkeys(specs)])
        return f"{_zsh_name(command)}() {{\n    {body}\n}}\n"
    body = " \\\n        ".join(["_arguments -C", *specs, "'1:command:->command'", "'*:: :->rest'"])
    described = "\n".join(
        f"            '{_zsh_quoted(inner.words[-1])}:{_zsh_quoted(inner.about)}'"
        for inner in command.inner
    )
    calls = "\n".join(
        f"        {inner.words[-1]}) {_zsh_name(inner)} ;;" for inner in command.inner
    )
    return f"""\
{_zsh_name(command)}() {{
    local state line
    local -a commands
    {body}
    case $state in
    command)
        commands=(
{described}
        )
        _describe command commands
        ;;
    rest)
        case $line[1] in
{calls}
        esac
        ;;
    esac
}}
"""


# --- fish


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_when(command: Command) -> str:
    """Return the condition that the command's words were typed, and none of those below."""
    tests = [f"__fish_seen_subcommand_from {word}" for word in command.words]
    if command.inner:
        below = " ".join(inner.words[-1] for inner in command.inner)
        tests.append(f"not __fish_seen_subcommand_from {below}")
    return "; and ".join(tests)


def _fish_lines(command: Command) -> Iterator[str]:
    when = f" -n {_fish_quoted(_fish_when(command))}" if _fish_when(command) else ""
    for inner in command.inner:
        yield f"complete -c {NAME}{when} -a {inner.words[-1]} -d {_fish_quoted(inner.about)}"
    seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.words)
    within = f" -n {_fish_quoted(seen)}" if seen else ""
    for option in command.options:
        names = " ".join(map(_fish_flag, option.flags))
        value, about = _fish_value(option), _fish_quoted(option.about)
        yield f"complete -c {NAME}{within} {names}{value} -d {about}"
    for argument in command.arguments:
        if argument.is_path:
            yield f"complete -c {NAME}{when or within} -F"
        elif argument.choices:
            yield f"complete -c {NAME}{within} -a {_fish_quoted(' '.join(argument.choices))}"


def _fish_flag(flag: str) -> str:
    return f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"


def _fish_value(option: Option) -> str:
    if option.choices:
        return f" -x -a {_fish_quoted(' '.join(option.choices))}"
    if not option.value:
        return ""
    if option.is_folder:
        return " -x -a '(__fish_complete_directories)'"
    return " -r -F" if option.is_path else " -x"
