"""The loyalty house: what is true about people, cards and shops, whatever messenger or database stands outside.

Lives here: values, programme rules, stores, staff, customers, cards. May import: the standard library, nothing else.
Rooms are stairs: `cards > customers > staff | stores > programme > shared`; a verb may call verbs below it.
"""
