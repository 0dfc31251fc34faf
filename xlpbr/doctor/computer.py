"""The computer as far as it is looked at: nothing is changed, and nothing goes over the network."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Protocol

if sys.platform == "win32":
    import winreg


class Registry(Protocol):
    """The registry of Windows; keys start with HKCU or HKLM."""

    def value(self, key: str, name: str) -> str | int | None:
        """A value; an empty name is the key's own. None where it is not there or not readable."""

    def keys(self, key: str) -> list[str]:
        """The names of the keys under a key; none where it is not there or not readable."""


class WindowsRegistry:
    """The registry of this computer, opened to be read; empty where it is not Windows."""

    def value(self, key: str, name: str) -> str | int | None:
        """A value of a key, if it can be read."""
        if sys.platform == "win32":
            with suppress(OSError), winreg.OpenKey(*_opened(key)) as opened:
                found, _ = winreg.QueryValueEx(opened, name)
                return found if isinstance(found, str | int) else None
        return None

    def keys(self, key: str) -> list[str]:
        """The keys under a key, if they can be read."""
        names: list[str] = []
        if sys.platform == "win32":
            with suppress(OSError), winreg.OpenKey(*_opened(key)) as opened:
                while True:
                    names.append(winreg.EnumKey(opened, len(names)))
        return names


if sys.platform == "win32":

    def _opened(key: str) -> tuple[int, str]:
        hive, _, rest = key.partition("\\")
        return {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}[hive], rest


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _required() -> tuple[str, ...]:
    try:
        return tuple(metadata.requires("xlpbr") or ())
    except metadata.PackageNotFoundError:
        return ()


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


@dataclass(frozen=True)
class Computer:
    """What is asked of a computer.

    Attributes:
        platform: as ``sys.platform`` has it.
        version: of Python, its first three numbers.
        python: the Python that runs xlpbr.
        folder: where that Python is installed.
        is_own_environment: whether that is an environment of its own.
        home: the person's own folder.
        environment: the variables.
        registry: the registry of Windows.
        installed: the version of a package; None where it is not installed.
        has_module: whether a module can be imported.
        required: what xlpbr's own installation says that it needs, as pip writes it.
    """

    platform: str = sys.platform
    version: tuple[int, int, int] = sys.version_info[:3]
    python: Path = Path(sys.executable)
    folder: Path = Path(sys.prefix)
    is_own_environment: bool = sys.prefix != sys.base_prefix
    home: Path = field(default_factory=Path.home)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    registry: Registry = field(default_factory=WindowsRegistry)
    installed: Callable[[str], str | None] = _installed
    has_module: Callable[[str], bool] = _has_module
    required: tuple[str, ...] = field(default_factory=_required)

    @property
    def is_windows(self) -> bool:
        """Whether it is Windows."""
        return self.platform == "win32"

    @property
    def system(self) -> str:
        """Its system in words."""
        return {"win32": "Windows", "darwin": "a Mac", "linux": "Linux"}.get(
            self.platform, self.platform
        )

    @property
    def app_data(self) -> Path:
        """Where programs of Windows keep what is a person's own."""
        return Path(self.environment.get("APPDATA") or self.home / "AppData" / "Roaming")
