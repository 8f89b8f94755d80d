"""SOQL: text → syntax (grammar in `grammar.lark`) → SQL on the stand-in's tables."""
