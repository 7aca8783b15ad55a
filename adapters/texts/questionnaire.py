"""The questionnaire that a house asks before its marketers publish their own: data with words in every language."""

import json
from pathlib import Path

from adapters.texts.catalogue import FOLDER
from core.surveys.data import questionnaire_from
from core.surveys.model import Questionnaire


def house_questionnaire(file: Path = FOLDER / "questionnaire.json") -> Questionnaire:
    """Version 0. Raises Invalid (`bad-questionnaire`) with the place of a mistake in the file."""
    return questionnaire_from(json.loads(file.read_text(encoding="utf-8")))
