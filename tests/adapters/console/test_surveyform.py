"""A questionnaire through the form of the console and back."""

from adapters.console.surveyform import data_of, form_of, place_in_form
from core.surveys.data import questionnaire_data, questionnaire_from
from tests.support.world import HOUSE_QUESTIONNAIRE


def test_what_the_form_shows_is_what_it_sends_with_the_categories_of_options() -> None:
    data = questionnaire_data(HOUSE_QUESTIONNAIRE)
    [interests] = [one for one in data["questions"] if one["key"] == "interests"]
    interests["options"][0]["categories"] = ["Кава, мелена", "Чай"]
    made = questionnaire_from(data)
    form = form_of(made)
    at = str(data["questions"].index(interests))
    assert form["questions"][at]["options"]["0"]["categories"] == '"Кава, мелена", Чай'
    assert questionnaire_from(data_of(form)) == made
    assert place_in_form("questions[6].options[0].categories") == "questions.6.options.0.categories"
