"""Completion scripts for shells, made from the parser of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from spineworkup.pathways import Pathway

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


Commands = Mapping[str, argparse.ArgumentParser]


def completion_script(shell: str, commands: Commands, pathway: Pathway) -> str:
    """Return the completion script for bash, zsh or fish."""
    if shell == "fish":
        return _fish(commands, pathway)
    cases = "\n".join(
        f'    {name}) COMPREPLY=($(compgen -W "{" ".join(_words(sub, pathway))}" -f -- "$word"));;'
        for name, sub in commands.items()
    )
    bash = _BASH.format(commands=" ".join(commands), cases=cases)
    return bash if shell == "bash" else _ZSH.format(bash=bash)


def _words(parser: argparse.ArgumentParser, pathway: Pathway) -> list[str]:
    """Return the options of a command, its choices, and the ids that its arguments name."""
    actions = parser._actions
    words = [option for action in actions for option in action.option_strings if option.startswith("--")]
    words += [str(choice) for action in actions for choice in (action.choices or ())]
    return words + [id_ for action in actions for id_ in _ids(action.dest, pathway)]


def _ids(argument: str, pathway: Pathway) -> list[str]:
    match argument:
        case "step":
            return sorted(pathway.steps)
        case "rule":
            return sorted(pathway.rules)
        case "values":
            return [f"{finding}=" for finding in sorted(pathway.findings)]
        case _:
            return []


def _fish(commands: Commands, pathway: Pathway) -> str:
    lines = ["# fish completion for spineworkup"]
    for name in commands:
        lines.append(f"complete -c spineworkup -n __fish_use_subcommand -a {name}")
    for name, parser in commands.items():
        here = f"complete -c spineworkup -n '__fish_seen_subcommand_from {name}'"
        for word in _words(parser, pathway):
            lines.append(f"{here} -l {word[2:]}" if word.startswith("--") else f"{here} -a {word}")
    return "\n".join(lines)
