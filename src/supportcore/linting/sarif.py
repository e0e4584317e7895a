"""
Findings and faults as SARIF 2.1.0, which editors and forges show beside the lines they are about.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from supportcore.definition.model import Definition
from supportcore.errors import DefinitionFault
from supportcore.linting.codes import CODES
from supportcore.linting.lines import line_of
from supportcore.workflow.findings import Finding
from supportcore.workflow.steps import told

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(
    findings: Iterable[Finding],
    *,
    uri: str,
    lines: Mapping[str, int],
    definition: Definition | None = None,
    faults: Iterable[DefinitionFault] = (),
    locale: str = "en",
) -> dict[str, Any]:
    """
    Return findings as a SARIF log with one run.

    Args:
        uri: Where the document is, relative to where the log is read.
        lines: Lines of the document by path, as of `supportcore.linting.lines`.
        definition: The desk whose words traces are told in.
        faults: What was wrong with the document instead.
    """
    results = [_result(uri, lines, one.code, one.path, one.message, "error") for one in faults]
    for finding in findings:
        level = "warning" if finding.code != "nobody_opens" else "error"
        result = _result(uri, lines, finding.code, finding.path, finding.message, level)
        if finding.trace and definition is not None:
            steps = [told(definition, step, locale) for step in finding.trace]
            flow = [{"location": {"message": {"text": step}}} for step in steps]
            result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
        results.append(result)
    codes = dict.fromkeys(result["ruleId"] for result in results)
    rules = [{"id": code, "shortDescription": {"text": CODES.get(code, code)}} for code in codes]
    for result in results:
        result["ruleIndex"] = list(codes).index(result["ruleId"])
    driver = {"name": "supportcore", "version": version("supportcore"), "rules": rules}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(uri: str, lines: Mapping[str, int], code: str, path: str, message: str, level: str) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": line_of(dict(lines), path)}}
    return {
        "ruleId": code,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": path}]}],
    }
