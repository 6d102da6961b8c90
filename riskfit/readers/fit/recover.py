"""Read a file's parts as far as their bytes can be trusted."""

from riskfit.readers.fit.parts import Header, Part, read_header
from riskfit.readers.fit.scan import Scanner


def read_parts(data: bytes) -> list[Part]:
    parts: list[Part] = []
    header: Header | None = read_header(data, 0)
    while header is not None:
        end = min(header.end, len(data))
        part = Part(Scanner(data), header.start, end)
        position, why = part.scanner.walk(header.start, end)
        if why is not None:
            part.damaged = True
            part.notes.append(f"{why} at byte {position}")
        parts.append(part)
        header = read_header(data, end + 2)
    return parts
