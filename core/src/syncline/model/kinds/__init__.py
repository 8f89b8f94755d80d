"""The field types that appointments, tasks and the like need besides those of contacts.

One module each: `flag`, `number`, `choice`, `instant`, `rich_text`, `people`.
"""
