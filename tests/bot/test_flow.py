"""The flow engine alone: pure steps over answered keys."""

from bot.dialog import Dialog
from bot.flow import Again, Answers, Asked, Done, Finished, Flow, Reading, advance, again, back, open_flow, resume, skip
from bot.messages import Pressed, Typed
from bot.questions import choice, first_name, fixed, words
from bot.words import Verbatim, say
from core.shared.values import Language, Phone
from tests.support.world import TEXTS


class Nobody:
    """Reads no phone."""

    def read(self, text: str) -> Phone | None:
        """None."""
        del text
        return None


READING = Reading(Nobody(), "", lambda text: TEXTS.say(text, Language.UK), Language.UK)
NAME = first_name("name", words("register.type-name"), lambda said: ())
SIZE = choice("size", words("menu.text"), fixed(("s", Verbatim("Мала")), ("l", Verbatim("Велика"))))
WHY = choice("why", words("menu.text"), fixed(("x", Verbatim("Ікс"))), optional=True)


def done(said: Answers, talk: object) -> Done:
    """Nothing follows."""
    del said, talk
    return Done(())


FLOW: Flow[object] = Flow("test", (NAME, SIZE, WHY), done)


def asked(step: Asked | Finished | None) -> Asked:
    assert isinstance(step, Asked)
    return step


def test_questions_come_in_order_and_the_answers_have_their_types() -> None:
    step = asked(open_flow(FLOW, Dialog(turn=7), {}))
    assert (step.question.key, step.dialog.turn) == ("name", 8)
    step = asked(advance(FLOW, step.dialog, Typed(" Олена "), READING))
    step = asked(advance(FLOW, step.dialog, Pressed("l"), READING))
    finished = advance(FLOW, step.dialog, Typed("1"), READING)
    assert isinstance(finished, Finished)
    assert (finished.answers[NAME], finished.answers[SIZE], finished.answers[WHY]) == ("Олена", "l", "x")


def test_a_bad_answer_asks_the_same_question_with_a_reason() -> None:
    step = asked(open_flow(FLOW, Dialog(), {"name": "Олена"}))
    for bad in (Typed("Середня"), Typed("3"), Pressed("m")):
        refused = asked(advance(FLOW, step.dialog, bad, READING))
        assert (refused.question.key, refused.dialog.turn) == ("size", step.dialog.turn)
        assert refused.reason == say("choice.unreadable")


def test_labels_and_numbers_answer_like_buttons() -> None:
    step = asked(open_flow(FLOW, Dialog(), {"name": "Олена"}))
    for said in (Typed("велика"), Typed("ВЕЛИКА!"), Typed("2"), Pressed("l")):
        assert asked(advance(FLOW, step.dialog, said, READING)).dialog.answers["size"] == "l"


def test_back_forgets_the_answer_before_and_skip_passes_over_what_is_optional() -> None:
    step = asked(open_flow(FLOW, Dialog(), {"name": "Олена", "size": "s"}))
    assert step.question.key == "why"
    earlier = asked(back(FLOW, step.dialog))
    assert (earlier.question.key, dict(earlier.dialog.answers)) == ("size", {"name": "Олена"})
    assert skip(FLOW, earlier.dialog) is None
    over = skip(FLOW, step.dialog)
    assert isinstance(over, Finished)
    assert "why" in over.answers.kept
    assert back(FLOW, asked(open_flow(FLOW, Dialog(), {})).dialog) is None


def test_a_question_added_or_removed_in_mid_conversation_loses_nobody() -> None:
    step = asked(open_flow(FLOW, Dialog(), {"name": "Олена"}))
    shorter: Flow[object] = Flow("test", (NAME, WHY), done)
    assert asked(resume(shorter, step.dialog)).question.key == "why"
    longer: Flow[object] = Flow(
        "test", (choice("new", words("menu.text"), fixed(("y", Verbatim("Й")))), *FLOW.asks), done
    )
    assert asked(resume(longer, step.dialog)).question.key == "size"
    after = asked(advance(longer, step.dialog, Pressed("s"), READING))
    assert after.question.key == "new"


def test_an_answer_that_no_longer_parses_counts_as_unanswered() -> None:
    from bot.questions import day_and_month

    dated: Flow[object] = Flow("test", (day_and_month("day", words("birthday.ask")),), done)
    assert asked(open_flow(dated, Dialog(), {"day": "nonsense"})).question.key == "day"
    assert isinstance(open_flow(dated, Dialog(), {"day": "2000-02-29"}), Finished)


def test_again_opens_the_last_question_under_a_new_turn() -> None:
    step = asked(open_flow(FLOW, Dialog(), {"name": "Олена", "size": "s"}))
    reason = Again(say("refusal.code-over")).reason
    repeated = again(FLOW, step.dialog, SIZE, reason)
    assert (repeated.question.key, repeated.dialog.turn, repeated.reason) == ("size", step.dialog.turn + 1, reason)
    assert "size" not in repeated.dialog.answers
