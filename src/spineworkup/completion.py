"""Completion scripts for shells, made from the parser of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

_BASH = """# bash completion for spineworkup
_spineworkup() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{commands} --help --version" -- "$word")); return
  fi
  case "$command" in
{cases}
  esac
}}
complete -o default -F _spineworkup spineworkup"""

_ZSH = """#compdef spineworkup
autoload -U +X bashcompinit && bashcompinit
{bash}"""


def completion_script(shell: str, parser: argparse.ArgumentParser, steps: Sequence[str]) -> str:
    """Return the completion script for bash, zsh or fish."""
    commands = _commands(parser)
    if shell == "fish":
        return _fish(commands, steps)
    cases = "\n".join(
        f'    {name}) COMPREPLY=($(compgen -W "{" ".join(_words(name, sub, steps))}" -f -- "$word"));;'
        for name, sub in commands.items()
    )
    bash = _BASH.format(commands=" ".join(commands), cases=cases)
    return bash if shell == "bash" else _ZSH.format(bash=bash)


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    listed = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(listed[0].choices)


def _words(name: str, parser: argparse.ArgumentParser, steps: Sequence[str]) -> list[str]:
    words = [
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    ]
    words += [str(choice) for action in parser._actions for choice in (action.choices or ())]
    return words + (list(steps) if name == "explain" else [])


def _fish(commands: dict[str, argparse.ArgumentParser], steps: Sequence[str]) -> str:
    lines = ["# fish completion for spineworkup"]
    for name in commands:
        lines.append(f"complete -c spineworkup -n __fish_use_subcommand -a {name}")
    for name, parser in commands.items():
        here = f"complete -c spineworkup -n '__fish_seen_subcommand_from {name}'"
        for word in _words(name, parser, steps):
            lines.append(f"{here} -l {word[2:]}" if word.startswith("--") else f"{here} -a {word}")
    return "\n".join(lines)
