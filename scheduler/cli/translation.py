"""The commands, and what Click itself says, in the language in force.

A command is written with plain Click, its texts (help and metavars) marked by `N_`. What is run is a copy of
it, made by `translated`; a new command needs nothing else to speak Danish.
"""

import copy
from typing import TypeVar

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from scheduler.base import i18n
from scheduler.base.i18n import _, ngettext

_Command = TypeVar("_Command", bound=click.Command)
_Part = TypeVar("_Part")

_SPEAKING = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)


def translated(command: _Command) -> _Command:
    """Return a copy of a command, and of all that are in it, in the language in force."""
    new = _reworded(command, "help", "short_help", "epilog", "options_metavar", "subcommand_metavar")
    new.params = [_translated_parameter(parameter) for parameter in command.params]
    if isinstance(new, click.Group):
        new.commands = {name: translated(inner) for name, inner in new.commands.items()}
    return new


def _translated_parameter(parameter: click.Parameter) -> click.Parameter:
    new = _reworded(parameter, "help", "metavar")
    new.type = _reworded(parameter.type, "name")
    return new


def _reworded(part: _Part, *names: str) -> _Part:
    """Return a copy in which the attributes of these names, where there are such, are translated."""
    new = copy.copy(part)
    for name in names:
        if text := getattr(part, name, None):
            setattr(new, name, _(text))
    return new


def teach_click() -> None:
    """Let Click look its own texts up as hjul does.

    Left alone it asks gettext's default domain in the language of the environment, both of which are one for
    the whole process. The language of `i18n` is that of the context; so this is done once and for all.
    """
    for module in _SPEAKING:
        vars(module).update(_=i18n._, ngettext=i18n.ngettext)


def click_texts(n: int = 1) -> tuple[str, ...]:
    """Return Click's own texts in the language in force, those of counted things for `n` of them.

    This is where Babel finds them. What only tells programmers of their mistakes is not among them.
    """
    return (
        # Help
        _("Usage:"),
        _("Options"),
        _("Commands"),
        _("Positional arguments"),
        _("[OPTIONS]"),
        _("COMMAND [ARGS]..."),
        _("[COMMAND] [ARGS]..."),
        _("default: {default}"),
        _("required"),
        _("env var: {var}"),
        _("(dynamic)"),
        _("deprecated"),
        _("Show this message and exit."),
        _("Show the version and exit."),
        _("%(prog)s, version %(version)s"),
        # Errors of usage
        _("Error: {message}"),
        _("Try '{command} {option}' for help."),
        _("Missing command."),
        _("Missing argument"),
        _("Missing option"),
        _("Missing parameter"),
        _("Missing parameter: {param_name}"),
        _("Missing {param_type}"),
        _("No such command {name!r}."),
        _("No such option {name!r}."),
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", n),
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", n),
        ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", n),
        ngettext("Takes {nargs} values but 1 was given.", "Takes {nargs} values but {len} were given.", n),
        _("Option {name!r} does not take a value."),
        _("Argument {name!r} takes {nargs} values."),
        _("Invalid value: {message}"),
        _("Invalid value for {param_hint}: {message}"),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", n),
        _("Choose from:\n\t{choices}"),
        _("{value!r} is not a valid {number_type}."),
        _("integer"),
        _("integer range"),
        _("float"),
        _("float range"),
        _("{value} is not in the range {range}."),
        _("{value!r} is not a valid boolean. Recognized values: {states}"),
        ngettext(
            "{value!r} does not match the format {format}.",
            "{value!r} does not match the formats {formats}.",
            n,
        ),
        ngettext(
            "{len_type} values are required, but {len_value} was given.",
            "{len_type} values are required, but {len_value} were given.",
            n,
        ),
        _("file"),
        _("directory"),
        _("path"),
        _("{name} {filename!r} does not exist."),
        _("{name} {filename!r} is a file."),
        _("{name} {filename!r} is a directory."),
        _("{name} {filename!r} is not readable."),
        _("{name} {filename!r} is not writable."),
        _("{name} {filename!r} is not executable."),
        _("Could not open file {filename!r}: {message}"),
        _("unknown error"),
        # Questions
        _("Do you want to continue?"),
        _("Confirm the action without prompting."),
        _("Repeat for confirmation"),
        _("Error: The two entered values do not match."),
        _("Error: invalid input"),
        _("Press any key to continue..."),
        _("Aborted!"),
    )
