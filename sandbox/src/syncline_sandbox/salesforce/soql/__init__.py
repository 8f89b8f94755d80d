"""SOQL and SOSL: text → syntax (grammar in `grammar.lark`) → SQL on the stand-in's tables."""
