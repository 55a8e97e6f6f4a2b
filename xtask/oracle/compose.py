"""Records what inspect-k8s-sandbox makes of Compose files: values as it writes them, or that it fails.

Run as `python compose.py PACKAGE FIXTURES SNAPSHOTS`, PACKAGE being the folder `k8s_sandbox` of version 0.14.0, with PyYAML
6.0.3 and jsonschema installed. Only its converter and its check for nulls are loaded, which need nothing else.
"""

import ast
import importlib.util
import logging
import sys
from pathlib import Path
from typing import Any

import yaml


def load_converter(package: Path) -> Any:
    """Loads the converter by its path, since the package itself wants a cluster's client."""
    path = package / "compose" / "_converter.py"
    spec = importlib.util.spec_from_file_location("converter", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_null_check(package: Path) -> Any:
    """Takes the check for nulls, and what it calls, out of the module that runs Helm."""
    tree = ast.parse((package / "_helm.py").read_text())
    wanted = {"validate_no_null_values", "_is_allowed_null_value"}
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in wanted]
    names: dict[str, Any] = {"Any": Any}
    exec(compile(tree, "nulls", "exec"), names)
    return names["validate_no_null_values"]


def main() -> None:
    package, fixtures, snapshots = (Path(argument) for argument in sys.argv[1:])
    logging.disable(logging.CRITICAL)
    converter = load_converter(package)
    check = load_null_check(package)
    cases = {f"compose/{path.parent.name}": path for path in fixtures.glob("compose/*/compose.yaml")}
    cases |= {f"compose-inspect/{path.stem}": path for path in fixtures.glob("compose-inspect/*.yaml")}
    for folder in ("compose", "compose-inspect"):
        (snapshots / folder).mkdir(parents=True, exist_ok=True)
        for old in (snapshots / folder).iterdir():
            old.unlink()
    for name, path in sorted(cases.items()):
        try:
            values = converter.convert_compose_to_helm_values(path)
            check(values, "the file")
            (snapshots / f"{name}.yaml").write_text(yaml.dump(values, sort_keys=False))
        except Exception as error:
            (snapshots / f"{name}.err").write_text(type(error).__name__ + "\n")


main()
