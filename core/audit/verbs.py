"""What the audit log knows of: each `noun.verb` that a line may carry, in the order in which a list of them is read."""

from collections.abc import Mapping

DONE: Mapping[str, tuple[str, ...]] = {
    "campaign": ("draft", "edit", "discard", "picture", "trial", "approve", "reopen", "start", "pause", "resume",
                 "finish", "stop"),
    "segment": ("make", "edit", "copy", "put-away", "bring-back", "export"),
    "offer": ("save", "end", "export"),
    "voucher": ("batch", "fill", "codes", "void", "void-batch"),
    "situation": ("switch",),
    "ranking": ("switch",),
    "result": ("export",),
    "questionnaire": ("publish",),
    "customer": ("see", "search", "list", "block", "reissue", "adjust", "merge", "unmerge", "withdraw", "data",
                 "forget"),
    "import": ("upload", "choose", "check", "run", "undo", "done", "undone", "rejects", "codes"),
    "store": ("edit",),
    "till": ("add", "second-key", "leave-key", "revoke"),
    "staff": ("add", "role", "sends", "password", "factor", "dismiss"),
    "login": ("in", "out", "failed"),
    "factor": ("set", "proven", "codes", "failed"),
    "password": ("chosen",),
    "session": ("end",),
    "list": ("export",),
    "access": ("denied",),
}  # fmt: skip
VERBS: tuple[str, ...] = tuple(f"{noun}.{verb}" for noun, verbs in DONE.items() for verb in verbs)
