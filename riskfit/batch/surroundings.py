"""What an export says of the files in it, for those who read them one after the other."""

from riskfit.activity import Failure
from riskfit.archives.listing import Place, list_places
from riskfit.batch.exports import Outline, Wanted


class Surroundings:
    """The exports in a folder or an archive; a file that lies in none is read as it is."""

    def __init__(self, source: str) -> None:
        self._outline = Outline()
        self._outline.add(one for one in list_places(source) if not isinstance(one, Failure))

    def wanted(self, name: str) -> Wanted | None:
        """Say how a file shall be read, None where it is nothing to be read."""
        return self._outline.wanted(Place(source=name, stamp="", path=name))
